import { NO_FRAME, type RunConstraints } from '@armature/core';
import {
  type CaseDefinition,
  check,
  inState,
  leavesNoTrace,
  mustAlloc,
  mustAllocRun,
  mustBeOk,
  RANGE,
  same,
} from './harness.ts';

/** Ranges that are awkward for implementations that work in words, blocks or trees. */
const AWKWARD_RANGES = [
  { base: 0x4_0000, count: 1 },
  { base: 0, count: 33 },
  { base: 0x4_0003, count: 1000 },
  { base: 31, count: 97 },
  { base: 0x7fff_0001, count: 0xfffe },
];

export const allocationCases: readonly CaseDefinition[] = [
  {
    name: 'a fresh allocator has every frame of its range free',
    run: (make) => {
      for (const range of AWKWARD_RANGES) {
        const allocator = make(range);
        same({ base: allocator.base, count: allocator.count }, range, 'the range');
        inState(allocator, range.base, range.count, 'free');
        same(
          allocator.stats(),
          {
            total: range.count,
            free: range.count,
            used: 0,
            reserved: 0,
            allocations: 0,
            frees: 0,
            failures: 0,
          },
          'stats()',
        );
        same(allocator.reservations(), [], 'reservations()');
      }
    },
  },
  {
    name: 'frames outside the range are reserved',
    run: (make) => {
      const allocator = make(RANGE);
      for (const frame of [RANGE.base - 1, RANGE.base + RANGE.count, 0, 0x7fff_ffff, -1]) {
        same(allocator.state(frame), 2, `the state of frame ${frame}`);
      }
    },
  },
  {
    name: 'single frames are handed out once each, until there are none, and all come back',
    run: (make) => {
      for (const range of AWKWARD_RANGES.filter(({ count }) => count <= 1000)) {
        const allocator = make(range);
        const frames = Array.from({ length: range.count }, () => mustAlloc(allocator, 0));
        same(new Set(frames).size, range.count, 'different frames');
        leavesNoTrace(allocator, () => allocator.alloc(0), NO_FRAME, 'alloc(0) with nothing free');
        check(allocator.stats().failures > 0, 'a failed allocation is not in stats().failures');
        for (const frame of frames) mustBeOk(allocator.free(frame, 0), `free(${frame}, 0)`);
        inState(allocator, range.base, range.count, 'free');
      }
    },
  },
  {
    name: 'alloc gives 2^order frames, naturally aligned',
    run: (make) => {
      for (const base of [0x4_0000, 0x4_0003]) {
        const allocator = make({ base, count: 1024 });
        const runs = [0, 3, 1, 5, 0, 2, 7, 4].map((order) => ({ order, frame: mustAlloc(allocator, order) }));
        for (const { order, frame } of runs) {
          same(frame % 2 ** order, 0, `frame ${frame} modulo 2^${order}`);
        }
        same(
          allocator.stats().used,
          runs.reduce((sum, { order }) => sum + 2 ** order, 0),
          'frames used',
        );
        for (const { order, frame } of runs)
          mustBeOk(allocator.free(frame, order), `free(${frame}, ${order})`);
        same(allocator.stats().used, 0, 'frames used after freeing all');
      }
    },
  },
  {
    name: 'alloc of a whole aligned region succeeds, and a larger order fails',
    run: (make) => {
      const allocator = make(RANGE);
      leavesNoTrace(allocator, () => allocator.alloc(9), NO_FRAME, 'alloc(9) in 256 frames');
      same(mustAlloc(allocator, 8), RANGE.base, 'alloc(8)');
    },
  },
  {
    name: 'allocRun gives contiguous frames of any number',
    run: (make) => {
      const allocator = make({ base: 0x4_0003, count: 1000 });
      const counts = [3, 1, 33, 7, 64, 100, 5];
      const runs = counts.map((count) => ({ count, frame: mustAllocRun(allocator, count) }));
      same(
        allocator.stats().used,
        counts.reduce((sum, count) => sum + count, 0),
        'frames used',
      );
      for (const { count, frame } of runs)
        mustBeOk(allocator.freeRun(frame, count), `freeRun(${frame}, ${count})`);
      inState(allocator, allocator.base, allocator.count, 'free');
    },
  },
  {
    name: 'allocRun takes all frames at once when they are all free',
    run: (make) => {
      for (const range of AWKWARD_RANGES) {
        const allocator = make(range);
        leavesNoTrace(
          allocator,
          () => allocator.allocRun(range.count + 1),
          NO_FRAME,
          'a run of one frame too many',
        );
        same(mustAllocRun(allocator, range.count), range.base, 'the run of all frames');
      }
    },
  },
  {
    name: 'allocRun keeps each constraint',
    run: (make) => {
      const allocator = make({ base: 0x4_0003, count: 1000 });
      const constraintsList: (RunConstraints & { count: number })[] = [
        { count: 3, align: 64 },
        { count: 10, low: 0x4_0200 },
        { count: 10, high: 0x4_0040 },
        { count: 20, boundary: 32 },
        { count: 32, boundary: 32 },
        { count: 5, align: 4, low: 0x4_0101, high: 0x4_0180, boundary: 8 },
        { count: 1, low: 0x4_03ea },
        { count: 7, low: 0, high: 0x7fff_ffff },
      ];
      for (const { count, ...constraints } of constraintsList) {
        const frame = allocator.allocRun(count, constraints);
        const text = JSON.stringify(constraints);
        check(frame !== NO_FRAME, `allocRun(${count}, ${text}) found nothing although there is room`);
        inState(allocator, frame, count, 'used');
        const { align = 1, low = 0, high = 0x7fff_ffff, boundary = 0 } = constraints;
        check(
          frame % align === 0 &&
            frame >= low &&
            frame + count <= high &&
            (boundary === 0 || Math.floor(frame / boundary) === Math.floor((frame + count - 1) / boundary)),
          `allocRun(${count}, ${text}) gave frame ${frame}`,
        );
      }
    },
  },
  {
    name: 'allocRun fails without a trace when no run fits the constraints',
    run: (make) => {
      const allocator = make(RANGE);
      const end = RANGE.base + RANGE.count;
      const impossible: [number, RunConstraints][] = [
        [257, {}],
        [9, { boundary: 8 }],
        [2, { low: end - 1 }],
        [2, { high: RANGE.base + 1 }],
        [5, { low: RANGE.base + 1, high: RANGE.base + 7, align: 4 }],
        [1, { low: end }],
        [1, { high: RANGE.base }],
        [1, { low: RANGE.base + 9, high: RANGE.base + 5 }],
        [6, { low: RANGE.base + 4, high: RANGE.base + 12, boundary: 8 }],
        [1, { align: 0x1_0000, low: RANGE.base + 1 }],
      ];
      for (const [count, constraints] of impossible) {
        leavesNoTrace(
          allocator,
          () => allocator.allocRun(count, constraints),
          NO_FRAME,
          `allocRun(${count}, ${JSON.stringify(constraints)})`,
        );
      }
    },
  },
  {
    name: 'allocRun fails without a trace when enough frames are free but none are contiguous',
    run: (make) => {
      const allocator = make(RANGE);
      for (let frame = RANGE.base; frame < RANGE.base + RANGE.count; frame += 2) {
        check(allocator.allocAt(frame, 1), `allocAt(${frame}, 1) failed on a free frame`);
      }
      leavesNoTrace(allocator, () => allocator.allocRun(2), NO_FRAME, 'a run of two between used frames');
      leavesNoTrace(allocator, () => allocator.alloc(1), NO_FRAME, 'alloc(1) between used frames');
      mustAlloc(allocator, 0);
    },
  },
  {
    name: 'allocAt takes exactly the frames, or none',
    run: (make) => {
      const allocator = make(RANGE);
      const end = RANGE.base + RANGE.count;
      check(allocator.allocAt(RANGE.base + 10, 5), 'allocAt failed on free frames');
      inState(allocator, RANGE.base + 10, 5, 'used');
      inState(allocator, RANGE.base, 10, 'free');
      inState(allocator, RANGE.base + 15, RANGE.count - 15, 'free');
      const takenOrOutside: [number, number][] = [
        [RANGE.base + 10, 5],
        [RANGE.base + 14, 1],
        [RANGE.base + 5, 6],
        [RANGE.base + 14, 2],
        [RANGE.base - 1, 1],
        [RANGE.base - 1, 2],
        [end, 1],
        [end - 1, 2],
      ];
      for (const [frame, count] of takenOrOutside) {
        leavesNoTrace(allocator, () => allocator.allocAt(frame, count), false, `allocAt(${frame}, ${count})`);
      }
      check(allocator.allocAt(end - 1, 1), 'allocAt failed on the last frame');
      mustBeOk(allocator.freeRun(RANGE.base + 10, 5), 'freeRun of what allocAt took');
      check(allocator.allocAt(RANGE.base, RANGE.count - 1), 'allocAt failed on all frames but the last');
    },
  },
  {
    name: 'allocBatch gives single frames, all or none',
    run: (make) => {
      const allocator = make(RANGE);
      const batch = new Int32Array(100);
      same(allocator.allocBatch(batch), 100, 'allocBatch');
      same(new Set(batch).size, 100, 'different frames');
      for (const frame of batch) inState(allocator, frame, 1, 'used');
      same(allocator.stats().used, 100, 'frames used');
      leavesNoTrace(
        allocator,
        () => allocator.allocBatch(new Int32Array(157)),
        0,
        'a batch of one frame too many',
      );
      same(allocator.allocBatch(new Int32Array(156)), 156, 'a batch of all that is left');
      same(allocator.stats().free, 0, 'frames free');
      mustBeOk(allocator.free(batch[0]!, 0), 'free of one frame of a batch');
      leavesNoTrace(allocator, () => allocator.allocBatch(new Int32Array(0)), 0, 'an empty batch');
    },
  },
  {
    name: 'arguments that make no sense are refused without a trace',
    run: (make) => {
      const allocator = make(RANGE);
      for (const order of [-1, 0.5, 31, 32, 33, 40, 64, 1024, Number.NaN, Number.POSITIVE_INFINITY]) {
        leavesNoTrace(allocator, () => allocator.alloc(order), NO_FRAME, `alloc(${order})`);
      }
      for (const count of [0, -1, 0.5, 2 ** 32, 2 ** 32 + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
        leavesNoTrace(allocator, () => allocator.allocRun(count), NO_FRAME, `allocRun(${count})`);
        leavesNoTrace(
          allocator,
          () => allocator.allocAt(RANGE.base, count),
          false,
          `allocAt(base, ${count})`,
        );
        leavesNoTrace(
          allocator,
          () => allocator.reserve(RANGE.base, count, 'x'),
          false,
          `reserve(base, ${count})`,
        );
      }
      for (const frame of [RANGE.base + 0.5, RANGE.base + 2 ** 32, Number.NaN]) {
        leavesNoTrace(allocator, () => allocator.allocAt(frame, 1), false, `allocAt(${frame}, 1)`);
      }
      for (const bad of [0, -1, 3, 0.5, Number.NaN]) {
        leavesNoTrace(allocator, () => allocator.allocRun(1, { align: bad }), NO_FRAME, `align ${bad}`);
      }
    },
  },
];
