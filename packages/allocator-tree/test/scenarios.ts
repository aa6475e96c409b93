/** Small programs of two workers, and whether each schedule of them ends as their calls could have one after the other. */
import { FREE_STATUS, NO_FRAME } from '@armature/core';
import { expect } from 'vitest';
import type { Cells } from '../src/cells.ts';
import type { TreeLayout } from '../src/layout.ts';
import type { TreeAllocator } from '../src/tree-allocator.ts';
import { Host, stepsOn } from './host.ts';
import { explore, type Outcome } from './scheduler.ts';

/** The allocator's sources, or a copy of them. */
export interface Sources {
  readonly TreeAllocator: typeof TreeAllocator;
  readonly layoutOf: typeof import('../src/layout.ts').layoutOf;
  readonly readHeader: typeof import('../src/layout.ts').readHeader;
  readonly instantiate: typeof import('../src/code/instance.ts').instantiate;
}

const BASE = 0x4_0000;
const COUNT = 1024;

/** One call of a program. */
type Call =
  | readonly ['alloc', order: number]
  | readonly ['free', frame: number, order: number]
  | readonly ['freeLast']
  | readonly ['allocAt', frame: number, count: number]
  | readonly ['freeRun', frame: number, count: number]
  | readonly ['batch', count: number]
  | readonly ['freeBatch', frames: readonly number[]]
  | readonly ['drain'];

/** What was done: frames taken or given back, or that it was refused. */
interface Done {
  readonly call: Call;
  readonly takes?: readonly (readonly [frame: number, count: number])[];
  readonly gives?: readonly (readonly [frame: number, count: number])[];
  readonly refused?: boolean;
}

function perform(allocator: TreeAllocator, calls: readonly Call[]): Done[] {
  const done: Done[] = [];
  let last: readonly [number, number] = [NO_FRAME, 0];
  for (const call of calls) {
    switch (call[0]) {
      case 'alloc': {
        const frame = allocator.alloc(call[1]);
        if (frame !== NO_FRAME) last = [frame, 2 ** call[1]];
        done.push(frame === NO_FRAME ? { call, refused: true } : { call, takes: [[frame, 2 ** call[1]]] });
        break;
      }
      case 'allocAt': {
        const taken = allocator.allocAt(call[1], call[2]);
        done.push(taken ? { call, takes: [[call[1], call[2]]] } : { call, refused: true });
        break;
      }
      case 'free': {
        const ok = allocator.free(call[1], call[2]) === FREE_STATUS.ok;
        done.push(ok ? { call, gives: [[call[1], 2 ** call[2]]] } : { call, refused: true });
        break;
      }
      case 'freeRun': {
        const ok = allocator.freeRun(call[1], call[2]) === FREE_STATUS.ok;
        done.push(ok ? { call, gives: [[call[1], call[2]]] } : { call, refused: true });
        break;
      }
      case 'freeLast':
        if (last[1] === 0) break;
        expect(allocator.freeRun(...last)).toBe(FREE_STATUS.ok);
        done.push({ call, gives: [last] });
        break;
      case 'batch': {
        const out = new Int32Array(call[1]);
        const given = allocator.allocBatch(out) > 0;
        done.push(given ? { call, takes: [...out].map((frame) => [frame, 1]) } : { call, refused: true });
        break;
      }
      case 'freeBatch': {
        const ok = allocator.freeBatch(Int32Array.from(call[1])) === FREE_STATUS.ok;
        done.push(ok ? { call, gives: call[1].map((frame) => [frame, 1]) } : { call, refused: true });
        break;
      }
      case 'drain':
        allocator.drain();
    }
  }
  return done;
}

/** Free and used frames, one letter each, for the sequential truth. */
class Model {
  readonly used: Uint8Array;

  constructor(used: Uint8Array) {
    this.used = used;
  }

