import type { FrameAllocator } from '@armature/core';
import {
  type CaseDefinition,
  check,
  inState,
  leavesNoTrace,
  type MakeFrameAllocator,
  mustAlloc,
  mustAllocRun,
  mustBeOk,
  RANGE,
  refused,
  same,
  sortedReservations,
  statesOf,
  throwsSnapshotInvalid,
  visibleState,
} from './harness.ts';

/** An allocator in the middle of its work: runs of several sizes, holes, and two reservations. */
function busy(make: MakeFrameAllocator): FrameAllocator {
  const allocator = make(RANGE);
  allocator.reserve(RANGE.base, 16, 'kernel');
  allocator.reserve(RANGE.base + 100, 1, 'hole');
  const runs = [3, 1, 8, 2, 5].map((count) => ({ count, frame: mustAllocRun(allocator, count) }));
  mustAlloc(allocator, 4);
  for (const { frame, count } of runs.filter((_, index) => index % 2 === 0)) {
    mustBeOk(allocator.freeRun(frame, count), 'freeRun');
  }
  allocator.allocRun(RANGE.count);
  return allocator;
}

/** What an allocator answers to a fixed sequence of calls. */
function answers(allocator: FrameAllocator): unknown {
  const batch = new Int32Array(7);
  return [
    allocator.alloc(0),
    allocator.allocRun(3),
    allocator.alloc(3),
    allocator.allocBatch(batch),
    [...batch],
    allocator.allocRun(10, { align: 4 }),
    allocator.alloc(9),
    allocator.stats(),
  ];
}

