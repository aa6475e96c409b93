import { type ArmatureError, MiB } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { diskContract } from './contract.ts';
import { type Disk, memoryDisk, overlayDisk, readOnlyDisk } from './index.ts';

const SIZE = 65536 + 1536;

const kinds: Record<string, () => Disk> = {
  'memory, by size': () => memoryDisk(SIZE),
  'memory, given bytes': () => memoryDisk(new Uint8Array(SIZE)),
  overlay: () => overlayDisk(memoryDisk(new Uint8Array(SIZE))),
  'overlay of 512-byte chunks': () => overlayDisk(memoryDisk(new Uint8Array(SIZE)), { granularity: 512 }),
  'overlay of chunks larger than the disk': () =>
    overlayDisk(memoryDisk(new Uint8Array(SIZE)), { granularity: MiB(1) }),
  'overlay over an overlay': () => overlayDisk(overlayDisk(memoryDisk(SIZE)), { granularity: 1024 }),
};

describe.each(Object.entries(kinds))('%s', (_name, make) => {
  test.each(diskContract(make).map(({ name, run }) => [name, run] as const))('%s', (_case, run) => run());
});

function codeOf(action: () => void): string | undefined {
  try {
    action();
  } catch (error) {
    return (error as ArmatureError).code;
  }
  return undefined;
}

test('an empty disk of any size takes memory for what is written', () => {
  const disk = memoryDisk(2 ** 45);
  disk.write(2 ** 44 + 5, Uint8Array.of(1, 2, 3));
  const found = new Uint8Array(4);
  disk.read(2 ** 44 + 4, found);
  expect([...found]).toEqual([0, 1, 2, 3]);
  expect(disk.changedBytes).toBe(65536);
});

test('a disk of bytes keeps its contents in them', () => {
  const bytes = new Uint8Array(1024);
  memoryDisk(bytes).write(1000, Uint8Array.of(7));
  expect(bytes[1000]).toBe(7);
});

test('a disk of bytes has its contents in a snapshot, and refuses one of another size', () => {
  const disk = memoryDisk(new Uint8Array(512).fill(1));
  const other = memoryDisk(new Uint8Array(1024));
  expect(codeOf(() => other.restore?.(disk.snapshot!()))).toBe('SNAPSHOT_INVALID');
  expect(readOnlyDisk(disk).snapshot).toBeUndefined();
});

test('a read-only disk shows another and cannot change it', () => {
  const bytes = new Uint8Array(1024).fill(5);
  const disk = readOnlyDisk(memoryDisk(bytes));
  const found = new Uint8Array(2);
  disk.read(1022, found);
  expect([...found]).toEqual([5, 5]);
  expect(disk).toMatchObject({ size: 1024, readOnly: true });
  expect(codeOf(() => disk.write(0, found))).toBe('DISK_READ_ONLY');
  expect(codeOf(() => disk.discard(0, 1))).toBe('DISK_READ_ONLY');
  expect(codeOf(() => disk.writeZeroes(0, 1))).toBe('DISK_READ_ONLY');
  expect(codeOf(() => disk.write(1023, found))).toBe('DISK_RANGE');
  disk.flush();
});

describe('overlay', () => {
  test('leaves the disk beneath alone until it is committed', () => {
    const bytes = Uint8Array.from({ length: 16384 }, (_, index) => index >> 8);
    const before = bytes.slice();
    const disk = overlayDisk(memoryDisk(bytes));
    disk.write(4100, Uint8Array.of(0xaa));
    disk.writeZeroes(8192, 4096);
    expect(bytes).toEqual(before);
    expect(disk.changedBytes).toBe(4096);
    const whole = new Uint8Array(16384);
    disk.read(0, whole);
    disk.commit();
    expect(bytes).toEqual(whole);
    expect(disk.changedBytes).toBe(0);
    disk.read(0, whole);
    expect(bytes).toEqual(whole);
  });

  test('forgets its changes', () => {
    const disk = overlayDisk(memoryDisk(new Uint8Array(8192).fill(1)));
    disk.write(0, new Uint8Array(8192));
    disk.revert();
    const found = new Uint8Array(1);
    disk.read(0, found);
    expect(found[0]).toBe(1);
  });

  test('what was discarded does not show what lies beneath', () => {
    const disk = overlayDisk(memoryDisk(new Uint8Array(8192).fill(1)));
    disk.discard(0, 8192);
    const found = new Uint8Array(8192).fill(2);
    disk.read(0, found);
    expect(found.every((byte) => byte === 0)).toBe(true);
  });

  test('reads what lies beneath in as few reads as possible', () => {
    const reads: number[] = [];
    const beneath = memoryDisk(new Uint8Array(65536));
    const base: Disk = {
      size: beneath.size,
      readOnly: true,
      read(offset, target) {
        reads.push(offset, target.length);
        beneath.read(offset, target);
      },
      write: beneath.write,
      flush: beneath.flush,
      discard: beneath.discard,
      writeZeroes: beneath.writeZeroes,
      close: beneath.close,
    };
    const disk = overlayDisk(base);
    disk.write(16384, new Uint8Array(4096).fill(9));
    expect(reads).toEqual([]);
    disk.read(100, new Uint8Array(65000));
    expect(reads).toEqual([100, 16284, 20480, 44620]);
    expect(codeOf(() => disk.commit())).toBe('DISK_READ_ONLY');
    expect(disk.changedBytes).toBe(4096);
  });

  test('a snapshot has the changes', () => {
    const make = () => overlayDisk(memoryDisk(new Uint8Array(10_240).fill(3)));
    const disk = make();
    disk.write(10_000, Uint8Array.of(4));
    disk.writeZeroes(0, 4096);
    const snapshot = structuredClone(disk.snapshot());
    disk.write(10_000, Uint8Array.of(5));
    const other = make();
    other.restore(snapshot);
    const [found, expected] = [new Uint8Array(10_240), new Uint8Array(10_240).fill(3)];
    expected.fill(0, 0, 4096)[10_000] = 4;
    other.read(0, found);
    expect(found).toEqual(expected);
    other.write(10_001, Uint8Array.of(6));
    const third = make();
    third.restore(snapshot);
    third.read(0, found);
    expect(found).toEqual(expected);
  });

  test('refuses a snapshot of another disk', () => {
    const { snapshot } = { snapshot: overlayDisk(memoryDisk(8192)).snapshot() };
    const wrong = (change: object) => ({ ...snapshot, state: { ...snapshot.state, ...change } });
    const disk = overlayDisk(memoryDisk(8192));
    for (const bad of [
      wrong({ size: 4096 }),
      wrong({ granularity: 512 }),
      wrong({ chunks: [[2, null]] }),
      wrong({ chunks: [[0, new Uint8Array(1)]] }),
      { ...snapshot, version: 2 },
    ]) {
      expect(codeOf(() => disk.restore(bad))).toBe('SNAPSHOT_INVALID');
    }
  });
});

test('sizes and granularities that cannot be are refused', () => {
  for (const size of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(codeOf(() => memoryDisk(size))).toBe('CONFIG_INVALID');
  }
  for (const granularity of [0, 256, 1000, 2 ** 25, Number.NaN]) {
    expect(codeOf(() => overlayDisk(memoryDisk(512), { granularity }))).toBe('CONFIG_INVALID');
  }
});
