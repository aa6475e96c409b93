import { FRAME_STATE, FREE_STATUS, NO_FRAME } from '@armature/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BitmapAllocator } from '../src/index.ts';

/** The truth: the run each frame belongs to. 0 is free, -1 reserved. */
interface Model {
  readonly base: number;
  readonly owners: number[];
  runs: { id: number; frame: number; count: number }[];
  next: number;
}

interface Constraints {
  align: number;
  low: number;
  high: number;
  boundary: number;
}

/** The lowest frame where a run fits, found by trying each. */
function firstFit(
  { base, owners }: Model,
  count: number,
  { align, low, high, boundary }: Constraints,
): number {
  for (let frame = Math.max(base, low); frame + count <= Math.min(base + owners.length, high); frame++) {
    const crosses = Math.floor(frame / boundary) !== Math.floor((frame + count - 1) / boundary);
    const free = owners.slice(frame - base, frame - base + count).every((owner) => owner === 0);
    if (frame % align === 0 && !crosses && free) return frame;
  }
  return NO_FRAME;
}

function take(model: Model, frame: number, count: number): void {
  model.owners.fill(model.next, frame - model.base, frame - model.base + count);
  model.runs.push({ id: model.next++, frame, count });
}

type Command = fc.Command<Model, BitmapAllocator>;

/** A command that can always run. */
function command(text: string, run: (model: Model, allocator: BitmapAllocator) => void): Command {
  return {
    check: () => true,
    run: (model, allocator) => {
      run(model, allocator);
      expect(allocator.validate()).toEqual([]);
      expect(allocator.stats()).toMatchObject({
        free: model.owners.filter((owner) => owner === 0).length,
        reserved: model.owners.filter((owner) => owner === -1).length,
      });
      model.owners.forEach((owner, index) => {
        const state = owner === 0 ? FRAME_STATE.free : owner === -1 ? FRAME_STATE.reserved : FRAME_STATE.used;
        expect(allocator.state(model.base + index)).toBe(state);
      });
    },
    toString: () => text,
  };
}

const ANYWHERE: Constraints = { align: 1, low: 0, high: 2 ** 31, boundary: 2 ** 30 };

