import { ArmatureError, type PartContext } from '@armature/core';
import { type Disk, memoryDisk, overlayDisk, readOnlyDisk } from '@armature/disk';
import type { VirtioBus, VirtioDevice } from '@armature/virtio';
import { GuestDriver, offerHostileChains } from '@armature/virtio/contract';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { BLOCK_FEATURE, BLOCK_STATUS, VirtioBlk, type VirtioBlkConfig, virtioBlock } from './index.ts';

const IN = 0;
const OUT = 1;
const FLUSH = 4;
const GET_ID = 8;
const DISCARD = 11;
const WRITE_ZEROES = 13;
const SECTORS = 256;
const { OK, IOERR, UNSUPP } = BLOCK_STATUS;

/** A disk of memory that counts flushes, and fails when it is told to. */
class TestDisk implements Disk {
  readonly contents: Uint8Array;
  readonly size: number;
  readonly readOnly: boolean;
  readonly accesses: [what: string, offset: number, length: number][] = [];
  failure: Error | undefined;
  private readonly inner: Disk;

  constructor(options: { size?: number; readOnly?: boolean } = {}) {
    this.contents = Uint8Array.from(
      { length: options.size ?? SECTORS * 512 },
      (_, at) => (at >> 9) + (at & 0xff),
    );
    this.inner = memoryDisk(this.contents);
    this.size = this.inner.size;
    this.readOnly = options.readOnly ?? false;
  }

  read(offset: number, target: Uint8Array): void {
    this.note('read', offset, target.length);
    this.inner.read(offset, target);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.note('write', offset, bytes.length);
    this.inner.write(offset, bytes);
  }

  flush(): void {
    this.note('flush', 0, 0);
  }

  discard(offset: number, length: number): void {
    this.note('discard', offset, length);
  }

  writeZeroes(offset: number, length: number): void {
    this.note('zero', offset, length);
    this.inner.writeZeroes(offset, length);
  }

  close(): void {}

  private note(what: string, offset: number, length: number): void {
    this.accesses.push([what, offset, length]);
    if (this.failure !== undefined) throw this.failure;
  }
}

function header(type: number, sector: number | bigint = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setBigUint64(8, BigInt(sector), true);
  return bytes;
}

/** Ranges of a discard or write-zeroes request. */
function ranges(...list: (readonly [sector: number, sectors: number, flags?: number])[]): Uint8Array {
  const bytes = new Uint8Array(16 * list.length);
  const view = new DataView(bytes.buffer);
  for (const [index, [sector, sectors, flags = 0]] of list.entries()) {
    view.setBigUint64(16 * index, BigInt(sector), true);
    view.setUint32(16 * index + 8, sectors, true);
    view.setUint32(16 * index + 12, flags, true);
  }
  return bytes;
}

function begin(
  config: Partial<VirtioBlkConfig> & { disk?: TestDisk } = {},
  accept: (offered: bigint) => bigint = (offered) => offered,
) {
  const disk = config.disk ?? new TestDisk();
  const errors: ArmatureError[] = [];
  const device = new VirtioBlk({ onError: (error) => errors.push(error), ...config, disk });
  const guest = new GuestDriver(device);
  const [queue] = guest.start({ accept });
  /** Status, what the device says it wrote, and the data. */
  const request = (readable: readonly Uint8Array[], room = 0) => {
    const answer = queue.exchange(readable, room > 0 ? [room, 1] : [1]);
    if (answer === undefined) throw new Error(`the request did not come back: ${guest.messages}`);
    return { status: answer.bytes[room], written: answer.written, data: answer.bytes.subarray(0, room) };
  };
  return { device, disk, guest, queue, request, errors };
}

const without =
  (...bits: number[]) =>
  (offered: bigint): bigint =>
    offered & ~bits.reduce((set, bit) => set | (1n << BigInt(bit)), 0n);

