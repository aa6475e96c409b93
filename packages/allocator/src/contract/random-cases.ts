import { FREE_STATUS, type FrameAllocator, NO_FRAME, type RunConstraints } from '@armature/core';
import {
  type CaseDefinition,
  check,
  checkConsistent,
  fail,
  type MakeFrameAllocator,
  random,
  same,
} from './harness.ts';

const SEEDS = [1, 0xbeef, 0x1234_5678];
const STEPS = 2000;
const FREE = 0;
const RESERVED = -1;

interface Run {
  readonly frame: number;
  readonly count: number;
}

/** The truth to compare with: who owns each frame. Runs have numbers from 1 on. */
class Model {
  readonly #allocator: FrameAllocator;
  readonly #owner: Int32Array;
  readonly runs = new Map<number, Run>();
  #next = 1;

  constructor(allocator: FrameAllocator) {
    this.#allocator = allocator;
    this.#owner = new Int32Array(allocator.count);
  }

  /** Whether all the frames are in the range and free. */
  isFree(frame: number, count: number): boolean {
    const index = frame - this.#allocator.base;
    return (
      index >= 0 &&
      index + count <= this.#owner.length &&
      this.#owner.subarray(index, index + count).every((owner) => owner === FREE)
    );
  }

  take(frame: number, count: number, what: string): void {
    check(this.isFree(frame, count), `${what} gave frames ${frame} to ${frame + count - 1}, not all free`);
    this.#fill(frame, count, this.#next);
    this.runs.set(this.#next++, { frame, count });
  }

  reserve(frame: number, count: number): void {
    this.#fill(frame, count, RESERVED);
  }

  release(id: number): void {
    const { frame, count } = this.runs.get(id)!;
    this.#fill(frame, count, FREE);
    this.runs.delete(id);
  }

  /** Whether a run of the size fits anywhere under the constraints. */
  hasRoom(count: number, { align = 1, low = 0, high = 2 ** 31, boundary = 0 }: RunConstraints): boolean {
    const { base } = this.#allocator;
    let length = 0;
    for (let index = 0; index < this.#owner.length; index++) {
      const last = base + index;
      length = this.#owner[index] === FREE && last >= low && last < high ? length + 1 : 0;
      const frame = last - count + 1;
      const crosses = boundary !== 0 && Math.floor(frame / boundary) !== Math.floor(last / boundary);
      if (length >= count && frame % align === 0 && !crosses) return true;
    }
    return false;
  }

  get freeCount(): number {
    return this.#owner.reduce((total, owner) => total + (owner === FREE ? 1 : 0), 0);
  }

  /** Compares every frame. */
  compare(): void {
    this.#owner.forEach((owner, index) => {
      const expected = owner === FREE ? 0 : owner === RESERVED ? 2 : 1;
      const frame = this.#allocator.base + index;
      const found = this.#allocator.state(frame);
      check(found === expected, `the state of frame ${frame} is ${found}, not ${expected}`, { frame });
    });
  }

  #fill(frame: number, count: number, owner: number): void {
    this.#owner.fill(owner, frame - this.#allocator.base, frame - this.#allocator.base + count);
  }
}

