import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDisk } from '@armature/disk';
import { VIRTIO_MMIO_REGISTER as REGISTER } from '@armature/virtio';
import { afterAll, describe, expect, test } from 'vitest';
import { VirtioBlk } from '../src/index.ts';
import { type Board, ownBoard, qemuBoard, RAM, TRANSPORT } from './boards.ts';

const available = spawnSync('qemu-system-aarch64', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'virtio-blk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECTORS = 64;
const QUEUE_SIZE = 8;
const DESCRIPTORS = RAM + 0x1000;
const AVAILABLE = DESCRIPTORS + 16 * QUEUE_SIZE;
const USED = RAM + 0x2000;
const HEADER = RAM + 0x3000;
const DATA = RAM + 0x4000;
const STATUS = RAM + 0x6000;
const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
/** Features that both have: SEG_MAX, BLK_SIZE, FLUSH, TOPOLOGY, CONFIG_WCE, DISCARD, WRITE_ZEROES, both of rings. */
const FEATURES = 0x3000_6e44;

/** A driver that writes down what it sees, so that two devices can be compared. */
class Witness {
  readonly seen: (readonly [what: string, value: number])[] = [];
  private readonly board: Board;
  private readonly legacy: boolean;
  private offered = 0;

  constructor(board: Board, legacy: boolean) {
    this.board = board;
    this.legacy = legacy;
  }

  set(register: keyof typeof REGISTER, value: number): Promise<void> {
    return this.board.write(TRANSPORT + REGISTER[register], value);
  }

  async see(what: string, address: number, mask = 0xffff_ffff): Promise<void> {
    this.seen.push([what, ((await this.board.read(address)) & mask) >>> 0]);
  }

  async register(name: keyof typeof REGISTER, mask?: number): Promise<void> {
    await this.see(name, TRANSPORT + REGISTER[name], mask);
  }

  async start(features = FEATURES): Promise<void> {
    this.offered = 0;
    await this.set('GuestPageSize', 4096);
    await this.set('Status', 0);
    await this.set('Status', 1);
    await this.set('Status', 3);
    await this.set('DeviceFeaturesSel', 0);
    await this.register('DeviceFeatures', FEATURES);
    await this.set('DeviceFeaturesSel', 1);
    await this.register('DeviceFeatures', 1);
    await this.set('DriverFeaturesSel', 0);
    await this.set('DriverFeatures', features);
    if (!this.legacy) {
      await this.set('DriverFeaturesSel', 1);
      await this.set('DriverFeatures', 1);
      await this.set('Status', 11);
      await this.register('Status');
    }
    for (let at = DESCRIPTORS; at < USED + 0x100; at += 4) {
      if (at < AVAILABLE + 0x40 || at >= USED) await this.board.write(at, 0);
    }
    await this.set('QueueSel', 0);
    await this.set('QueueNum', QUEUE_SIZE);
    if (this.legacy) {
      await this.set('QueueAlign', 4096);
      await this.set('QueuePFN', DESCRIPTORS / 4096);
      await this.register('QueuePFN');
    } else {
      await this.set('QueueDescLow', DESCRIPTORS);
      await this.set('QueueDescHigh', 0);
      await this.set('QueueDriverLow', AVAILABLE);
      await this.set('QueueDriverHigh', 0);
      await this.set('QueueDeviceLow', USED);
      await this.set('QueueDeviceHigh', 0);
      await this.set('QueueReady', 1);
      await this.register('QueueReady');
    }
    await this.set('Status', this.legacy ? 7 : 15);
    await this.register('Status');
  }

  async describe(index: number, address: number, length: number, flags: number, next = 0): Promise<void> {
    const at = DESCRIPTORS + 16 * index;
    await this.board.write(at, address);
    await this.board.write(at + 4, 0);
    await this.board.write(at + 8, length);
    await this.board.write(at + 12, flags | (next << 16));
  }

  async offer(head: number): Promise<void> {
    const slot = AVAILABLE + 4 + 2 * (this.offered % QUEUE_SIZE);
    const word = slot & ~3;
    const old = await this.board.read(word);
    await this.board.write(word, slot & 2 ? (old & 0xffff) | (head << 16) : (old & 0xffff_0000) | head);
    this.offered++;
    await this.board.write(AVAILABLE, (this.offered & 0xffff) << 16);
  }

  /** Waits until the device used what was offered, which QEMU does in its own time. */
  async settle(): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      if ((await this.board.read(USED)) >>> 16 === (this.offered & 0xffff)) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await this.see('used index', USED);
    await this.register('InterruptStatus');
    await this.set('InterruptACK', 3);
    await this.register('InterruptStatus');
  }

  /** One request of a header, data and a status. */
  async request(type: number, sector: number, length: number, flags: number): Promise<void> {
    await this.board.write(HEADER, type);
    await this.board.write(HEADER + 4, 0);
    await this.board.write(HEADER + 8, sector);
    await this.board.write(HEADER + 12, 0);
    await this.board.write(STATUS, 0xffff_ffff);
    await this.describe(0, HEADER, 16, NEXT, length > 0 ? 1 : 2);
    await this.describe(1, DATA, length, NEXT | flags, 2);
    await this.describe(2, STATUS, 1, WRITE);
    await this.offer(0);
    await this.set('QueueNotify', 0);
    await this.settle();
    await this.see(`status of ${type} at ${sector}`, STATUS);
    for (let at = 0; at < Math.min(length, 32); at += 4) await this.see('data', DATA + at);
  }

  async range(sector: number, sectors: number, flags: number): Promise<void> {
    for (const [index, word] of [sector, 0, sectors, flags].entries()) {
      await this.board.write(DATA + 4 * index, word);
    }
  }
}

