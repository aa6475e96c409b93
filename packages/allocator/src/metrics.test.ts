import { FRAME_STATE, type FrameState } from '@armature/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureFragmentation } from './index.ts';

/** An allocator of which only the states are known: `.` is free, `x` used, `r` reserved. */
function picture(base: number, frames: string) {
  const states: Record<string, FrameState> = {
    '.': FRAME_STATE.free,
    x: FRAME_STATE.used,
    r: FRAME_STATE.reserved,
  };
  return { base, count: frames.length, state: (frame: number) => states[frames[frame - base]!]! };
}

test('counts runs, blocks and what blocks leave over', () => {
  expect(measureFragmentation(picture(0, '..x.....r.'), { maxOrder: 3, hugeOrder: 2 })).toEqual({
    freeFrames: 8,
    freeRuns: 3,
    largestFreeRun: 5,
    freeHugeFrames: 1,
    freeBlocks: [8, 3, 1, 0],
    unusableFreeSpace: [0, 0.25, 0.5, 1],
  });
});

test('alignment is that of the frame number, not of the index', () => {
  expect(measureFragmentation(picture(1, '....'), { maxOrder: 2 }).freeBlocks).toEqual([4, 1, 0]);
  expect(measureFragmentation(picture(4, '....'), { maxOrder: 2 }).freeBlocks).toEqual([4, 2, 1]);
});

test('a huge frame is 512 frames by default', () => {
  expect(measureFragmentation(picture(0x4_0000, '.'.repeat(1024))).freeHugeFrames).toBe(2);
  expect(measureFragmentation(picture(0x4_0001, '.'.repeat(1024))).freeHugeFrames).toBe(1);
  expect(measureFragmentation(picture(0x4_0000, '.'.repeat(1024)), { maxOrder: 2 }).freeBlocks).toHaveLength(
    3,
  );
});

test('nothing free is not fragmented', () => {
  expect(measureFragmentation(picture(0, 'xxrr'), { maxOrder: 1 })).toEqual({
    freeFrames: 0,
    freeRuns: 0,
    largestFreeRun: 0,
    freeHugeFrames: 0,
    freeBlocks: [0, 0],
    unusableFreeSpace: [0, 0],
  });
});

test('agrees with counting every block', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.string({ unit: fc.constantFrom('.', '.', '.', 'x', 'r'), minLength: 1, maxLength: 80 }),
      (base, frames) => {
        const measured = measureFragmentation(picture(base, frames), { maxOrder: 4 });
        const runs = frames.split(/[xr]+/).filter((run) => run !== '');
        expect(measured.freeRuns).toBe(runs.length);
        expect(measured.largestFreeRun).toBe(Math.max(0, ...runs.map((run) => run.length)));
        for (let order = 0; order <= 4; order++) {
          const size = 2 ** order;
          const blocks = Array.from(frames, (_, index) => index).filter(
            (index) => (base + index) % size === 0 && frames.slice(index, index + size) === '.'.repeat(size),
          );
          expect(measured.freeBlocks[order]).toBe(blocks.length);
        }
      },
    ),
  );
});