export const stateCases: readonly CaseDefinition[] = [
  {
    name: 'reserved frames are never handed out and cannot be freed',
    run: (make) => {
      const allocator = make(RANGE);
      check(allocator.reserve(RANGE.base, 16, 'kernel'), 'reserve failed on free frames');
      check(allocator.reserve(RANGE.base + 100, 1, 'hole'), 'reserve failed on a free frame');
      inState(allocator, RANGE.base, 16, 'reserved');
      const tags = [
        { frame: RANGE.base, count: 16, tag: 'kernel' },
        { frame: RANGE.base + 100, count: 1, tag: 'hole' },
      ];
      same(sortedReservations(allocator), tags, 'reservations()');
      refused(allocator, () => allocator.free(RANGE.base, 4), ['reserved'], 'free of reserved frames');
      refused(
        allocator,
        () => allocator.freeRun(RANGE.base + 100, 1),
        ['reserved'],
        'freeRun of a reserved frame',
      );
      refused(
        allocator,
        () => allocator.freeBatch(Int32Array.of(RANGE.base)),
        ['reserved'],
        'freeBatch of a reserved frame',
      );
      leavesNoTrace(
        allocator,
        () => allocator.allocAt(RANGE.base + 15, 2),
        false,
        'allocAt over reserved frames',
      );
      for (let count = RANGE.count - 17; count > 0; count--) {
        const frame = mustAlloc(allocator, 0);
        check(
          frame >= RANGE.base + 16 && frame !== RANGE.base + 100,
          `reserved frame ${frame} was handed out`,
        );
      }
      same(allocator.stats().free, 0, 'frames free');
    },
  },
  {
    name: 'reserve takes free frames of the range, or none',
    run: (make) => {
      const allocator = make(RANGE);
      allocator.reserve(RANGE.base, 4, 'first');
      allocator.allocAt(RANGE.base + 10, 2);
      const end = RANGE.base + RANGE.count;
      const refusals: [number, number, string][] = [
        [RANGE.base + 8, 3, 'used frames'],
        [RANGE.base + 11, 1, 'a used frame'],
        [RANGE.base + 3, 2, 'reserved frames'],
        [RANGE.base - 1, 2, 'frames outside'],
        [end - 1, 2, 'frames outside'],
        [end, 1, 'a frame outside'],
      ];
      for (const [frame, count, what] of refusals) {
        leavesNoTrace(allocator, () => allocator.reserve(frame, count, 'x'), false, `reserve over ${what}`);
      }
      check(
        allocator.reserve(RANGE.base + 4, 6, 'second'),
        'reserve failed between used and reserved frames',
      );
      mustBeOk(allocator.freeRun(RANGE.base + 10, 2), 'freeRun next to reserved frames');
    },
  },
  {
    name: 'statistics count successful allocations, frees and failures',
    run: (make) => {
      const allocator = make(RANGE);
      const block = mustAlloc(allocator, 2);
      mustAllocRun(allocator, 3);
      allocator.allocAt(RANGE.base + 200, 2);
      const batch = new Int32Array(5);
      allocator.allocBatch(batch);
      allocator.allocRun(300);
      allocator.alloc(20);
      allocator.allocBatch(new Int32Array(300));
      mustBeOk(allocator.free(block, 2), 'free');
      mustBeOk(allocator.freeBatch(batch), 'freeBatch');
      allocator.free(block, 2);
      const { allocations, frees, failures } = allocator.stats();
      // A batch counts each of its frames, so allocations less frees is the number of runs in use.
      same({ allocations, frees, failures }, { allocations: 8, frees: 6, failures: 3 }, 'stats()');
    },
  },
  {
    name: 'stats() and reservations() give copies',
    run: (make) => {
      const allocator = busy(make);
      const before = visibleState(allocator);
      Object.assign(allocator.stats(), { free: -1 });
      (allocator.reservations() as unknown[]).length = 0;
      same(visibleState(allocator), before, 'the state after changing what was returned');
    },
  },
  {
    name: 'drain changes nothing that can be seen',
    run: (make) => {
      const allocator = busy(make);
      const before = visibleState(allocator);
      allocator.drain();
      same(visibleState(allocator), before, 'the state after drain()');
    },
  },
  {
    name: 'reset frees everything, keeps reservations and clears the counters',
    run: (make) => {
      const allocator = busy(make);
      const reservations = sortedReservations(allocator);
      allocator.reset();
      same(sortedReservations(allocator), reservations, 'reservations()');
      same(
        allocator.stats(),
        { total: 256, free: 239, used: 0, reserved: 17, allocations: 0, frees: 0, failures: 0 },
        'stats()',
      );
      const fresh = make(RANGE);
      fresh.reserve(RANGE.base, 16, 'kernel');
      fresh.reserve(RANGE.base + 100, 1, 'hole');
      same(answers(allocator), answers(fresh), 'the answers of a reset allocator and of a fresh one');
    },
  },
  {
    name: 'the same calls give the same frames',
    run: (make) => {
      same(answers(busy(make)), answers(busy(make)), 'the answers of two allocators');
    },
  },
  {
    name: 'a restored allocator goes on as the original does',
    run: (make) => {
      const original = busy(make);
      const held = original.allocRun(6);
      const snapshot = structuredClone(original.snapshot());
      const restored = make(RANGE);
      mustAllocRun(restored, 200);
      restored.restore(snapshot);
      same(statesOf(restored), statesOf(original), 'the states of the frames');
      same(restored.stats(), original.stats(), 'stats()');
      same(sortedReservations(restored), sortedReservations(original), 'reservations()');
      refused(
        restored,
        () => restored.freeRun(held, 5),
        ['wrongSize'],
        'freeRun with another size, restored',
      );
      mustBeOk(restored.freeRun(held, 6), 'freeRun of a restored run');
      mustBeOk(original.freeRun(held, 6), 'freeRun');
      same(answers(restored), answers(original), 'the answers of the two allocators');
      restored.restore(snapshot);
      inState(restored, held, 6, 'used');
    },
  },
  {
    name: 'a snapshot does not change with the allocator',
    run: (make) => {
      const allocator = busy(make);
      const snapshot = allocator.snapshot();
      const before = JSON.stringify(structuredClone(snapshot));
      answers(allocator);
      allocator.reserve(RANGE.base + 240, 1, 'late');
      same(JSON.stringify(snapshot), before, 'the snapshot after more allocations');
      allocator.restore(snapshot);
      answers(allocator);
      same(JSON.stringify(snapshot), before, 'the snapshot after it was restored');
    },
  },
  {
    name: 'a snapshot of something else is refused and changes nothing',
    run: (make) => {
      const allocator = busy(make);
      const before = visibleState(allocator);
      const snapshot = allocator.snapshot();
      const wrong = {
        'another type': { ...snapshot, type: 'something-else' },
        'another version': { ...snapshot, version: snapshot.version + 1 },
        'another base': { ...snapshot, base: snapshot.base + 1 },
        'another count': { ...snapshot, count: snapshot.count + 1 },
        'no data': { ...snapshot, data: undefined },
        'empty data': { ...snapshot, data: {} },
        'data of another kind': { ...snapshot, data: 'x' },
        'the data of a larger allocator': {
          ...snapshot,
          data: make({ base: RANGE.base, count: 512 }).snapshot().data,
        },
      };
      for (const [what, each] of Object.entries(wrong)) {
        throwsSnapshotInvalid(() => allocator.restore(each), `a snapshot with ${what}`);
        same(visibleState(allocator), before, `the state after a snapshot with ${what}`);
      }
    },
  },
];
