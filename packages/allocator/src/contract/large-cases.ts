import { NO_FRAME } from '@armature/core';
import {
  type CaseDefinition,
  check,
  inState,
  leavesNoTrace,
  mustAlloc,
  mustAllocRun,
  mustBeOk,
  refused,
  same,
} from './harness.ts';

/** 22 MiB: more than ten huge frames (512 frames, 2 MiB), so that what an allocator keeps for each comes into play. */
const LARGE = { base: 0x4_0000, count: 5632 };

export const largeCases: readonly CaseDefinition[] = [
  {
    name: 'a range may begin at frame 0',
    run: (make) => {
      const allocator = make({ base: 0, count: 256 });
      check(allocator.allocAt(200, 3), 'allocAt failed on free frames');
      same(mustAlloc(allocator, 7), 0, 'the only block of 128 frames');
      mustBeOk(allocator.freeRun(200, 3), 'freeRun');
      const low = mustAllocRun(allocator, 3);
      mustBeOk(allocator.freeRun(low, 3), 'freeRun');
    },
  },
  {
    name: 'huge blocks are freed as they were handed out',
    run: (make) => {
      const allocator = make({ base: LARGE.base, count: 4096 });
      const block = mustAlloc(allocator, 10);
      const reasons = ['notAllocated', 'wrongSize'] as const;
      refused(allocator, () => allocator.free(block, 9), ['wrongSize'], 'free of the lower half');
      refused(allocator, () => allocator.free(block + 512, 9), reasons, 'free of the upper half');
      refused(allocator, () => allocator.free(block + 512, 0), reasons, 'free of a frame inside');
      const run = mustAllocRun(allocator, 1300);
      refused(allocator, () => allocator.freeRun(run, 1299), ['wrongSize'], 'a freeRun one frame short');
      refused(allocator, () => allocator.freeRun(run, 512), ['wrongSize'], 'a freeRun of 512 frames');
      const huge = mustAlloc(allocator, 9);
      mustBeOk(allocator.freeRun(run, 1300), 'freeRun');
      mustBeOk(allocator.free(block, 10), 'free');
      mustBeOk(allocator.free(huge, 9), 'free');
      refused(allocator, () => allocator.free(huge, 9), ['doubleFree'], 'a second free of a huge block');
      same(mustAlloc(allocator, 12), LARGE.base, 'alloc(12) after all came back');
    },
  },
  {
    name: 'a failed search for a larger block hides no smaller one, and freed huge blocks join again',
    run: (make) => {
      const allocator = make({ base: LARGE.base, count: 4096 });
      const blocks = Array.from({ length: 8 }, () => mustAlloc(allocator, 9)).sort((a, b) => a - b);
      const even = blocks.filter((frame) => (frame & 512) === 0);
      const odd = blocks.filter((frame) => (frame & 512) !== 0);
      for (const frame of even) mustBeOk(allocator.free(frame, 9), 'free');
      for (const order of [10, 11, 12]) same(allocator.alloc(order), NO_FRAME, `alloc(${order})`);
      for (const _ of even) mustAlloc(allocator, 9);
      for (const order of [9, 5, 0]) same(allocator.alloc(order), NO_FRAME, `alloc(${order}) of full memory`);
      for (const frame of odd) mustBeOk(allocator.free(frame, 9), 'free');
      for (const order of [10, 11, 12]) same(allocator.alloc(order), NO_FRAME, `alloc(${order})`);
      for (const frame of even) mustBeOk(allocator.free(frame, 9), 'free');
      allocator.drain();
      for (const order of [10, 11, 12]) {
        mustBeOk(allocator.free(mustAlloc(allocator, order), order), `free of order ${order}`);
      }
    },
  },
  {
    name: 'neighbouring huge blocks stay apart',
    run: (make) => {
      const allocator = make({ base: LARGE.base, count: 2048 });
      const blocks = [0, 1, 2, 3].map(() => mustAlloc(allocator, 9)).sort((a, b) => a - b);
      const reasons = ['notAllocated', 'wrongSize'] as const;
      refused(allocator, () => allocator.free(blocks[0]!, 10), reasons, 'free of two huge blocks as one');
      mustBeOk(allocator.free(blocks[1]!, 9), 'free');
      inState(allocator, blocks[0]!, 512, 'used');
      inState(allocator, blocks[1]!, 512, 'free');
      inState(allocator, blocks[2]!, 512, 'used');
    },
  },
  {
    name: 'runs keep their sizes across the borders of words and huge frames',
    run: (make) => {
      const allocator = make({ base: LARGE.base, count: 2048 });
      for (const border of [32, 64, 512, 1024]) {
        for (const before of [1, 2]) {
          const frame = LARGE.base + border - before;
          check(allocator.allocAt(frame, 4), `allocAt(${frame}, 4) failed on free frames`);
          refused(allocator, () => allocator.free(frame, 0), ['wrongSize'], 'free of the first frame');
          refused(
            allocator,
            () => allocator.freeBatch(Int32Array.of(frame)),
            ['wrongSize'],
            'freeBatch of it',
          );
          refused(
            allocator,
            () => allocator.freeRun(frame, before),
            ['wrongSize'],
            'freeRun up to the border',
          );
          mustBeOk(allocator.freeRun(frame, 4), 'freeRun');
        }
        const block = LARGE.base + border - 1;
        check(allocator.allocAt(block + 1, 8), 'allocAt failed on free frames');
        leavesNoTrace(allocator, () => allocator.allocAt(block - 1, 4), false, 'allocAt over the border');
        check(allocator.allocAt(block, 1), 'allocAt failed on a free frame');
        refused(allocator, () => allocator.freeRun(block, 9), ['wrongSize'], 'freeRun over two runs');
        mustBeOk(allocator.free(block, 0), 'free');
        mustBeOk(allocator.free(block + 1, 3), 'free');
      }
    },
  },
  {
    name: 'blocks all over a large region keep their sizes',
    run: (make) => {
      const allocator = make(LARGE);
      const blocks = Array.from({ length: LARGE.count / 8 }, () => {
        const frame = allocator.alloc(3);
        check(frame !== NO_FRAME, 'alloc(3) found nothing although there is room');
        return frame;
      });
      same(new Set(blocks).size, LARGE.count / 8, 'different blocks');
      leavesNoTrace(allocator, () => allocator.alloc(0), NO_FRAME, 'alloc(0) with nothing free');
      // Every 32nd block, so that the frames of each huge frame are looked at.
      for (const block of blocks.filter((_, index) => index % 32 === 0)) {
        same(allocator.free(block, 2), 3, `the status of free(${block}, 2) of a block of order 3`);
      }
      for (const block of blocks) mustBeOk(allocator.free(block, 3), `free(${block}, 3)`);
      allocator.drain();
      same(mustAlloc(allocator, 12), LARGE.base, 'alloc(12) after all blocks came back');
    },
  },
  {
    name: 'a checkerboard has single frames and nothing larger',
    run: (make) => {
      const allocator = make({ base: LARGE.base, count: 2048 });
      const batch = new Int32Array(2048);
      same(allocator.allocBatch(batch), 2048, 'allocBatch of all frames');
      mustBeOk(allocator.freeBatch(batch.filter((frame) => frame % 2 === 1)), 'freeBatch of the odd frames');
      for (const order of [1, 2, 5, 9, 10, 12]) {
        same(allocator.alloc(order), NO_FRAME, `alloc(${order}) in a checkerboard`);
      }
      same(allocator.allocRun(2), NO_FRAME, 'allocRun(2) in a checkerboard');
      mustBeOk(allocator.free(LARGE.base + 2000, 0), 'free of one frame between two free ones');
      allocator.drain();
      same(mustAllocRun(allocator, 3), LARGE.base + 1999, 'the only run of three frames');
    },
  },
];
