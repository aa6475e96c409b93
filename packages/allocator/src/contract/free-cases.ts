import {
  type CaseDefinition,
  inState,
  mustAlloc,
  mustAllocRun,
  mustBeOk,
  RANGE,
  refused,
  same,
} from './harness.ts';

export const freeCases: readonly CaseDefinition[] = [
  {
    name: 'a double free is refused',
    run: (make) => {
      const allocator = make(RANGE);
      const single = mustAlloc(allocator, 0);
      const block = mustAlloc(allocator, 3);
      const run = mustAllocRun(allocator, 5);
      mustBeOk(allocator.free(single, 0), 'the first free');
      mustBeOk(allocator.free(block, 3), 'the first free');
      mustBeOk(allocator.freeRun(run, 5), 'the first freeRun');
      refused(allocator, () => allocator.free(single, 0), ['doubleFree'], 'a second free of one frame');
      refused(allocator, () => allocator.free(block, 3), ['doubleFree'], 'a second free of a block');
      refused(allocator, () => allocator.freeRun(run, 5), ['doubleFree'], 'a second freeRun');
    },
  },
  {
    name: 'frames that were never handed out cannot be freed',
    run: (make) => {
      const allocator = make(RANGE);
      const reasons = ['doubleFree', 'notAllocated'] as const;
      refused(allocator, () => allocator.free(RANGE.base, 0), reasons, 'free of a fresh frame');
      refused(allocator, () => allocator.free(RANGE.base, 4), reasons, 'free of a fresh block');
      refused(allocator, () => allocator.freeRun(RANGE.base + 7, 3), reasons, 'freeRun of fresh frames');
      refused(
        allocator,
        () => allocator.freeBatch(Int32Array.of(RANGE.base)),
        reasons,
        'freeBatch of a fresh frame',
      );
    },
  },
  {
    name: 'frames outside the range cannot be freed',
    run: (make) => {
      const allocator = make(RANGE);
      mustAllocRun(allocator, RANGE.count);
      const end = RANGE.base + RANGE.count;
      for (const frame of [RANGE.base - 1, end, 0, -1, 0x7fff_ffff]) {
        refused(allocator, () => allocator.free(frame, 0), ['outOfRange'], `free(${frame}, 0)`);
        refused(allocator, () => allocator.freeRun(frame, 1), ['outOfRange'], `freeRun(${frame}, 1)`);
        refused(
          allocator,
          () => allocator.freeBatch(Int32Array.of(frame)),
          ['outOfRange'],
          `freeBatch([${frame}])`,
        );
      }
      refused(allocator, () => allocator.freeRun(end - 1, 2), ['outOfRange'], 'a run that ends outside');
      refused(
        allocator,
        () => allocator.freeRun(RANGE.base, 2 ** 32 + 256),
        ['outOfRange'],
        'a run of 2^32 frames',
      );
    },
  },
  {
    name: 'the first frames of a longer run cannot be freed as a block',
    run: (make) => {
      const allocator = make(RANGE);
      for (let first = 16; first < 40; first += 2) {
        for (const count of [3, 5, 9, 17, 33]) {
          const frame = RANGE.base + first;
          same(allocator.allocAt(frame, count), true, `allocAt(${frame}, ${count})`);
          for (let order = 0; 2 ** order < count && frame % 2 ** order === 0; order++) {
            refused(allocator, () => allocator.free(frame, order), ['wrongSize'], `free(${frame}, ${order})`);
          }
          mustBeOk(allocator.freeRun(frame, count), `freeRun(${frame}, ${count})`);
        }
      }
    },
  },
  {
    name: 'a free with another size is refused',
    run: (make) => {
      const allocator = make(RANGE);
      const block = mustAlloc(allocator, 3);
      refused(allocator, () => allocator.free(block, 2), ['wrongSize'], 'free of the lower half');
      refused(allocator, () => allocator.free(block, 0), ['wrongSize'], 'free of the first frame');
      const run = mustAllocRun(allocator, 6);
      refused(allocator, () => allocator.freeRun(run, 5), ['wrongSize'], 'a freeRun one frame short');
      refused(allocator, () => allocator.freeRun(run, 7), ['wrongSize'], 'a freeRun one frame long');
      mustBeOk(allocator.freeRun(run, 6), 'freeRun');
      mustBeOk(allocator.free(block, 3), 'free');
    },
  },
  {
    name: 'adjacent runs stay apart',
    run: (make) => {
      const allocator = make(RANGE);
      for (const offset of [8, 9, 10, 11]) allocator.allocAt(RANGE.base + offset, 1);
      allocator.allocAt(RANGE.base + 12, 4);
      const reasons = ['wrongSize', 'notAllocated'] as const;
      refused(
        allocator,
        () => allocator.free(RANGE.base + 8, 2),
        reasons,
        'free of four single frames as a block',
      );
      refused(allocator, () => allocator.freeRun(RANGE.base + 11, 5), reasons, 'freeRun over two runs');
      mustBeOk(allocator.freeRun(RANGE.base + 12, 4), 'freeRun');
      mustBeOk(allocator.freeRun(RANGE.base + 9, 1), 'freeRun');
      inState(allocator, RANGE.base + 8, 1, 'used');
      inState(allocator, RANGE.base + 10, 2, 'used');
    },
  },
  {
    name: 'a free from the middle of a run is refused',
    run: (make) => {
      const allocator = make(RANGE);
      const block = mustAlloc(allocator, 3);
      const reasons = ['notAllocated', 'wrongSize'] as const;
      refused(allocator, () => allocator.free(block + 4, 2), reasons, 'free of the upper half');
      refused(allocator, () => allocator.free(block + 7, 0), reasons, 'free of the last frame');
      refused(allocator, () => allocator.freeRun(block + 1, 3), reasons, 'freeRun inside');
      refused(allocator, () => allocator.freeBatch(Int32Array.of(block + 1)), reasons, 'freeBatch inside');
    },
  },
  {
    name: 'a free that is not aligned for its order is refused',
    run: (make) => {
      const allocator = make(RANGE);
      const block = mustAlloc(allocator, 3);
      refused(allocator, () => allocator.free(block + 1, 1), ['misaligned'], 'free(frame + 1, 1)');
      refused(allocator, () => allocator.free(block + 2, 2), ['misaligned'], 'free(frame + 2, 2)');
    },
  },
  {
    name: 'a free of an order that makes no sense is refused',
    run: (make) => {
      const allocator = make(RANGE);
      const frame = mustAlloc(allocator, 0);
      const reasons = ['outOfRange', 'wrongSize', 'misaligned', 'notAllocated'] as const;
      for (const order of [-1, 0.5, 31, 32, 64, Number.NaN]) {
        refused(allocator, () => allocator.free(frame, order), reasons, `free(frame, ${order})`);
      }
      for (const count of [0, -1, 0.5, 2 ** 32 + 1, Number.NaN]) {
        refused(allocator, () => allocator.freeRun(frame, count), reasons, `freeRun(frame, ${count})`);
      }
    },
  },
  {
    name: 'a run of 2^order frames may be freed by order or by count',
    run: (make) => {
      const allocator = make(RANGE);
      mustBeOk(allocator.freeRun(mustAlloc(allocator, 3), 8), 'freeRun of what alloc gave');
      const run = allocator.allocRun(8, { align: 8 });
      mustBeOk(allocator.free(run, 3), 'free of what allocRun gave');
      mustBeOk(allocator.freeRun(mustAlloc(allocator, 0), 1), 'freeRun of one frame');
      mustBeOk(allocator.freeBatch(Int32Array.of(mustAlloc(allocator, 0))), 'freeBatch of what alloc gave');
      inState(allocator, RANGE.base, RANGE.count, 'free');
    },
  },
  {
    name: 'freeBatch frees all frames, or none when one of them is bad',
    run: (make) => {
      const allocator = make(RANGE);
      const batch = new Int32Array(40);
      allocator.allocBatch(batch);
      const block = mustAlloc(allocator, 2);
      const unused = Array.from({ length: RANGE.count }, (_, index) => RANGE.base + index).find(
        (frame) => allocator.state(frame) === 0,
      )!;
      const any = ['doubleFree', 'notAllocated', 'wrongSize', 'outOfRange'] as const;
      for (const bad of [unused, block, block + 1, RANGE.base - 1, batch[3]!]) {
        refused(
          allocator,
          () => allocator.freeBatch(Int32Array.of(...batch, bad)),
          any,
          `a batch with ${bad} last`,
        );
        refused(
          allocator,
          () => allocator.freeBatch(Int32Array.of(bad, ...batch)),
          any,
          `a batch with ${bad} first`,
        );
      }
      mustBeOk(allocator.freeBatch(new Int32Array(0)), 'an empty batch');
      mustBeOk(allocator.freeBatch(batch.reverse()), 'the batch in another order');
      same(allocator.stats().used, 4, 'frames used');
    },
  },
  {
    name: 'freed frames join into larger runs',
    run: (make) => {
      const allocator = make(RANGE);
      const frames = Array.from({ length: RANGE.count }, () => mustAlloc(allocator, 0));
      // Odd frames first, so that every free has used neighbours until the end.
      for (const frame of frames.filter((each) => each % 2 === 1)) mustBeOk(allocator.free(frame, 0), 'free');
      for (const frame of frames.filter((each) => each % 2 === 0)) mustBeOk(allocator.free(frame, 0), 'free');
      allocator.drain();
      same(mustAlloc(allocator, 8), RANGE.base, 'alloc(8) after all single frames came back');
    },
  },
];