  /** Applies a call; undefined when it cannot have happened now. */
  after({ call, takes, gives, refused }: Done, mayFail: boolean): Model | undefined {
    const used = this.used.slice();
    for (const [frame, count] of takes ?? []) {
      if (used.subarray(frame - BASE, frame - BASE + count).some((each) => each !== 0)) return undefined;
      used.fill(1, frame - BASE, frame - BASE + count);
    }
    for (const [frame, count] of gives ?? []) {
      if (used.subarray(frame - BASE, frame - BASE + count).some((each) => each === 0)) return undefined;
      used.fill(0, frame - BASE, frame - BASE + count);
    }
    if (refused === true && call[0].startsWith('alloc') && !mayFail && this.#hasRoom(call)) return undefined;
    if (refused === true && call[0] === 'batch' && !mayFail) {
      if (used.filter((each) => each === 0).length >= call[1]) return undefined;
    }
    if (refused === true && call[0] === 'free' && used[call[1] - BASE] !== 0) return undefined;
    if (refused === true && call[0] === 'freeRun' && used[call[1] - BASE] !== 0) return undefined;
    return new Model(used);
  }

  #hasRoom(call: Call): boolean {
    const [frame, step, count] =
      call[0] === 'allocAt'
        ? [call[1] - BASE, COUNT, call[2]]
        : [0, 2 ** (call[1] as number), 2 ** (call[1] as number)];
    for (let first = frame; first + count <= COUNT; first += step) {
      if (this.used.subarray(first, first + count).every((each) => each === 0)) return true;
    }
    return false;
  }
}

