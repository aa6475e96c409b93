import { FRAME_STATE, FREE_STATUS, NO_FRAME } from '@armature/core';
import { expect, test } from 'vitest';
import { ExtentAllocator } from '../src/index.ts';

function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Owners of the frames: 0 is free. */
class Model {
  readonly base: number;
  readonly owners: number[];
  readonly runs: { id: number; frame: number; count: number }[] = [];
  next = 1;

  constructor(base: number, count: number) {
    this.base = base;
    this.owners = new Array(count).fill(0);
  }

  fits(frame: number, count: number): boolean {
    const index = frame - this.base;
    return (
      index >= 0 &&
      index + count <= this.owners.length &&
      this.owners.slice(index, index + count).every((owner) => owner === 0)
    );
  }

  hasRoom(count: number, align: number): boolean {
    return this.owners.some(
      (_, index) => (this.base + index) % align === 0 && this.fits(this.base + index, count),
    );
  }

  take(frame: number, count: number): void {
    expect(this.fits(frame, count)).toBe(true);
    this.owners.fill(this.next, frame - this.base, frame - this.base + count);
    this.runs.push({ id: this.next++, frame, count });
  }

  release(at: number): void {
    const { frame, count } = this.runs[at]!;
    this.owners.fill(0, frame - this.base, frame - this.base + count);
    this.runs.splice(at, 1);
  }
}

test.each([1, 2, 3, 4, 5, 6])('random calls agree with an array of owners (seed %i)', (seed) => {
  const next = generator(seed * 0x9e37_79b9);
  const base = 0x4_0000 + next(100);
  const allocator = new ExtentAllocator({ base, count: 100 + next(900) });
  const model = new Model(base, allocator.count);
  const found = (frame: number, count: number, align: number): void => {
    expect(frame !== NO_FRAME).toBe(model.hasRoom(count, align));
    if (frame === NO_FRAME) return;
    expect(frame % align).toBe(0);
    model.take(frame, count);
  };
  for (let step = 0; step < 1500; step++) {
    const at = next(Math.max(model.runs.length, 1));
    const run = model.runs[at];
    switch (next(7)) {
      case 0: {
        const order = next(8);
        found(allocator.alloc(order), 2 ** order, 2 ** order);
        break;
      }
      case 1: {
        const count = 1 + next(next(4) === 0 ? 200 : 20);
        found(allocator.allocRun(count), count, 1);
        break;
      }
      case 2: {
        const [count, align] = [1 + next(50), 2 ** next(7)];
        found(allocator.allocRun(count, { align }), count, align);
        break;
      }
      case 3: {
        const [frame, count] = [base + next(allocator.count), 1 + next(12)];
        const free = model.fits(frame, count);
        expect(allocator.allocAt(frame, count)).toBe(free);
        if (free) model.take(frame, count);
        break;
      }
      case 4: {
        const restored = new ExtentAllocator(allocator);
        restored.restore(JSON.parse(JSON.stringify(allocator.snapshot())));
        expect(restored.snapshot()).toEqual(allocator.snapshot());
        expect(restored.validate()).toEqual([]);
        break;
      }
      default:
        if (run === undefined) break;
        expect(allocator.freeRun(run.frame, run.count + 1)).not.toBe(FREE_STATUS.ok);
        expect(allocator.freeRun(run.frame, run.count)).toBe(FREE_STATUS.ok);
        expect(allocator.freeRun(run.frame, run.count)).toBe(FREE_STATUS.doubleFree);
        model.release(at);
    }
    if (step % 10 !== 0) continue;
    expect(allocator.validate()).toEqual([]);
    model.owners.forEach((owner, index) => {
      expect(allocator.state(base + index)).toBe(owner === 0 ? FRAME_STATE.free : FRAME_STATE.used);
    });
  }
});
