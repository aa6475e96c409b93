import { describe, expect, test } from 'vitest';
import { ArmatureError, PAGE_SIZE, PhysicalMemory, type RegionFrames } from './index.ts';

const BASE = 0x4000_0000;
const ZERO_FRAME = 1;
const ONE_PIECE = 0x5000_0000;

/** Frames given from the top, so that no two neighbours are neighbours in machine memory. */
class Descending implements RegionFrames {
  readonly table: Int32Array;
  readonly zeroFrame = ZERO_FRAME;
  touched = 0;
  readonly given: number[] = [];
  private next: number;
  private readonly lowest: number;

  constructor(pages: number, lowest: number, next: number) {
    this.table = new Int32Array(pages);
    this.lowest = lowest;
    this.next = next;
  }

  touch(guestFrame: number): number {
    if (this.next < this.lowest) throw new ArmatureError('MEMORY_EXHAUSTED', 'no frame left');
    this.touched++;
    this.table[guestFrame] = this.next;
    return this.next--;
  }

  release(guestFrame: number): void {
    this.given.push(this.table[guestFrame]);
    this.table[guestFrame] = 0;
    this.touched--;
  }
}

function make(pages = 8) {
  const machine = new WebAssembly.Memory({ initial: 2 });
  const frames = new Descending(pages, 2, 15);
  const memory = new PhysicalMemory(machine, [
    { name: 'ram', base: BASE, size: pages * PAGE_SIZE, kind: 'ram', hostOffset: -1, frames },
    { name: 'one', base: ONE_PIECE, size: 2 * PAGE_SIZE, kind: 'ram', hostOffset: 16 * PAGE_SIZE },
  ]);
  return { memory, frames };
}

const count = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index + 1);