/** A broken rule of queues; the device must not go on. */
const breaches: Record<string, (witness: Witness) => Promise<void>> = {
  'a loop': async (witness) => {
    await witness.describe(0, HEADER, 16, NEXT, 1);
    await witness.describe(1, DATA, 16, NEXT, 0);
    await witness.offer(0);
  },
  'a head outside the table': (witness) => witness.offer(QUEUE_SIZE),
  'a next descriptor outside the table': async (witness) => {
    await witness.describe(0, HEADER, 16, NEXT, QUEUE_SIZE);
    await witness.offer(0);
  },
  'a buffer of no bytes': async (witness) => {
    await witness.describe(0, HEADER, 0, 0);
    await witness.offer(0);
  },
  'readable after writable': async (witness) => {
    await witness.describe(0, DATA, 16, WRITE | NEXT, 1);
    await witness.describe(1, HEADER, 16, 0);
    await witness.offer(0);
  },
  'half an indirect entry': async (witness) => {
    await witness.describe(0, DATA, 24, INDIRECT);
    await witness.offer(0);
  },
  'no room for a status': async (witness) => {
    await witness.describe(0, HEADER, 16, 0);
    await witness.offer(0);
  },
  'a short header': async (witness) => {
    await witness.describe(0, HEADER, 8, NEXT, 1);
    await witness.describe(1, STATUS, 1, WRITE);
    await witness.offer(0);
  },
};

async function observe(board: Board, legacy: boolean): Promise<Witness['seen']> {
  const witness = new Witness(board, legacy);
  for (const name of ['MagicValue', 'Version', 'DeviceID', 'VendorID', 'QueueReady', 'QueuePFN'] as const) {
    await witness.register(name);
  }
  for (const name of ['InterruptStatus', 'Status', 'ConfigGeneration', 'SHMLenLow'] as const) {
    await witness.register(name);
  }
  await witness.start();
  // Capacity, segments, block size, topology, cache, ends of the configuration.
  for (const offset of [0, 4, 8, 12, 20, 24, 28, 32, 60, 64, 0xfc]) {
    await witness.see(`configuration at ${offset}`, TRANSPORT + REGISTER.Config + offset);
  }
  await witness.request(8, 0, 20, WRITE); // serial number
  await witness.request(0, 3, 512, WRITE);
  for (let at = 0; at < 1024; at += 4) await board.write(DATA + at, at * 0x0101_0101);
  await witness.request(1, 5, 1024, 0);
  await witness.request(4, 0, 0, 0);
  await witness.request(0, 4, 2048, WRITE);
  await witness.request(0, SECTORS, 512, WRITE); // beyond the end
  await witness.request(0, SECTORS - 1, 1024, WRITE); // past the end
  await witness.request(0, 0, 100, WRITE); // part of a sector
  await witness.request(99, 0, 512, WRITE); // no such request
  await witness.range(5, 1, 0);
  await witness.request(13, 0, 16, 0); // write-zeroes
  await witness.request(0, 4, 2048, WRITE);
  await witness.range(5, 1, 2);
  await witness.request(13, 0, 16, 0); // a flag that does not exist
  await witness.range(5, 1, 1);
  await witness.request(11, 0, 16, 0); // discard does not unmap
  await witness.range(SECTORS, 1, 0);
  await witness.request(11, 0, 16, 0); // beyond the end
  await witness.see('available event', USED + 4 + 8 * QUEUE_SIZE, 0xffff);
  for (const [name, breach] of Object.entries(breaches)) {
    await witness.start();
    await breach(witness);
    await witness.set('QueueNotify', 0);
    await witness.see(`used index after ${name}`, USED);
    // QEMU also says that buffers were used.
    await witness.register('InterruptStatus', 2);
    await witness.register('Status');
  }
  await witness.start();
  await witness.request(0, 6, 512, WRITE);
  return witness.seen;
}

describe.skipIf(!available).each([
  ['legacy', true],
  ['modern', false],
])('compared with QEMU, on a %s transport', (kind, legacy) => {
  test('a driver sees the same', async () => {
    const path = join(folder, `${kind}.img`);
    const contents = Uint8Array.from({ length: SECTORS * 512 }, (_, at) => (at >> 9) * 3 + at);
    writeFileSync(path, contents);
    const own = contents.slice();
    const qemu = qemuBoard(
      [
        '-drive',
        `file=${path},if=none,id=disk,format=raw`,
        '-device',
        'virtio-blk-device,drive=disk,serial=twelve',
      ],
      legacy,
    );
    const expected = await observe(qemu, legacy);
    await qemu.end();
    const found = await observe(
      ownBoard(new VirtioBlk({ disk: memoryDisk(own), serial: 'twelve' }), legacy),
      legacy,
    );
    expect(found).toEqual(expected);
    expect(own).toEqual(new Uint8Array(readFileSync(path)));
  });
});