/** Whether some order of the two sequences of calls explains what each did. */
function isLinear(
  model: Model,
  left: readonly Done[],
  right: readonly Done[],
  mayFail: boolean,
): Model | undefined {
  if (left.length === 0 && right.length === 0) return model;
  const tries: [readonly Done[], readonly Done[], Done][] = [];
  if (left.length > 0) tries.push([left.slice(1), right, left[0]!]);
  if (right.length > 0) tries.push([left, right.slice(1), right[0]!]);
  for (const [nextLeft, nextRight, done] of tries) {
    const next = model.after(done, mayFail);
    const found = next === undefined ? undefined : isLinear(next, nextLeft, nextRight, mayFail);
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface Scenario {
  readonly name: string;
  readonly treeChildren?: number;
  /** Runs of frames that stay free, as offsets; all else is used as single frames before. Default: all free. */
  readonly free?: readonly (readonly [offset: number, count: number])[];
  /** Makes the rest of the beginning. */
  readonly prepare?: (workers: readonly TreeAllocator[]) => void;
  readonly calls: readonly [readonly Call[], readonly Call[]];
  /** A call may find nothing while the other holds the right to more frames than it takes. */
  readonly mayFail?: boolean;
  readonly preemptions?: number;
}

function stateOf(allocator: TreeAllocator): Uint8Array {
  return Uint8Array.from({ length: COUNT }, (_, index) => (allocator.state(BASE + index) === 0 ? 0 : 1));
}

/**
 * Runs a scenario in every schedule. Fails when one ends as it must not.
 *
 * @returns how many schedules there are
 */
export function runScenario(
  { TreeAllocator, layoutOf, readHeader, instantiate }: Sources,
  { treeChildren = 2, free, prepare, calls, mayFail = false, preemptions = 2 }: Scenario,
): number {
  const allocatorOn = (cells: Cells, layout: TreeLayout, worker: number): TreeAllocator =>
    new TreeAllocator(layout, { layout, cells, memory: undefined, worker });
  const first = new TreeAllocator({
    base: BASE,
    count: COUNT,
    workers: 2,
    treeChildren,
    reservationBytes: 0,
  });
  const second = TreeAllocator.attach(first.memory!, { worker: 1 });
  if (free !== undefined) {
    const isFree = (offset: number): boolean =>
      free.some(([from, count]) => offset >= from && offset < from + count);
    for (let offset = 0; offset < COUNT; offset++) if (!isFree(offset)) first.allocAt(BASE + offset, 1);
  }
  prepare?.([first, second]);
  expect(first.validate()).toEqual([]);
  const before = stateOf(first);
  const words = new Int32Array(first.memory!.buffer);
  const layout = layoutOf(readHeader(words));
  const program = (worker: number) => (cells: Cells) =>
    perform(allocatorOn(cells, layout, worker), calls[worker]!);
  const hosts = [new Host(layout, instantiate), new Host(layout, instantiate)] as const;
  const seen = new Set<string>();
  const check = ({ memory, results, turns }: Outcome<Done[]>): void => {
    // Most schedules come to the same end as others.
    const key = `${JSON.stringify(results)} ${memory.join()}`;
    if (seen.has(key)) return;
    seen.add(key);
    const after = allocatorOn(hosts[0].connect(stepsOn(memory)), layout, 0);
    const broken = after.validate();
    const end = isLinear(new Model(before), results[0]!, results[1]!, mayFail);
    if (broken.length > 0 || end === undefined || stateOf(after).join() !== end.used.join()) {
      expect.fail(JSON.stringify({ turns, results, broken, linear: end !== undefined }));
    }
  };
  return explore(words.slice(0, layout.words), [program(0), program(1)], hosts, preemptions, check);
}

/** Looks for a pair where there is none, which lowers all hints. */
const lowerHints: NonNullable<Scenario['prepare']> = ([first]) => expect(first!.alloc(1)).toBe(NO_FRAME);

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a frame is taken between its bit and its counter, and a pair stays free',
    free: [[40, 2]],
    calls: [[['free', BASE + 8, 0]], [['alloc', 0]]],
    preemptions: 3,
  },
  {
    name: 'a block becomes free while a search for one lowers the hint of the tree',
    free: [
      [16, 7],
      [600, 1],
      [700, 1],
    ],
    calls: [[['free', BASE + 23, 0]], [['alloc', 3]]],
    mayFail: true,
    preemptions: 3,
  },
  {
    name: 'a block becomes free and a frame is taken while a search for a block lowers the hint of the child',
    free: [
      [8, 1],
      [16, 7],
      [100, 1],
    ],
    calls: [
      [
        ['free', BASE + 23, 0],
        ['alloc', 0],
      ],
      [['alloc', 3]],
    ],
    mayFail: true,
  },
  {
    name: 'single frames are taken and freed',
    calls: [
      [['alloc', 0], ['freeLast']],
      [['alloc', 0], ['freeLast']],
    ],
  },
  { name: 'one frame for two', free: [[700, 1]], calls: [[['alloc', 0]], [['alloc', 0]]], preemptions: 3 },
  {
    name: 'one frame in the tree that the other has reserved',
    free: [[3, 1]],
    prepare: ([, second]) => second!.free(second!.alloc(0), 0),
    calls: [[['alloc', 0]], [['alloc', 0]]],
    preemptions: 3,
  },
  {
    name: 'a frame is freed into the tree that the other takes its last frame of',
    treeChildren: 1,
    free: [[3, 2]],
    prepare: ([first]) => first!.alloc(0),
    calls: [
      [
        ['alloc', 0],
        ['alloc', 0],
      ],
      [['free', BASE + 9, 0]],
    ],
    preemptions: 3,
  },
  {
    name: 'one frame is freed twice',
    calls: [[['free', BASE + 9, 0]], [['free', BASE + 9, 0]]],
    free: [],
    preemptions: 3,
  },
  {
    name: 'buddies are freed and their block is taken',
    free: [[16, 6]],
    calls: [
      [
        ['free', BASE + 22, 0],
        ['alloc', 3],
      ],
      [['free', BASE + 23, 0]],
    ],
    mayFail: true,
  },
  {
    name: 'one block of eight for a block and a frame',
    free: [[8, 8]],
    calls: [[['alloc', 3]], [['alloc', 0]]],
    mayFail: true,
    preemptions: 3,
  },
  {
    name: 'blocks of one word are taken and freed',
    free: [[64, 32]],
    calls: [
      [['alloc', 4], ['freeLast']],
      [['alloc', 4], ['freeLast']],
    ],
    mayFail: true,
  },
  {
    name: 'blocks of several words, with room for one',
    free: [
      [64, 64],
      [320, 32],
    ],
    calls: [[['alloc', 6]], [['alloc', 6]]],
    mayFail: true,
    preemptions: 3,
  },
  {
    name: 'a block of two words, and a frame of its second word',
    free: [[64, 64]],
    calls: [[['alloc', 6]], [['allocAt', BASE + 100, 1]]],
    mayFail: true,
    preemptions: 3,
  },
  {
    name: 'words that were taken and put back are found by a smaller order',
    free: [[64, 48]],
    prepare: ([first]) => first!.freeRun(BASE + 112, 1),
    calls: [[['alloc', 6]], [['alloc', 5]]],
    mayFail: true,
    preemptions: 3,
  },
  {
    name: 'one run is freed twice',
    free: [[40, 30]],
    prepare: ([first]) => first!.allocAt(BASE + 40, 30),
    calls: [[['freeRun', BASE + 40, 30]], [['freeRun', BASE + 40, 30]]],
  },
  {
    name: 'a run over two children is freed twice',
    free: [[500, 30]],
    prepare: ([first]) => first!.allocAt(BASE + 500, 30),
    calls: [[['freeRun', BASE + 500, 30]], [['freeRun', BASE + 500, 30]]],
  },
  {
    name: 'one free child for two',
    free: [[512, 512]],
    calls: [[['alloc', 9]], [['alloc', 9]]],
    preemptions: 3,
  },
  {
    name: 'the last frame of a child is freed and the child is taken',
    free: [[0, 511]],
    calls: [[['free', BASE + 511, 0]], [['alloc', 9]]],
    mayFail: true,
    preemptions: 3,
  },
  {
    name: 'a child used as a whole is freed twice',
    free: [[512, 512]],
    prepare: ([first]) => first!.alloc(9),
    calls: [[['free', BASE + 512, 9]], [['free', BASE + 512, 9]]],
    preemptions: 3,
  },
  {
    name: 'a child is freed while a frame is taken',
    free: [[512, 512]],
    prepare: ([first]) => first!.alloc(9),
    calls: [[['free', BASE + 512, 9]], [['alloc', 0], ['freeLast']]],
    preemptions: 2,
  },
  {
    name: 'all memory for one of two',
    calls: [[['alloc', 10]], [['alloc', 10]]],
    mayFail: true,
  },
  {
    name: 'all memory for one, a frame for the other',
    calls: [[['alloc', 10]], [['alloc', 0]]],
    mayFail: true,
  },
  {
    name: 'the same frames for two',
    free: [[500, 40]],
    calls: [[['allocAt', BASE + 500, 40]], [['allocAt', BASE + 510, 20]]],
    mayFail: true,
    preemptions: 3,
  },
  {
    name: 'batches',
    free: [[20, 10]],
    calls: [[['batch', 6]], [['batch', 4]]],
    preemptions: 3,
  },
  {
    name: 'a batch is taken while one of its words fills and another gets room',
    free: [
      [30, 2],
      [70, 1],
    ],
    calls: [
      [['batch', 3]],
      [
        ['allocAt', BASE + 31, 1],
        ['free', BASE + 100, 0],
      ],
    ],
    mayFail: true,
  },
  {
    name: 'the halves of a block are freed in two batches',
    free: [
      [4, 1],
      [7, 1],
    ],
    prepare: lowerHints,
    calls: [
      [['freeBatch', [BASE + 64, BASE + 65, BASE + 66, BASE + 67]]],
      [['freeBatch', [BASE + 68, BASE + 69, BASE + 70, BASE + 71]]],
    ],
    preemptions: 3,
  },
  {
    name: 'a batch is freed while frames of its words are taken',
    free: [[33, 1]],
    calls: [
      [['freeBatch', [BASE + 32, BASE + 34, BASE + 35, BASE + 600]]],
      [
        ['alloc', 0],
        ['alloc', 1],
      ],
    ],
    mayFail: true,
  },
  {
    name: 'a right is given up while another worker lowers the hint of the tree',
    free: [[4, 8]],
    calls: [[['alloc', 3]], [['alloc', 0]]],
    mayFail: true,
  },
  {
    name: 'the last free frame moves to where the search has been',
    treeChildren: 1,
    free: [[8, 1]],
    prepare: lowerHints,
    calls: [
      [['alloc', 0]],
      [
        ['free', BASE + 600, 0],
        ['allocAt', BASE + 8, 1],
      ],
    ],
  },
  {
    name: 'a tree changes hands',
    treeChildren: 1,
    free: [
      [0, 4],
      [512, 4],
    ],
    calls: [
      [['alloc', 0], ['drain']],
      [['alloc', 2], ['drain']],
    ],
    mayFail: true,
  },
];
