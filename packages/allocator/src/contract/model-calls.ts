/** Calls that a number stands for, each made on an allocator and on the model of what it must do. */
import { FREE_STATUS, type FrameAllocator, NO_FRAME, type RunConstraints } from '@armature/core';
import { check, fail, same, statusName } from './harness.ts';
import type { OwnershipModel } from './ownership-model.ts';

const HOSTILE_COUNTS = [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 31), 2 ** 32, 2 ** 53];
const HOSTILE_ORDERS = [-1, 0.5, 31, 32, 33, 64, Number.NaN, Number.POSITIVE_INFINITY];
const MAX_RESERVATIONS = 4;

/**
 * Makes the call that a number stands for.
 *
 * @param code 31 bits; the lowest five choose the call, the others its arguments
 * @throws ArmatureError `ALLOCATOR_MISBEHAVED` when the answer is not the model's
 */
export function makeCall(allocator: FrameAllocator, model: OwnershipModel, code: number): void {
  const pick = code >>> 5;
  const call = CALLS[code & 31] ?? freeRun;
  call(allocator, model, pick);
}

type Call = (allocator: FrameAllocator, model: OwnershipModel, pick: number) => void;

/** A run that was found fits its constraints; one that was not found does not exist. */
function found(
  allocator: FrameAllocator,
  model: OwnershipModel,
  search: () => number,
  count: number,
  constraints: RunConstraints,
  what: string,
): void {
  let frame = search();
  if (frame === NO_FRAME && model.free >= count) {
    // Frames in caches may be apart from their neighbours until they are drained.
    allocator.drain();
    frame = search();
  }
  if (frame === NO_FRAME) {
    if (model.free >= count && model.hasRoom(count, constraints))
      fail(`${what} found nothing although there is room`);
    return;
  }
  const { align = 1, low = model.base, high = model.base + model.count, boundary = 0 } = constraints;
  const crosses =
    boundary !== 0 && Math.floor(frame / boundary) !== Math.floor((frame + count - 1) / boundary);
  check(
    frame % align === 0 && frame >= low && frame + count <= high && !crosses,
    `${what} gave frame ${frame}, against its constraints`,
  );
  model.take(frame, count, what);
}

const alloc: Call = (allocator, model, pick) => {
  const order = pick % 11;
  found(allocator, model, () => allocator.alloc(order), 2 ** order, { align: 2 ** order }, `alloc(${order})`);
};

const allocOne: Call = (allocator, model) => {
  found(allocator, model, () => allocator.alloc(0), 1, {}, 'alloc(0)');
};

const allocRun: Call = (allocator, model, pick) => {
  const count = 1 + (pick % (pick & 1 ? 40 : 700));
  found(allocator, model, () => allocator.allocRun(count), count, {}, `allocRun(${count})`);
};

const allocConstrained: Call = (allocator, model, pick) => {
  const count = 1 + (pick % 20);
  const low = model.base + ((pick >>> 5) % model.count);
  const constraints = {
    align: 2 ** ((pick >>> 3) % 5),
    low,
    high: low + ((pick >>> 7) % model.count),
    boundary: 2 ** (3 + ((pick >>> 9) % 7)),
  };
  const what = `allocRun(${count}, ${JSON.stringify(constraints)})`;
  found(allocator, model, () => allocator.allocRun(count, constraints), count, constraints, what);
};

const allocAt: Call = (allocator, model, pick) => {
  const frame = model.base + (pick % (model.count + 2)) - 1;
  const count = 1 + ((pick >>> 8) % 10);
  const what = `allocAt(${frame}, ${count})`;
  const free = model.isFree(frame, count);
  let taken = allocator.allocAt(frame, count);
  if (free && !taken) {
    allocator.drain();
    taken = allocator.allocAt(frame, count);
  }
  same(taken, free, what);
  if (free) model.take(frame, count, what);
};

const allocBatch: Call = (allocator, model, pick) => {
  const batch = new Int32Array(pick % 80);
  const enough = batch.length <= model.free;
  same(allocator.allocBatch(batch), enough ? batch.length : 0, `allocBatch of ${batch.length}`);
  if (enough) for (const frame of batch) model.take(frame, 1, 'allocBatch');
};

const freeRun: Call = (allocator, model, pick) => {
  const run = model.pick(pick);
  if (run === undefined) return;
  const order = Math.log2(run.count);
  const byOrder = Number.isInteger(order) && run.frame % run.count === 0;
  const status = byOrder ? allocator.free(run.frame, order) : allocator.freeRun(run.frame, run.count);
  check(status === FREE_STATUS.ok, `the free of run ${JSON.stringify(run)} gave ${statusName(status)}`);
  model.release(run);
};

const freeBatch: Call = (allocator, model, pick) => {
  const frames = new Set<number>();
  let bad = false;
  for (let at = 0; at < pick % 24; at++) {
    const run = model.pick((pick >>> 3) + 7 * at);
    if (run === undefined || frames.has(run.frame)) continue;
    frames.add(run.frame);
    bad ||= run.count > 1;
  }
  const batch = [...frames];
  // One in four has a frame twice, which must undo the whole batch.
  if (batch.length > 0 && pick % 4 === 0) {
    batch.push(batch[0]!);
    bad = true;
  }
  const status = allocator.freeBatch(Int32Array.from(batch));
  check((status === FREE_STATUS.ok) === !bad, `freeBatch([${batch.join()}]) gave ${statusName(status)}`);
  if (!bad) for (const frame of batch) model.release(model.runAt(frame)!);
};