describe('reads', () => {
  test('sectors', () => {
    const { disk, request } = begin();
    const { status, written, data } = request([header(IN, 7)], 1024);
    expect([status, written]).toEqual([OK, 1025]);
    expect(data).toEqual(disk.contents.subarray(7 * 512, 9 * 512));
  });

  test('into memory where it is, pieces that touch as one', () => {
    const { disk, queue } = begin();
    queue.exchange([header(IN, 1)], [1488, 48, 1]);
    expect(disk.accesses).toEqual([['read', 512, 1536]]);
  });

  test('into pieces of memory', () => {
    const { disk, queue, guest } = begin();
    const pieces = [100, 412, 512, 1024].map((length) => [guest.allocate(length + 512), length] as const);
    queue.submit([header(IN, 2)], [...pieces, [guest.allocate(1), 1]]);
    queue.notify();
    expect(queue.collect()[0].written).toBe(2049);
    expect(disk.accesses.map(([, offset, length]) => [offset, length])).toEqual([
      [1024, 100],
      [1124, 412],
      [1536, 512],
      [2048, 1024],
    ]);
    const found = pieces.flatMap(([address, length]) => [...guest.memory.read(address, length)]);
    expect(Uint8Array.from(found)).toEqual(disk.contents.subarray(1024, 3072));
  });

  test('the status is the last byte, wherever pieces end', () => {
    const { disk, queue } = begin();
    const answer = queue.exchange([header(IN, 3)], [513]);
    expect(answer?.bytes.subarray(0, 512)).toEqual(disk.contents.subarray(1536, 2048));
    expect(answer?.bytes[512]).toBe(OK);
  });

  test('a header in pieces', () => {
    const { request, disk } = begin();
    const whole = header(IN, 5);
    const { data } = request([whole.subarray(0, 3), whole.subarray(3, 11), whole.subarray(11)], 512);
    expect(data).toEqual(disk.contents.subarray(2560, 3072));
  });

  test.each([
    ['part of a sector', 0, 100],
    ['past the end', SECTORS - 1, 1024],
    ['beyond the end', SECTORS, 512],
    ['far beyond the end', 2n ** 64n - 1n, 512],
    ['where 512 bytes a sector are too many', 2n ** 55n, 512],
  ])('%s is an I/O error', (_name, sector, room) => {
    const { request, disk, errors } = begin();
    expect(request([header(IN, sector)], room)).toMatchObject({ status: IOERR, written: 0 });
    expect(disk.accesses).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('nothing, which is allowed', () => {
    const { request } = begin();
    expect(request([header(IN, SECTORS)])).toMatchObject({ status: OK, written: 1 });
  });
});

describe('writes', () => {
  test('sectors', () => {
    const { disk, request } = begin();
    const data = new Uint8Array(1024).fill(0xaa);
    expect(request([header(OUT, 10), data])).toMatchObject({ status: OK, written: 1 });
    expect(disk.contents.subarray(5120, 6144)).toEqual(data);
    expect(disk.accesses).toEqual([['write', 5120, 1024]]);
  });

  test('data in many pieces, the first with the header', () => {
    const { disk, request } = begin();
    const data = Uint8Array.from({ length: 2048 }, (_, at) => at * 7);
    const pieces = [data.subarray(200, 300), data.subarray(300, 1000), data.subarray(1000)].flatMap(
      (piece) => [piece.slice(0, 3), piece.slice(3)],
    );
    request([Uint8Array.of(...header(OUT, 4), ...data.subarray(0, 200)), ...pieces]);
    expect(disk.contents.subarray(2048, 4096)).toEqual(data);
  });

  test.each([
    ['part of a sector', 0, 100],
    ['past the end', SECTORS - 1, 1024],
  ])('%s is an I/O error', (_name, sector, length) => {
    const { request, disk } = begin();
    expect(request([header(OUT, sector), new Uint8Array(length)]).status).toBe(IOERR);
    expect(disk.accesses).toEqual([]);
  });

  test.each([
    ['the disk is', { disk: new TestDisk({ readOnly: true }) }],
    ['it is told to be', { readOnly: true }],
  ])('not when %s read-only', (_name, config) => {
    const { request, guest, disk } = begin(config);
    expect(request([header(OUT, 0), new Uint8Array(512)]).status).toBe(IOERR);
    expect(request([header(WRITE_ZEROES), ranges([0, 1])]).status).toBe(IOERR);
    expect(request([header(IN, 0)], 512).status).toBe(OK);
    expect(disk.accesses.map(([what]) => what)).toEqual(['read']);
    const has = (bit: number): boolean => ((guest.offered() >> BigInt(bit)) & 1n) === 1n;
    expect(has(BLOCK_FEATURE.RO)).toBe(true);
    expect(has(BLOCK_FEATURE.DISCARD)).toBe(false);
  });
});

describe('durability', () => {
  const what = (disk: TestDisk): string[] => disk.accesses.map(([name]) => name);
  const write = [header(OUT, 0), new Uint8Array(512)];

  test('a flush flushes the disk', () => {
    const { disk, request } = begin();
    request(write);
    expect(request([header(FLUSH)])).toMatchObject({ status: OK, written: 1 });
    expect(what(disk)).toEqual(['write', 'flush']);
  });

  test('every write is durable for a driver that can neither flush nor choose', () => {
    const { disk, request, guest } = begin({}, without(BLOCK_FEATURE.FLUSH, BLOCK_FEATURE.CONFIG_WCE));
    request(write);
    expect(what(disk)).toEqual(['write', 'flush']);
    guest.transport.write(0x120, 1, 1);
    expect(guest.transport.read(0x120, 1)).toBe(0);
  });

  test('a driver may switch the cache off and on', () => {
    const { disk, request, guest } = begin();
    expect(guest.transport.read(0x120, 1)).toBe(1);
    request(write);
    guest.transport.write(0x120, 1, 0);
    expect(what(disk)).toEqual(['write', 'flush']);
    request(write);
    request([header(WRITE_ZEROES), ranges([0, 8])]);
    expect(what(disk).slice(2)).toEqual(['write', 'flush', 'zero', 'flush']);
    guest.transport.write(0x120, 1, 1);
    request(write);
    expect(what(disk).slice(6)).toEqual(['write']);
  });

  test('a write whose flush fails is an I/O error', () => {
    const { disk, request } = begin({}, without(BLOCK_FEATURE.FLUSH, BLOCK_FEATURE.CONFIG_WCE));
    disk.flush = () => {
      throw new ArmatureError('DISK_FULL', 'no room');
    };
    expect(request(write).status).toBe(IOERR);
  });
});

describe('discard and write-zeroes', () => {
  test('ranges of sectors', () => {
    const { disk, request } = begin();
    expect(request([header(DISCARD), ranges([1, 2], [8, 16])])).toMatchObject({ status: OK, written: 1 });
    expect(request([header(WRITE_ZEROES), ranges([4, 2, 1])]).status).toBe(OK);
    expect(disk.accesses).toEqual([
      ['discard', 512, 1024],
      ['discard', 4096, 8192],
      ['zero', 2048, 1024],
    ]);
    expect(disk.contents.subarray(2048, 3072).every((byte) => byte === 0)).toBe(true);
    expect(disk.contents[3072]).toBe(6);
  });

  const many = Array.from({ length: 5 }, (): [number, number] => [0, 1]);
  test.each([
    ['no range', DISCARD, ranges(), IOERR],
    ['half a range', DISCARD, ranges([0, 1]).subarray(0, 8), IOERR],
    ['more ranges than allowed', DISCARD, ranges(...many), IOERR],
    ['a range past the end', DISCARD, ranges([SECTORS - 1, 2]), IOERR],
    ['more sectors than allowed', WRITE_ZEROES, ranges([0, 0xffff_ffff]), IOERR],
    ['one range of several past the end', WRITE_ZEROES, ranges([0, 1], [SECTORS, 1]), IOERR],
    ['a discard with the unmap flag', DISCARD, ranges([0, 1, 1]), UNSUPP],
    ['a flag that does not exist', WRITE_ZEROES, ranges([0, 1, 2]), UNSUPP],
  ])('%s is refused, and changes nothing', (_name, type, data, expected) => {
    const { request, disk } = begin();
    expect(request(data.length > 0 ? [header(type), data] : [header(type)]).status).toBe(expected);
    expect(disk.accesses).toEqual([]);
  });
});

describe('other requests', () => {
  test('the serial number, padded with zeros', () => {
    const { request } = begin({ serial: 'disk-1' });
    const { status, data, written } = request([header(GET_ID)], 20);
    expect([status, written]).toEqual([OK, 21]);
    expect(new TextDecoder().decode(data)).toBe(`disk-1${'\0'.repeat(14)}`);
    expect(new TextDecoder().decode(request([header(GET_ID)], 4).data)).toBe('disk');
  });

  test.each([2, 3, 5, 9, 14, 15, 0xffff_ffff])('type %i is not supported', (type) => {
    const { request } = begin();
    expect(request([header(type), new Uint8Array(64)], 64)).toMatchObject({ status: UNSUPP, written: 0 });
  });

  test.each([
    ['no header', [], [512]],
    ['a short header', [new Uint8Array(15)], [512, 1]],
    ['no room for a status', [header(FLUSH)], []],
  ] as [string, Uint8Array[], number[]][])('%s fails the device', (_name, readable, writable) => {
    const { queue, guest } = begin();
    expect(queue.exchange(readable, writable)).toBeUndefined();
    expect(guest.needsReset).toBe(true);
    expect(guest.takeInterrupt()).toBe(2);
  });
});

describe('a disk that fails', () => {
  test('is an I/O error each time, reported once for each kind', () => {
    const { disk, request, errors, guest } = begin();
    disk.failure = new ArmatureError('DISK_FULL', 'no room on the host');
    for (let count = 0; count < 3; count++) {
      expect(request([header(OUT, 0), new Uint8Array(512)]).status).toBe(IOERR);
    }
    disk.failure = new Error('a bug');
    expect(request([header(IN, 0)], 512)).toMatchObject({ status: IOERR, written: 0 });
    expect(request([header(FLUSH)]).status).toBe(IOERR);
    expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'DISK_FULL no room on the host',
      'DISK_FAILED a bug',
    ]);
    expect(guest.messages).toHaveLength(5);
    expect(guest.messages[0]).toBe('virtio-blk: DISK_FULL: no room on the host');
    disk.failure = undefined;
    expect(request([header(FLUSH)]).status).toBe(OK);
    expect(guest.needsReset).toBe(false);
  });
});

