/** Devices and queues in a guest whose memory is backed frame by frame. */
import { ArmatureError, manualClock, PAGE_SIZE, PhysicalMemory, type RegionFrames } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { GUEST_RAM, GUEST_RAM_BYTES, GUEST_ROM, GuestDriver } from '../src/contract.ts';
import { offerHostileChains } from '../src/hostile.ts';
import { Echo } from './echo.ts';

const FIRST = 32;
const PAGES = GUEST_RAM_BYTES / PAGE_SIZE;

/** Frames in an order in which no two neighbours are adjacent, given when they are touched. */
class Frames implements RegionFrames {
  readonly table = new Int32Array(PAGES);
  /** Where a guest in one piece has a guard, which is never written. */
  readonly zeroFrame = 1;
  touched = 0;
  room = PAGES;
  private readonly bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.bytes = new Uint8Array(memory.buffer);
  }

  touch(guestFrame: number): number {
    if (this.touched === this.room) throw new ArmatureError('MEMORY_EXHAUSTED', 'no frame left');
    this.touched++;
    const frame = FIRST + ((guestFrame * 101) % PAGES);
    this.table[guestFrame] = frame;
    return frame;
  }

  release(guestFrame: number): void {
    const at = this.table[guestFrame] * PAGE_SIZE;
    this.bytes.fill(0, at, at + PAGE_SIZE);
    this.table[guestFrame] = 0;
    this.touched--;
  }
}

function make() {
  const memory = new WebAssembly.Memory({ initial: (3 * 65536 + GUEST_RAM_BYTES + 65536) / 65536 });
  const frames = new Frames(memory);
  return {
    frames,
    memory: new PhysicalMemory(memory, [
      { name: 'rom', base: GUEST_ROM, size: PAGE_SIZE, kind: 'rom', hostOffset: 0x1_0000 },
      { name: 'ram', base: GUEST_RAM, size: GUEST_RAM_BYTES, kind: 'ram', hostOffset: -1, frames },
    ]),
  };
}

function begin() {
  const { memory, frames } = make();
  const guest = new GuestDriver(new Echo(), { memory, clock: manualClock() });
  const [queue] = guest.start();
  return { memory, frames, guest, queue };
}

const counting = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);

describe('frames that are not adjacent', () => {
  test.each([false, true])('buffers across them, indirect %s', (indirect) => {
    const { queue } = begin();
    const sent = counting(5 * PAGE_SIZE);
    for (let round = 0; round < 4; round++) {
      const answer = queue.exchange([sent], [3 * PAGE_SIZE + 17, 2 * PAGE_SIZE], { indirect });
      expect(answer?.written).toBe(5 * PAGE_SIZE);
      expect(Buffer.compare(answer!.bytes.subarray(0, sent.length), sent)).toBe(0);
    }
  });

  test('a table of descriptors across them', () => {
    const { memory, guest, queue } = begin();
    const table = GUEST_RAM + 0x8_0000 + PAGE_SIZE - 24;
    const [from, to] = [guest.allocate(64), guest.allocate(64)];
    memory.write(from, counting(64));
    const descriptor = (at: number, address: number, flags: number, next: number): void => {
      memory.writeU64(at, BigInt(address));
      memory.writeU32(at + 8, 64);
      memory.writeU16(at + 12, flags);
      memory.writeU16(at + 14, next);
    };
    // The second one begins in one frame and ends in the other.
    descriptor(table, from, 1, 1);
    descriptor(table + 16, to, 2, 0);
    queue.describe(0, table, 32, 4);
    queue.offer(0);
    queue.notify();
    expect(queue.collect()).toEqual([{ head: 0, written: 64 }]);
    expect(memory.read(to, 64)).toEqual(counting(64));
  });

  test('engines hear of the guest addresses that the device writes', () => {
    const { memory, guest, queue } = begin();
    const answer = guest.allocate(2 * PAGE_SIZE, PAGE_SIZE) + 100;
    const heard: number[][] = [];
    queue.submit([counting(PAGE_SIZE)], [[answer, PAGE_SIZE]]);
    memory.onHostWrite((...range) => heard.push(range));
    queue.notify();
    expect(heard).toContainEqual([answer, PAGE_SIZE - 100]);
    expect(heard).toContainEqual([answer + PAGE_SIZE - 100, 100]);
  });
});

test('only what is written is touched, and what was released is found again', () => {
  const { memory, frames, guest, queue } = begin();
  const from = GUEST_RAM + 0x8_0000;
  const to = GUEST_RAM + 0x9_0000;
  queue.describe(0, from, 2 * PAGE_SIZE, 1, 1);
  queue.describe(1, to, 2 * PAGE_SIZE, 2);
  const before = frames.touched;
  for (let round = 1; round <= 3; round++) {
    queue.offer(0);
    queue.notify();
    expect(queue.collect()).toEqual([{ head: 0, written: 2 * PAGE_SIZE }]);
    expect(frames.touched).toBe(before + 2);
    expect(memory.read(to, 2 * PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
    expect(memory.release(to, 2 * PAGE_SIZE)).toBe(2);
  }
  // The rings go, too: the device must not write where they were.
  const rings = frames.table.slice();
  memory.release(GUEST_RAM, GUEST_RAM_BYTES);
  memory.writeU16(queue.available + 2, 4);
  queue.notify();
  for (const frame of rings) {
    if (frame === 0 || frames.table.includes(frame)) continue;
    const at = frame * PAGE_SIZE;
    expect(memory.bytes.subarray(at, at + PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
  }
  expect(guest.isContained()).toBe(true);
});

test('a device that finds no frame has not taken the buffer: it is served once there is one', () => {
  const { memory, frames, guest, queue } = begin();
  const from = guest.allocate(PAGE_SIZE);
  memory.write(from, counting(PAGE_SIZE));
  const to = GUEST_RAM + 0x9_0000;
  queue.describe(0, from, PAGE_SIZE, 1, 1);
  queue.describe(1, to, PAGE_SIZE, 2);
  queue.offer(0);
  frames.room = frames.touched;
  expect(() => queue.notify()).toThrow('no frame left');
  expect(() => queue.notify()).toThrow('no frame left');
  expect(queue.collect()).toEqual([]);
  expect(guest.needsReset).toBe(false);
  frames.room++;
  queue.notify();
  expect(queue.collect()).toEqual([{ head: 0, written: PAGE_SIZE }]);
  expect(memory.read(to, PAGE_SIZE)).toEqual(counting(PAGE_SIZE));
});

test.each([false, true])('a hostile driver gets what it gets of memory in one piece, legacy %s', (legacy) => {
  for (const seed of [1, 77, 4242]) {
    const options = { cases: 1500, seed, legacy };
    const { memory } = make();
    const scattered = offerHostileChains(new Echo(), { ...options, memory });
    expect(scattered).toEqual(offerHostileChains(new Echo(), options));
    expect(scattered.completed).toBeGreaterThan(100);
  }
});