/** One random call. `complete`: the allocator must find a run whenever there is one. */
function step(
  allocator: FrameAllocator,
  model: Model,
  next: (bound: number) => number,
  complete: boolean,
): void {
  const { base, count: total } = allocator;
  const found = (frame: number, count: number, constraints: RunConstraints, what: string): void => {
    if (frame !== NO_FRAME) {
      const { align = 1, low = base, high = base + total, boundary = 0 } = constraints;
      const crosses =
        boundary !== 0 && Math.floor(frame / boundary) !== Math.floor((frame + count - 1) / boundary);
      check(
        frame % align === 0 && frame >= low && frame + count <= high && !crosses,
        `${what} gave frame ${frame}, against its constraints`,
      );
      model.take(frame, count, what);
    } else if (complete && model.hasRoom(count, constraints)) {
      fail(`${what} found nothing although there is room`);
    }
  };
  const ids = [...model.runs.keys()];
  const id = ids.length > 0 ? ids[next(ids.length)]! : undefined;
  const run = id === undefined ? undefined : model.runs.get(id);
  switch (next(12)) {
    case 0:
    case 1: {
      const order = next(6);
      if (complete) allocator.drain();
      found(allocator.alloc(order), 2 ** order, { align: 2 ** order }, `alloc(${order})`);
      break;
    }
    case 2: {
      const count = 1 + next(40);
      if (complete) allocator.drain();
      found(allocator.allocRun(count), count, {}, `allocRun(${count})`);
      break;
    }
    case 3: {
      const count = 1 + next(20);
      const low = base + next(total);
      const constraints = { align: 2 ** next(5), low, high: low + next(total), boundary: 2 ** (3 + next(5)) };
      if (complete) allocator.drain();
      const what = `allocRun(${count}, ${JSON.stringify(constraints)})`;
      found(allocator.allocRun(count, constraints), count, constraints, what);
      break;
    }
    case 4: {
      const [frame, count] = [base + next(total + 2) - 1, 1 + next(10)];
      const what = `allocAt(${frame}, ${count})`;
      const free = model.isFree(frame, count);
      if (complete || !free) same(allocator.allocAt(frame, count), free, what);
      else if (!allocator.allocAt(frame, count)) break;
      if (free) model.take(frame, count, what);
      break;
    }
    case 5: {
      const batch = new Int32Array(next(30));
      const enough = batch.length <= model.freeCount;
      same(allocator.allocBatch(batch), enough ? batch.length : 0, `allocBatch of ${batch.length}`);
      if (enough) for (const frame of batch) model.take(frame, 1, 'allocBatch');
      break;
    }
    case 6: {
      const singles = ids.filter((each) => model.runs.get(each)!.count === 1).slice(0, next(20));
      const batch = Int32Array.from(singles, (each) => model.runs.get(each)!.frame);
      same(allocator.freeBatch(batch), FREE_STATUS.ok, `freeBatch(${batch.join()})`);
      for (const each of singles) model.release(each);
      break;
    }
    case 7: {
      // A free that does not match any run must be refused.
      const [frame, count] = [base + next(total + 2) - 1, 1 + next(4)];
      if (ids.some((each) => model.runs.get(each)!.frame === frame && model.runs.get(each)!.count === count))
        break;
      const status = allocator.freeRun(frame, count);
      check(status !== FREE_STATUS.ok, `freeRun(${frame}, ${count}) of what is no run was done`);
      break;
    }
    case 8:
      if (next(40) === 0) {
        const [frame, count] = [base + next(total), 1 + next(3)];
        const free = model.isFree(frame, count);
        same(allocator.reserve(frame, count, 'random'), free, `reserve(${frame}, ${count})`);
        if (free) model.reserve(frame, count);
      }
      break;
    default:
      if (id === undefined || run === undefined) break;
      same(allocator.freeRun(run.frame, run.count), FREE_STATUS.ok, `freeRun(${run.frame}, ${run.count})`);
      model.release(id);
  }
}

function runModel(make: MakeFrameAllocator, complete: boolean): void {
  for (const seed of SEEDS) {
    const next = random(seed);
    const allocator = make({ base: 0x4_0000 + next(64), count: 200 + next(200) });
    const model = new Model(allocator);
    let steps = 0;
    try {
      for (; steps < STEPS; steps++) {
        step(allocator, model, next, complete);
        if (steps % 20 === 0) {
          model.compare();
          checkConsistent(allocator);
        }
        const { allocations, frees } = allocator.stats();
        same(allocations - frees, model.runs.size, 'allocations less frees');
      }
      model.compare();
    } catch (error) {
      fail(`seed ${seed}, step ${steps}: ${error instanceof Error ? error.message : error}`, {
        seed,
        steps,
        error,
      });
    }
  }
}

export const randomCases: readonly CaseDefinition[] = [
  {
    name: 'random calls never break the ownership of frames',
    run: (make) => runModel(make, false),
  },
  {
    name: 'after drain, a run is found whenever there is one',
    run: (make) => runModel(make, true),
  },
];