const commands: fc.Arbitrary<Command>[] = [
  fc.nat(6).map((order) =>
    command(`alloc(${order})`, (model, allocator) => {
      const expected = firstFit(model, 2 ** order, { ...ANYWHERE, align: 2 ** order });
      expect(allocator.alloc(order)).toBe(expected);
      if (expected !== NO_FRAME) take(model, expected, 2 ** order);
    }),
  ),
  fc
    .record({
      count: fc.integer({ min: 1, max: 70 }),
      align: fc.nat(5).map((order) => 2 ** order),
      low: fc.nat(150),
      high: fc.nat(200),
      boundary: fc.integer({ min: 2, max: 8 }).map((order) => 2 ** order),
    })
    .map(({ count, ...constraints }) =>
      command(`allocRun(${count}, ${JSON.stringify(constraints)})`, (model, allocator) => {
        const absolute = {
          ...constraints,
          low: model.base + constraints.low,
          high: model.base + constraints.high,
        };
        const expected = firstFit(model, count, absolute);
        expect(allocator.allocRun(count, absolute)).toBe(expected);
        if (expected !== NO_FRAME) take(model, expected, count);
      }),
    ),
  fc.tuple(fc.nat(160), fc.integer({ min: 1, max: 40 }), fc.boolean()).map(([offset, count, reserve]) =>
    command(`${reserve ? 'reserve' : 'allocAt'}(base + ${offset}, ${count})`, (model, allocator) => {
      const frame = model.base + offset;
      const frames = model.owners.slice(offset, offset + count);
      const fits = frames.length === count && frames.every((owner) => owner === 0);
      if (reserve && offset % 8 === 0) {
        expect(allocator.reserve(frame, Math.min(count, 3), 'test')).toBe(
          model.owners.slice(offset, offset + Math.min(count, 3)).every((owner) => owner === 0) &&
            offset + Math.min(count, 3) <= model.owners.length,
        );
        for (const { frame: at, count: size } of allocator.reservations()) {
          model.owners.fill(-1, at - model.base, at - model.base + size);
        }
      } else {
        expect(allocator.allocAt(frame, count)).toBe(fits);
        if (fits) take(model, frame, count);
      }
    }),
  ),
  fc.nat(40).map((size) =>
    command(`allocBatch(${size})`, (model, allocator) => {
      const free = model.owners.flatMap((owner, index) => (owner === 0 ? [model.base + index] : []));
      const batch = new Int32Array(size);
      const enough = size <= free.length;
      expect(allocator.allocBatch(batch)).toBe(enough ? size : 0);
      if (!enough) return;
      expect([...batch]).toEqual(free.slice(0, size));
      for (const frame of batch) take(model, frame, 1);
    }),
  ),
  fc.nat().map((pick) =>
    command(`free run ${pick}`, (model, allocator) => {
      const run = model.runs[pick % model.runs.length];
      if (run === undefined) return;
      expect(allocator.freeRun(run.frame, run.count)).toBe(FREE_STATUS.ok);
      model.owners.fill(0, run.frame - model.base, run.frame - model.base + run.count);
      model.runs = model.runs.filter((each) => each !== run);
    }),
  ),
  fc.tuple(fc.nat(160), fc.integer({ min: 1, max: 5 })).map(([offset, count]) =>
    command(`freeRun(base + ${offset}, ${count})`, (model, allocator) => {
      const frame = model.base + offset;
      const run = model.runs.find((each) => each.frame === frame);
      const owner = model.owners[offset];
      const expected =
        owner === undefined || offset + count > model.owners.length
          ? FREE_STATUS.outOfRange
          : owner === -1
            ? FREE_STATUS.reserved
            : owner === 0
              ? FREE_STATUS.doubleFree
              : run === undefined
                ? FREE_STATUS.notAllocated
                : run.count === count
                  ? FREE_STATUS.ok
                  : FREE_STATUS.wrongSize;
      expect(allocator.freeRun(frame, count)).toBe(expected);
      if (expected !== FREE_STATUS.ok) return;
      model.owners.fill(0, offset, offset + count);
      model.runs = model.runs.filter((each) => each !== run);
    }),
  ),
  fc.array(fc.nat(), { maxLength: 6 }).map((picks) =>
    command(`freeBatch(${picks})`, (model, allocator) => {
      const chosen = picks.flatMap((pick) => model.runs[pick % model.runs.length] ?? []);
      const good = chosen.every(({ count }) => count === 1) && new Set(chosen).size === chosen.length;
      const status = allocator.freeBatch(Int32Array.from(chosen, ({ frame }) => frame));
      expect(status === FREE_STATUS.ok).toBe(good);
      if (!good) return;
      for (const { frame } of chosen) model.owners[frame - model.base] = 0;
      model.runs = model.runs.filter((each) => !chosen.includes(each));
    }),
  ),
  fc.constant(
    command('restore(snapshot())', (_, allocator) => {
      const snapshot = structuredClone(allocator.snapshot());
      allocator.restore(snapshot);
      expect(allocator.snapshot()).toEqual(snapshot);
    }),
  ),
  fc.constant(
    command('drain()', (_, allocator) => {
      allocator.drain();
    }),
  ),
];

test('does what trying every frame does', () => {
  fc.assert(
    fc.property(
      fc.record({ base: fc.nat(70), count: fc.integer({ min: 1, max: 160 }) }),
      fc.commands(commands, { maxCommands: 60 }),
      ({ base, count }, steps) => {
        fc.modelRun(
          () => ({
            model: { base, owners: new Array(count).fill(0), runs: [], next: 1 },
            real: new BitmapAllocator({ base, count }),
          }),
          steps,
        );
      },
    ),
    { numRuns: 300 },
  );
});