test('a hostile driver over a disk that fails now and then', () => {
  for (const legacy of [false, true]) {
    const disk = new TestDisk();
    let count = 0;
    Object.defineProperty(disk, 'failure', {
      get: () => (++count % 3 === 0 ? new ArmatureError('DISK_FULL', 'full') : undefined),
    });
    const device = new VirtioBlk({ disk });
    const outcome = offerHostileChains(device, { cases: 10_000, seed: 11, legacy });
    expect(outcome.completed).toBeGreaterThan(1000);
    expect(count).toBeGreaterThan(500);
  }
});

describe('configuration', () => {
  test('describes the disk', () => {
    const { guest } = begin({ blockSize: 4096, queueSize: 64 });
    const word = (offset: number): number => guest.transport.read(0x100 + offset, 4);
    expect([word(0), word(4)]).toEqual([SECTORS, 0]);
    expect(word(12)).toBe(62);
    expect(word(20)).toBe(4096);
    expect(word(36)).toBeGreaterThan(0);
    expect(word(44)).toBe(8);
    expect(guest.transport.read(0x100 + 56, 1)).toBe(1);
    expect(guest.transport.read(0x100 + 60, 1)).toBe(0xff);
  });

  test('has whole blocks, of disks of any size', () => {
    const capacity = (size: number, blockSize: number): number =>
      Number(
        new DataView(new VirtioBlk({ disk: memoryDisk(size), blockSize }).configuration.buffer).getBigUint64(
          0,
          true,
        ),
      );
    expect(capacity(1023, 512)).toBe(1);
    expect(capacity(4096 * 3 + 2048, 4096)).toBe(24);
    expect(capacity(2 ** 52, 512)).toBe(2 ** 43);
    expect(capacity(0, 512)).toBe(0);
  });

  test.each([
    [{ serial: 'a serial number too long' }],
    [{ serial: 'ünicode' }],
    [{ blockSize: 256 }],
    [{ blockSize: 1000 }],
    [{ blockSize: 65536 }],
  ])('%j is refused', (config) => {
    expect(() => virtioBlock({ disk: memoryDisk(512), ...config })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  test('the driver cannot write what is not writable', () => {
    const { guest } = begin();
    for (const [offset, size] of [
      [0, 4],
      [32, 4],
      [33, 1],
    ] as const) {
      guest.transport.write(0x100 + offset, size, 0xffff_ffff);
    }
    expect(guest.transport.read(0x100, 4)).toBe(SECTORS);
    expect(guest.transport.read(0x120, 4)).toBe(0x0001_0001);
  });
});

test('a snapshot keeps the cache mode, and needs a disk of the same size', () => {
  const { guest, disk } = begin();
  guest.transport.write(0x120, 1, 0);
  const snapshot = structuredClone(guest.transport.snapshot());
  const restored = new GuestDriver(new VirtioBlk({ disk }));
  restored.transport.restore(snapshot);
  expect(restored.transport.read(0x120, 1)).toBe(0);
  const other = new GuestDriver(new VirtioBlk({ disk: memoryDisk(512) }));
  expect(() => other.transport.restore(snapshot)).toThrow(
    expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
  );
});

test('a snapshot has what was written to a disk in memory', () => {
  const start = (disk: Disk, readOnly = false) => {
    const guest = new GuestDriver(new VirtioBlk({ disk, readOnly }));
    return { guest, queue: guest.start()[0] };
  };
  const file = new Uint8Array(2048).fill(1);
  const overlay = overlayDisk(memoryDisk(file), { granularity: 512 });
  const { guest, queue } = start(overlay);
  queue.exchange([header(OUT, 1), new Uint8Array(512).fill(2)], [1]);
  const snapshot = structuredClone(guest.transport.snapshot());
  queue.exchange([header(OUT, 1), new Uint8Array(512).fill(3)], [1]);
  guest.transport.restore(snapshot);
  const found = new Uint8Array(1024);
  overlay.read(0, found);
  expect([found[511], found[512], found[1023]]).toEqual([1, 2, 2]);
  const invalid = expect.objectContaining({ code: 'SNAPSHOT_INVALID' });
  expect(() => start(memoryDisk(file)).guest.transport.restore(snapshot)).toThrow(invalid);
  expect(() => start(readOnlyDisk(memoryDisk(file))).guest.transport.restore(snapshot)).toThrow(/other/);
  const plain = start(memoryDisk(file), true).guest.transport.snapshot();
  expect(JSON.stringify(plain, (_key, value) => (typeof value === 'bigint' ? 0 : value))).toContain(
    '"disk":null',
  );
});

describe('virtioBlock()', () => {
  test('is a part that takes a slot of its bus', async () => {
    const disk = memoryDisk(512);
    const part = virtioBlock({ disk, serial: 's', slot: 3 });
    expectTypeOf(part.requires).toEqualTypeOf<readonly 'virtio-mmio'[]>();
    const attached: [VirtioDevice, number | undefined][] = [];
    const bus: VirtioBus = { attach: (device, slot) => attached.push([device, slot]) };
    await part.create({ use: () => bus } as unknown as PartContext<'virtio-mmio'>);
    expect(attached).toHaveLength(1);
    expect(attached[0][0]).toBeInstanceOf(VirtioBlk);
    expect(attached[0][1]).toBe(3);
    expect(part.toJSON!()).toEqual({ part: 'virtio-blk', serial: 's', slot: 3 });
  });
});