/** A free of frames that may be anything; what is not a run must be refused, and for the right reason. */
const freeAnything: Call = (allocator, model, pick) => {
  const frame = model.base + (pick % (model.count + 4)) - 2;
  const count = 1 + ((pick >>> 7) % 9);
  const status = allocator.freeRun(frame, count);
  const expected = expectedStatus(model, frame, count);
  same(statusName(status), statusName(expected), `freeRun(${frame}, ${count})`);
  if (status === FREE_STATUS.ok) model.release({ frame, count });
};

function expectedStatus(model: OwnershipModel, frame: number, count: number): number {
  if (!model.manages(frame, count)) return FREE_STATUS.outOfRange;
  const owner = model.owners[frame - model.base]!;
  if (owner < 0) return FREE_STATUS.reserved;
  if (owner === 0) return FREE_STATUS.doubleFree;
  const run = model.runAt(frame);
  if (run === undefined) return FREE_STATUS.notAllocated;
  return run.count === count ? FREE_STATUS.ok : FREE_STATUS.wrongSize;
}

const freeOrder: Call = (allocator, model, pick) => {
  const order = pick % 10;
  const frame = model.base + ((pick >>> 4) % model.count);
  const status = allocator.free(frame, order);
  const misaligned = model.manages(frame, 2 ** order) && frame % 2 ** order !== 0;
  const expected = misaligned ? FREE_STATUS.misaligned : expectedStatus(model, frame, 2 ** order);
  same(statusName(status), statusName(expected), `free(${frame}, ${order})`);
  if (status === FREE_STATUS.ok) model.release({ frame, count: 2 ** order });
};

/** Arguments that make no sense change nothing; the next comparison would show it. */
const hostile: Call = (allocator, model, pick) => {
  const count = HOSTILE_COUNTS[pick % HOSTILE_COUNTS.length]!;
  const order = HOSTILE_ORDERS[pick % HOSTILE_ORDERS.length]!;
  const frame = model.base + (pick % model.count);
  const foreign = [-1, 0.5, Number.NaN, model.base - 1, model.base + model.count, frame + 2 ** 32][pick % 6]!;
  same(allocator.alloc(order), NO_FRAME, `alloc(${order})`);
  same(allocator.allocRun(count), NO_FRAME, `allocRun(${count})`);
  same(allocator.allocAt(frame, count), false, `allocAt(${frame}, ${count})`);
  same(allocator.allocAt(foreign, 1), false, `allocAt(${foreign}, 1)`);
  same(allocator.reserve(frame, count, 'hostile'), false, `reserve(${frame}, ${count})`);
  same(allocator.reserve(foreign, 1, 'hostile'), false, `reserve(${foreign}, 1)`);
  check(allocator.free(frame, order) !== FREE_STATUS.ok, `free(${frame}, ${order}) was done`);
  check(allocator.free(foreign, 0) !== FREE_STATUS.ok, `free(${foreign}, 0) was done`);
  check(allocator.freeRun(frame, count) !== FREE_STATUS.ok, `freeRun(${frame}, ${count}) was done`);
  check(allocator.freeRun(foreign, 1) !== FREE_STATUS.ok, `freeRun(${foreign}, 1) was done`);
};

const reserve: Call = (allocator, model, pick) => {
  if (model.reservations.length >= MAX_RESERVATIONS) return freeRun(allocator, model, pick);
  const frame = model.base + (pick % model.count);
  const count = 1 + ((pick >>> 6) % 5);
  const free = model.isFree(frame, count);
  same(allocator.reserve(frame, count, `tag ${pick}`), free, `reserve(${frame}, ${count})`);
  if (free) model.reserve(frame, count, `tag ${pick}`);
};

/** Everything is taken and the next frame is refused; then everything is given back. */
const exhaust: Call = (allocator, model, pick) => {
  if (pick % 4 !== 0) return allocOne(allocator, model, pick);
  const batch = new Int32Array(model.free);
  same(allocator.allocBatch(batch), batch.length, 'allocBatch of all free frames');
  for (const frame of batch) model.take(frame, 1, 'allocBatch');
  same(allocator.alloc(0), NO_FRAME, 'alloc(0) with nothing free');
  same(allocator.allocBatch(new Int32Array(1)), 0, 'allocBatch with nothing free');
  same(statusName(allocator.freeBatch(batch)), 'ok', 'freeBatch of all');
  for (const frame of batch) model.release({ frame, count: 1 });
};

const roundTrip: Call = (allocator, model, pick) => {
  if (pick % 8 !== 0) return freeRun(allocator, model, pick);
  const snapshot = allocator.snapshot();
  const copy = structuredClone(snapshot);
  allocator.restore(copy);
  same(allocator.snapshot(), snapshot, 'the snapshot after it was restored');
};

const drain: Call = (allocator) => allocator.drain();

const reset: Call = (allocator, model, pick) => {
  if (pick % 64 !== 0) return allocOne(allocator, model, pick);
  allocator.reset();
  model.reset();
};

/** By the lowest five bits; the rest free a run, so that memory neither fills up for good nor stays empty. */
const CALLS: readonly Call[] = [
  ...[allocOne, allocOne, allocOne, allocOne, allocOne, alloc, alloc, alloc, alloc],
  ...[allocRun, allocRun, allocConstrained, allocAt, allocAt, allocBatch, allocBatch],
  ...[freeBatch, freeBatch, freeAnything, freeOrder, hostile, reserve, exhaust, roundTrip, drain, reset],
];
