import { BUS_FAULT, isArmatureError, PhysicalMemory } from '@armature/core';
import { mmioDeviceContract } from '@armature/core/contract';
import { describe, expect, test } from 'vitest';
import { FwCfg, type FwCfgConfig } from './fwcfg.ts';
import { DMA_CONTROL, FWCFG_KEY as KEY, FWCFG_REGISTER as R } from './registers.ts';

const RAM = 0x4000_0000;
const RAM_SIZE = 0x1_0000;
const ROM = 0x1000_0000;
const DESCRIPTOR = RAM + 0x100;
const BUFFER = RAM + 0x1000;

const text = (bytes: ArrayLike<number>): string => String.fromCharCode(...Array.from(bytes));
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);
const swap32 = (value: number): number => Buffer.from(new Uint32Array([value]).buffer).readUInt32BE(0);

function make(config: Omit<FwCfgConfig, 'memory'> = {}) {
  const memory = new PhysicalMemory(new WebAssembly.Memory({ initial: 4 }), [
    { name: 'ram', base: RAM, size: RAM_SIZE, kind: 'ram', hostOffset: 0 },
    { name: 'rom', base: ROM, size: 0x1000, kind: 'rom', hostOffset: 0x2_0000 },
  ]);
  const errors: string[] = [];
  const device = new FwCfg({ memory, onError: (message) => errors.push(message()), ...config });
  const select = (key: number): void => {
    device.write(R.SELECTOR, 2, ((key & 0xff) << 8) | (key >> 8));
  };
  const readBytes = (key: number, count: number): Uint8Array => {
    select(key);
    return Uint8Array.from({ length: count }, () => device.read(R.DATA, 1));
  };
  const start = (descriptor: number): void => {
    device.write(R.DMA, 4, swap32(Math.floor(descriptor / 2 ** 32)));
    device.write(R.DMA + 4, 4, swap32(descriptor % 2 ** 32));
  };
  /** Runs one transfer; gives the control field afterwards. */
  const dma = (control: number, length: number, address: number, descriptor = DESCRIPTOR): number => {
    const fields = [control, length, Math.floor(address / 2 ** 32), address % 2 ** 32];
    for (const [index, field] of fields.entries()) memory.writeU32(descriptor + 4 * index, swap32(field));
    start(descriptor);
    return swap32(memory.readU32(descriptor));
  };
  return { memory, device, select, readBytes, dma, start, errors };
}

describe('contract', () => {
  const suite = mmioDeviceContract(() => {
    const { device } = make();
    return { device, size: 0x18, component: device };
  });
  for (const { name, run } of suite) test(name, run);
});