describe('memory that is backed frame by frame', () => {
  test('what is untouched reads as zero, and reading touches nothing', () => {
    const { memory, frames } = make();
    expect(memory.read(BASE, 8 * PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
    expect([memory.readU8(BASE), memory.readU16(BASE), memory.readU32(BASE), memory.readU64(BASE)]).toEqual([
      0,
      0,
      0,
      0n,
    ]);
    expect(memory.readableOffset(BASE + 5)).toBe(ZERO_FRAME * PAGE_SIZE + 5);
    expect(memory.contains(BASE, 8 * PAGE_SIZE)).toBe(true);
    expect(memory.holds(BASE, 8 * PAGE_SIZE)).toBe(true);
    memory.fill(BASE, 8 * PAGE_SIZE, 0);
    memory.visitPieces(BASE, 8 * PAGE_SIZE, 'read', () => {});
    memory.visitPresent(BASE, 8 * PAGE_SIZE, () => expect.fail('nothing is there'));
    expect(frames.touched).toBe(0);
    expect(memory.residentBytes).toBe(2 * PAGE_SIZE);
  });

  test.each([
    ['writeU8', 'readU8', 0x12, 1],
    ['writeU16', 'readU16', 0x1234, 2],
    ['writeU32', 'readU32', 0x1234_5678, 4],
    ['writeU64', 'readU64', 0x1234_5678_9abc_def0n, 8],
  ] as const)('%s and %s, also across frames', (write, read, value, size) => {
    for (let distance = 0; distance <= size; distance++) {
      const { memory, frames } = make();
      const address = BASE + PAGE_SIZE - distance;
      const heard: number[][] = [];
      memory.onHostWrite((...range) => heard.push(range));
      memory[write](address, value as never);
      expect(memory[read](address)).toBe(value);
      expect(frames.touched).toBe(distance > 0 && distance < size ? 2 : 1);
      expect(heard).toEqual([[address, size]]);
    }
  });

  test('bytes are written and read across frames that are not adjacent', () => {
    const { memory, frames } = make();
    const bytes = count(3 * PAGE_SIZE);
    memory.write(BASE + 100, bytes);
    expect(memory.read(BASE + 100, bytes.length)).toEqual(bytes);
    expect([...frames.table]).toEqual([15, 14, 13, 12, 0, 0, 0, 0]);
    memory.fill(BASE + PAGE_SIZE - 2, 4, 7);
    expect([...memory.read(BASE + PAGE_SIZE - 3, 6)].slice(1, 5)).toEqual([7, 7, 7, 7]);
    memory.fill(BASE, 8 * PAGE_SIZE, 0);
    expect(frames.touched).toBe(4);
    expect(memory.read(BASE, 8 * PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
  });

  test('an offset is of one frame, which it touches; there is none of several', () => {
    const { memory, frames } = make();
    expect(memory.hostOffset(BASE + PAGE_SIZE - 4, 8)).toBe(-1);
    expect(memory.readableOffset(BASE + PAGE_SIZE - 4, 8)).toBe(-1);
    expect(frames.touched).toBe(0);
    expect(memory.hostOffset(BASE + 4, 8)).toBe(15 * PAGE_SIZE + 4);
    expect(memory.fixedOffset(BASE + 4, 8)).toBe(-1);
    expect(memory.fixedOffset(ONE_PIECE + 4, PAGE_SIZE)).toBe(16 * PAGE_SIZE + 4);
    expect(memory.hostOffset(BASE + 7 * PAGE_SIZE, PAGE_SIZE + 1)).toBe(-1);
    expect(memory.contains(BASE + 7 * PAGE_SIZE, PAGE_SIZE + 1)).toBe(false);
  });

  test('pieces are as long as frames are adjacent', () => {
    const { memory, frames } = make();
    for (const [page, frame] of [5, 6, 7, 3, 0, 8, 9].entries()) frames.table[page] = frame;
    const pieces: number[][] = [];
    memory.visitPieces(BASE + 1, 8 * PAGE_SIZE - 2, 'read', (...piece) => pieces.push(piece));
    expect(pieces).toEqual([
      [5 * PAGE_SIZE + 1, 3 * PAGE_SIZE - 1, 0],
      [3 * PAGE_SIZE, PAGE_SIZE, 3 * PAGE_SIZE - 1],
      [ZERO_FRAME * PAGE_SIZE, PAGE_SIZE, 4 * PAGE_SIZE - 1],
      [8 * PAGE_SIZE, 2 * PAGE_SIZE, 5 * PAGE_SIZE - 1],
      [ZERO_FRAME * PAGE_SIZE, PAGE_SIZE - 1, 7 * PAGE_SIZE - 1],
    ]);
    const present: number[][] = [];
    memory.visitPresent(BASE - PAGE_SIZE, 7 * PAGE_SIZE, (...piece) => present.push(piece));
    expect(present).toEqual([
      [5 * PAGE_SIZE, 3 * PAGE_SIZE, PAGE_SIZE],
      [3 * PAGE_SIZE, PAGE_SIZE, 4 * PAGE_SIZE],
      [8 * PAGE_SIZE, PAGE_SIZE, 6 * PAGE_SIZE],
    ]);
    expect(() => memory.visitPieces(BASE, 9 * PAGE_SIZE, 'read', () => {})).toThrow('no guest memory');
  });

  test.each<[string, (memory: PhysicalMemory, address: number) => void]>([
    ['a write', (memory, address) => memory.write(address, count(3 * PAGE_SIZE))],
    ['a fill', (memory, address) => memory.fill(address, 3 * PAGE_SIZE, 7)],
    ['a number', (memory, address) => memory.writeU64(address + 2 * PAGE_SIZE - 4, 1n)],
  ])('%s that finds no frame in its middle changes nothing', (_what, change) => {
    const { memory } = make(32);
    // Leaves one frame beside the first, and two or more are needed.
    memory.touch(BASE + 20 * PAGE_SIZE, 12 * PAGE_SIZE);
    memory.writeU8(BASE + 5, 9);
    memory.onHostWrite(() => expect.fail('nothing was written'));
    expect(() => change(memory, BASE)).toThrow('no frame left');
    const bytes = memory.read(BASE, 4 * PAGE_SIZE);
    expect(bytes[5]).toBe(9);
    expect(bytes.filter((byte) => byte !== 0)).toHaveLength(1);
  });

  test('a write that finds no frame throws, and what was touched before stays', () => {
    const { memory, frames } = make(32);
    expect(() => memory.touch(BASE, 32 * PAGE_SIZE)).toThrow('no frame left');
    expect(frames.touched).toBe(14);
    memory.write(BASE, count(4));
    expect(() => memory.writeU64(BASE + 14 * PAGE_SIZE - 4, 1n)).toThrow('no frame left');
    expect(memory.readU32(BASE)).toBe(0x0403_0201);
  });

  test('frames are released after those who know them were told', () => {
    const { memory, frames } = make();
    memory.write(BASE, count(3 * PAGE_SIZE));
    memory.onRelease((hostFrames) => {
      expect(hostFrames).toEqual([14, 13]);
      expect(frames.given).toEqual([]);
    });
    expect(memory.release(BASE + PAGE_SIZE, 7 * PAGE_SIZE)).toBe(2);
    expect(frames.given).toEqual([14, 13]);
    expect(memory.release(BASE + PAGE_SIZE, 7 * PAGE_SIZE)).toBe(0);
    expect(memory.readU32(BASE + PAGE_SIZE)).toBe(0);
    expect(memory.readU32(BASE)).toBe(0x0403_0201);
  });

  test('only whole frames are released, and nothing of memory in one piece', () => {
    const { memory } = make();
    memory.writeU8(ONE_PIECE, 1);
    expect(memory.release(ONE_PIECE, PAGE_SIZE)).toBe(0);
    expect(memory.readU8(ONE_PIECE)).toBe(1);
    expect(() => memory.release(BASE + 1, PAGE_SIZE)).toThrow('not whole frames');
    expect(() => memory.release(BASE, PAGE_SIZE + 1)).toThrow('not whole frames');
    expect(() => memory.release(BASE, 9 * PAGE_SIZE)).toThrow('no guest memory');
  });

  test('a region may be larger than 4 GiB', () => {
    const pages = 2 ** 21;
    const { memory, frames } = make(pages);
    const last = BASE + pages * PAGE_SIZE - 8;
    memory.writeU64(last, 0x1122_3344_5566_7788n);
    expect(memory.readU64(last)).toBe(0x1122_3344_5566_7788n);
    expect(frames.table[pages - 1]).toBe(15);
    expect(memory.hostOffset(last)).toBe(16 * PAGE_SIZE - 8);
  });
});
