import { expect, test } from 'vitest';
import { ArmatureError, type MemoryRegion, PhysicalMemory } from './index.ts';

const region = (
  name: string,
  base: number,
  hostOffset: number,
  kind: 'ram' | 'rom' = 'ram',
): MemoryRegion => ({
  name,
  base,
  size: 8192,
  kind,
  hostOffset,
});

function make(): PhysicalMemory {
  const memory = new WebAssembly.Memory({ initial: 2 });
  return new PhysicalMemory(memory, [
    region('high', 0x80_0000_0000, 65536),
    region('low', 0x1000, 4096, 'rom'),
  ]);
}

test('values go where the region says, little-endian, also above 4 GiB', () => {
  const memory = make();
  memory.writeU64(0x80_0000_0008, 0x1122_3344_5566_7788n);
  expect(memory.readU32(0x80_0000_0008)).toBe(0x5566_7788);
  expect(memory.readU8(0x80_0000_000f)).toBe(0x11);
  expect(memory.bytes[65536 + 8]).toBe(0x88);
  memory.write(0x1000, new Uint8Array([1, 2, 3]));
  expect([...memory.read(0x1000, 4)]).toEqual([1, 2, 3, 0]);
  memory.fill(0x1001, 2, 9);
  expect(memory.readU32(0x1000)).toBe(0x0009_0901);
});

test('regions are found, and ranges must lie in one of them', () => {
  const memory = make();
  expect(memory.regionAt(0x2fff)?.name).toBe('low');
  expect(memory.regionAt(0x3000)).toBeUndefined();
  expect(memory.hostOffset(0x2fff, 1)).toBe(4096 + 8191);
  expect(memory.hostOffset(0x2fff, 2)).toBe(-1);
  expect(memory.hostOffset(0)).toBe(-1);
});

test('what is not memory is an error with the address', () => {
  const memory = make();
  for (const misuse of [
    () => memory.readU32(0x2ffe),
    () => memory.write(0x0, new Uint8Array(1)),
    () => memory.fill(0x1000, 8193, 0),
    () => memory.writeU64(0x80_0000_1ffc, 0n),
  ]) {
    expect(misuse).toThrowError(ArmatureError);
    expect(misuse).toThrowError(/no guest memory at 0x/);
  }
});

test('host writes are told', () => {
  const memory = make();
  const seen: [number, number][] = [];
  memory.onHostWrite((base, size) => seen.push([base, size]));
  memory.writeU32(0x1004, 1);
  memory.write(0x1000, new Uint8Array(5));
  memory.readU32(0x1000);
  expect(seen).toEqual([
    [0x1004, 4],
    [0x1000, 5],
  ]);
});

test('a hidden region is no memory to the guest, and keeps its bytes', () => {
  const memory = make();
  const low = memory.regionAt(0x1000)!;
  const seen: [string, boolean][] = [];
  memory.onVisibilityChange(({ name }, visible) => seen.push([name, visible]));
  memory.writeU32(0x1004, 7);
  memory.setVisible(low, true);
  memory.setVisible(low, false);
  memory.setVisible(low, false);
  expect(memory.regionAt(0x1004)).toBeUndefined();
  expect(memory.hostOffset(0x1004, 4)).toBe(-1);
  expect([memory.holds(0x1000, 8192), memory.holds(0x1001, 8192), memory.holds(0x3000)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(memory.readU32(0x1004)).toBe(7);
  memory.fill(0x1000, 8192, 0);
  memory.writeU32(0x1004, 8);
  expect(memory.regions).toContain(low);
  expect(memory.regionAt(0x80_0000_0000)?.name).toBe('high');
  memory.setVisible(low, true);
  expect(memory.readU32(0x1004)).toBe(8);
  expect(seen).toEqual([
    ['low', false],
    ['low', true],
  ]);
});

test('regions are whole pages', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bad = { ...region('odd', 0x1001, 0), size: 4096 };
  expect(() => new PhysicalMemory(memory, [bad])).toThrowError(/whole 4 KiB pages/);
});