describe('registers', () => {
  test('signature, features and the DMA signature', () => {
    const { device, readBytes } = make();
    expect(text(readBytes(KEY.SIGNATURE, 4))).toBe('QEMU');
    expect([...readBytes(KEY.ID, 4)]).toEqual([3, 0, 0, 0]);
    expect(device.read(R.DMA, 4)).toBe(0x554d_4551);
    expect(device.read(R.DMA + 4, 4)).toBe(0x4746_4320);
    expect(device.read(R.DMA + 1, 1)).toBe('E'.charCodeAt(0));
    expect(device.read(R.DMA + 2, 2)).toBe(0x554d);
  });

  test('reset selects the signature', () => {
    const { device, select } = make();
    select(KEY.ID);
    device.reset();
    expect(device.read(R.DATA, 4)).toBe(0x554d_4551);
  });

  test('wide reads keep the order of bytes, and zeros follow the end', () => {
    const { device, select } = make();
    device.setItem(0x8001, bytesOf('abcdefghij'));
    select(0x8001);
    expect(device.read(R.DATA, 2)).toBe(0x6261);
    expect([device.read(R.DATA, 4), device.read(R.DATA + 4, 4)]).toEqual([0x6665_6463, 0x6a69_6867]);
    expect(device.read(R.DATA, 4)).toBe(0);
    select(0x8001);
    device.read(R.DATA, 4);
    device.read(R.DATA, 4);
    expect(device.read(R.DATA, 4)).toBe(0x0000_6a69);
  });

  test('bit 14 of a key does not matter; unknown keys read as zeros', () => {
    const { readBytes } = make();
    expect(text(readBytes(0x4000 | KEY.SIGNATURE, 4))).toBe('QEMU');
    expect([...readBytes(0x1234, 2), ...readBytes(0x8000, 2), ...readBytes(0xffff, 2)]).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  test('what the registers do not take is an abort; writes of data are ignored', () => {
    const { device } = make();
    const reads: [number, 1 | 2 | 4][] = [
      [1, 1],
      [2, 2],
      [4, 1],
      [R.SELECTOR, 2],
      [R.SELECTOR, 4],
      [0xc, 4],
      [0x11, 2],
      [0x12, 4],
      [0x16, 4],
    ];
    for (const [offset, size] of reads)
      expect([offset, device.read(offset, size)]).toEqual([offset, BUS_FAULT]);
    const writes: [number, 1 | 2 | 4][] = [
      [R.SELECTOR, 1],
      [R.SELECTOR, 4],
      [R.SELECTOR + 1, 1],
      [0xa, 2],
      [R.DMA, 1],
      [R.DMA, 2],
      [R.DMA + 4, 2],
      [R.DMA + 2, 4],
    ];
    for (const [offset, size] of writes) {
      expect([offset, device.write(offset, size, 0)]).toEqual([offset, BUS_FAULT]);
    }
    expect([device.write(R.DATA, 1, 5), device.write(R.DATA, 4, 5)]).toEqual([undefined, undefined]);
    expect(device.read(R.DATA, 4)).toBe(0x554d_4551);
  });
});

describe('items', () => {
  test('CPUs, UUID, kernel, RAM disk and command line', () => {
    const uuid = Uint8Array.from({ length: 16 }, (_, index) => index);
    const { device, readBytes } = make({ cpus: 0x102, uuid });
    device.setKernel(bytesOf('kernel image'));
    device.setInitrd(new Uint8Array(0x12345));
    device.setCommandLine('console=ttyAMA0');
    expect([...readBytes(KEY.CPU_COUNT, 3)]).toEqual([2, 1, 0]);
    expect(readBytes(KEY.UUID, 16)).toEqual(uuid);
    expect([...readBytes(KEY.KERNEL_SIZE, 4)]).toEqual([12, 0, 0, 0]);
    expect(text(readBytes(KEY.KERNEL_DATA, 12))).toBe('kernel image');
    expect([...readBytes(KEY.INITRD_SIZE, 4)]).toEqual([0x45, 0x23, 1, 0]);
    expect([...readBytes(KEY.COMMAND_LINE_SIZE, 4)]).toEqual([16, 0, 0, 0]);
    expect(text(readBytes(KEY.COMMAND_LINE_DATA, 16))).toBe('console=ttyAMA0\0');
  });

  test('files are in the directory by name, with their sizes and keys', () => {
    const { device, readBytes } = make();
    expect([...readBytes(KEY.FILE_DIRECTORY, 4)]).toEqual([0, 0, 0, 0]);
    device.setFile('opt/org.example/b', bytesOf('second'));
    device.setFile('etc/a', bytesOf('first'));
    device.setFile('etc/a', bytesOf('replaced'));
    const directory = readBytes(KEY.FILE_DIRECTORY, 4 + 2 * 64);
    expect([...directory.subarray(0, 4)]).toEqual([0, 0, 0, 2]);
    expect([...directory.subarray(4, 12)]).toEqual([0, 0, 0, 8, 0, 0x20, 0, 0]);
    expect(text(directory.subarray(12, 68)).replace(/\0+$/, '')).toBe('etc/a');
    expect([...directory.subarray(68, 76)]).toEqual([0, 0, 0, 6, 0, 0x21, 0, 0]);
    expect(text(directory.subarray(76, 132)).replace(/\0+$/, '')).toBe('opt/org.example/b');
    expect(text(readBytes(0x20, 8))).toBe('replaced');
    expect(text(readBytes(0x21, 6))).toBe('second');
  });

  test('impossible names, keys and UUIDs are refused', () => {
    const { device } = make();
    for (const name of ['', 'a b', 'x'.repeat(56), 'é']) {
      expect(() => device.setFile(name, new Uint8Array())).toThrowError(/is not a name/);
    }
    device.setFile('x'.repeat(55), new Uint8Array());
    for (const key of [KEY.FILE_DIRECTORY, 0x20, 0x4000, 0xc000, 0x1_0000, -1, 0.5]) {
      expect(() => device.setItem(key, new Uint8Array())).toThrowError(/cannot have the key/);
    }
    expect(() => new FwCfg({ uuid: new Uint8Array(15) })).toThrowError(/UUID of 15 bytes/);
  });
});

describe('DMA', () => {
  test('selects and reads; zeros follow the end', () => {
    const { memory, dma, device } = make();
    device.setFile('etc/data', bytesOf('0123456789'));
    memory.fill(BUFFER, 32, 0xee);
    expect(dma((0x20 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.READ, 4, BUFFER)).toBe(0);
    expect(dma(DMA_CONTROL.READ, 8, BUFFER + 4)).toBe(0);
    expect(text(memory.read(BUFFER, 12))).toBe('0123456789\0\0');
    expect(memory.readU8(BUFFER + 12)).toBe(0xee);
    expect(dma(DMA_CONTROL.READ, 4, BUFFER)).toBe(0);
    expect(memory.readU32(BUFFER)).toBe(0);
  });

  test('skips, past the end too; the registers go on from there', () => {
    const { dma, device, select } = make();
    device.setFile('etc/data', bytesOf('0123456789'));
    select(0x20);
    expect(dma(DMA_CONTROL.SKIP, 3, 0xdead_beef_0000)).toBe(0);
    expect(device.read(R.DATA, 1)).toBe('3'.charCodeAt(0));
    expect(dma(DMA_CONTROL.SKIP, 0xffff_ffff, 0)).toBe(0);
    expect(device.read(R.DATA, 1)).toBe(0);
  });

  test('host code is told of what DMA wrote', () => {
    const { memory, dma } = make();
    const seen: number[] = [];
    memory.onHostWrite((base) => seen.push(base));
    dma((KEY.SIGNATURE << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.READ, 4, BUFFER);
    expect(seen).toContain(BUFFER);
  });

  test('writes reach writable files, and only whole ones', () => {
    const { memory, dma, device, readBytes } = make();
    const told: string[] = [];
    device.setFile('etc/w', bytesOf('......'), {
      writable: true,
      onWrite: (bytes) => told.push(text(bytes)),
    });
    device.setFile('etc/x', bytesOf('......'));
    memory.write(BUFFER, bytesOf('abcdefgh'));
    expect(dma((0x20 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.SKIP, 2, 0)).toBe(0);
    expect(dma(DMA_CONTROL.WRITE, 3, BUFFER)).toBe(0);
    expect(told).toEqual(['..abc.']);
    expect(dma(DMA_CONTROL.WRITE, 2, BUFFER)).toBe(DMA_CONTROL.ERROR);
    expect(dma((0x21 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.WRITE, 1, BUFFER)).toBe(DMA_CONTROL.ERROR);
    expect(dma((0x99 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.WRITE, 1, BUFFER)).toBe(DMA_CONTROL.ERROR);
    expect(dma((0x20 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.WRITE, 1, 0x5000_0000)).toBe(
      DMA_CONTROL.ERROR,
    );
    expect(text(readBytes(0x20, 6))).toBe('..abc.');
    device.reset();
    expect(text(readBytes(0x20, 6))).toBe('......');
  });

  test('hostile addresses and lengths give the error bit and touch nothing', () => {
    const { memory, dma, device, errors } = make();
    device.setFile('etc/data', bytesOf('x'.repeat(64)));
    const before = memory.bytes.slice(0, 0x4_0000);
    const targets: [number, number][] = [
      [RAM + RAM_SIZE - 32, 64],
      [RAM - 1, 4],
      [ROM, 4],
      [0, 4],
      [2 ** 48, 4],
      [2 ** 64 - 2048, 0xffff_ffff],
      [RAM, 0xffff_ffff],
      [0x0902_0010, 8],
    ];
    for (const [address, length] of targets) {
      const status = dma((0x20 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.READ, length, address);
      expect([address, status]).toEqual([address, DMA_CONTROL.ERROR]);
    }
    expect(errors).toHaveLength(targets.length);
    memory.fill(DESCRIPTOR, 16, 0);
    expect(memory.bytes.slice(0, 0x4_0000)).toEqual(before);
  });

  test('a descriptor that is not memory does nothing; one half in RAM gets the error bit', () => {
    const { memory, start, errors, dma } = make();
    start(0x5000_0000);
    start(2 ** 64 - 2048);
    start(ROM);
    memory.writeU32(RAM + RAM_SIZE - 8, swap32(DMA_CONTROL.READ));
    start(RAM + RAM_SIZE - 8);
    expect(memory.readU32(RAM + RAM_SIZE - 8)).toBe(swap32(DMA_CONTROL.ERROR));
    expect(errors).toHaveLength(3);
    expect(dma(0, 0, 0)).toBe(0);
  });

  test('the high half of an address counts once', () => {
    const { memory, device, start } = make();
    device.write(R.DMA, 4, swap32(1));
    device.write(R.DMA + 4, 4, swap32(DESCRIPTOR));
    memory.writeU32(DESCRIPTOR, swap32(DMA_CONTROL.SKIP));
    device.write(R.DMA + 4, 4, swap32(DESCRIPTOR));
    expect(memory.readU32(DESCRIPTOR)).toBe(0);
    start(DESCRIPTOR);
  });

  test('a transfer may overwrite its own descriptor', () => {
    const { memory, dma, device } = make();
    device.setItem(0x8000, new Uint8Array(16).fill(0xff));
    expect(dma(((0x8000 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.READ) >>> 0, 16, DESCRIPTOR)).toBe(0);
    expect(memory.readU32(DESCRIPTOR + 4)).toBe(0xffff_ffff);
  });

  test('without memory it fails', () => {
    const device = new FwCfg();
    device.write(R.DMA + 4, 4, 0);
    expect(device.read(R.DATA, 4)).toBe(0x554d_4551);
  });
});

describe('snapshot', () => {
  test('goes on in the middle of an item and of an address, with the items of the time', () => {
    const first = make();
    first.device.setFile('etc/data', bytesOf('0123456789'));
    first.device.setFile('etc/w', bytesOf('....'), { writable: true });
    first.memory.write(BUFFER, bytesOf('new!'));
    first.dma((0x21 << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.WRITE, 4, BUFFER);
    first.select(0x20);
    first.device.read(R.DATA, 4);
    first.device.write(R.DMA, 4, swap32(1));
    const snapshot = structuredClone(first.device.snapshot());
    const second = make();
    const told: string[] = [];
    second.device.setFile('etc/w', bytesOf('....'), { onWrite: (bytes) => told.push(text(bytes)) });
    second.device.restore(snapshot);
    expect(told).toEqual(['new!']);
    expect(second.device.snapshot()).toEqual(first.device.snapshot());
    expect(second.device.read(R.DATA, 2)).toBe(0x3534);
    expect(text(second.readBytes(0x21, 4))).toBe('new!');
    second.device.reset();
    expect(text(second.readBytes(0x21, 4))).toBe('....');
  });

  test('invalid values are refused by name', () => {
    const { device } = make();
    const snapshot = device.snapshot();
    for (const wrong of [
      { selected: 0x4000_0000 },
      { offset: -1 },
      { dmaHigh: 2 ** 32 },
      { items: [{ key: 1, bytes: [] }] },
      { files: [{ name: 'x' }] },
    ]) {
      try {
        device.restore({ ...snapshot, state: { ...snapshot.state, ...wrong } });
        expect.fail('accepted');
      } catch (error) {
        expect(isArmatureError(error) && [error.code, error.context['fields']]).toEqual([
          'SNAPSHOT_INVALID',
          Object.keys(wrong),
        ]);
      }
    }
  });
});

test('survives 200,000 random accesses with descriptors of all kinds', () => {
  const { device, memory, start } = make();
  device.setFile('etc/data', new Uint8Array(300).fill(7));
  device.setFile('etc/w', new Uint8Array(300), { writable: true });
  let seed = 13;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 8;
  };
  for (let count = 0; count < 200_000; count++) {
    const size = ([1, 2, 4] as const)[random() % 3];
    const offset = random() % (0x19 - size);
    if (random() % 2) device.write(offset, size, (((random() << 12) ^ random()) % 2 ** (8 * size)) >>> 0);
    const value = device.read(offset, size);
    if (value !== BUS_FAULT && !(value >= 0 && value < 2 ** (8 * size)))
      expect.fail(`${offset} read ${value}`);
    if (random() % 8 > 0) continue;
    const fields = [
      ((random() % 0x24) << 16) | (random() & 0x1f),
      random() % 4 ? random() % 600 : random() * 256,
      random() % 8 ? 0 : random(),
      RAM + (random() % (RAM_SIZE + 0x200)) - 0x100,
    ];
    for (const [index, field] of fields.entries()) memory.writeU32(DESCRIPTOR + 4 * index, swap32(field));
    start(DESCRIPTOR);
  }
  device.restore(device.snapshot());
});
