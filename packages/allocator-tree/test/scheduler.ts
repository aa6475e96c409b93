/**
 * Runs two workers' programs step by step in every order that has at most so many preemptions. A step is one access to
 * shared memory.
 *
 * A program cannot be suspended in the middle of a call, so it is abandoned there and run again later: as it only
 * depends on what its steps return, the noted results bring it back to where it was, and from there on it goes on with
 * real steps.
 */
import type { Cells } from '../src/cells.ts';
import type { Host } from './host.ts';

/** One worker's program: made anew for each run, and the same each time for the same results of its steps. */
export type Program<Result> = (cells: Cells) => Result;

/** Turns: a thread and how many steps it makes. After the last each thread runs to its end, the last one first. */
export type Turn = readonly [thread: number, steps: number];

const SUSPENDED = Symbol('suspended');
/** More than any program makes unless it spins. */
const MOST_STEPS = 5000;

class Thread<Result> {
  readonly #program: Program<Result>;
  readonly #memory: Int32Array;
  readonly #host: Host;
  readonly #noted: number[] = [];
  #position = 0;
  #budget = 0;
  result: Result | undefined;
  done = false;

  constructor(program: Program<Result>, memory: Int32Array, host: Host) {
    this.#program = program;
    this.#host = host;
    this.#memory = memory;
  }

  /** Makes up to so many steps. */
  run(steps: number): void {
    if (this.done) return;
    this.#position = 0;
    this.#budget = steps;
    try {
      this.result = this.#program(this.#cells());
      this.done = true;
    } catch (error) {
      if (error !== SUSPENDED) throw error;
    }
  }

  #step(act: () => number): number {
    if (this.#position === this.#noted.length) {
      if (this.#budget-- === 0) throw SUSPENDED;
      if (this.#position > MOST_STEPS) throw new Error('a worker waits for another');
      this.#noted.push(act());
    }
    return this.#noted[this.#position++]!;
  }

  #cells(): Cells {
    const memory = this.#memory;
    const step = (act: () => number): number => this.#step(act);
    const change = (at: number, next: (before: number) => number): number =>
      step(() => {
        const before = memory[at]!;
        memory[at] = next(before);
        return before;
      });
    // Numbered properties are shared words, so reading one is a step; all else is the array's own.
    const words = new Proxy(memory, {
      get(target, key) {
        const at = typeof key === 'string' ? Number(key) : Number.NaN;
        if (Number.isInteger(at)) return step(() => target[at]!);
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return this.#host.connect({
      words,
      loadNow: (at) => step(() => memory[at]!),
      swap: (at, before, after) => change(at, (found) => (found === before ? after : found)) === before,
      exchange: (at, value) => change(at, () => value),
      and: (at, mask) => change(at, (before) => before & mask),
      or: (at, mask) => void change(at, (before) => before | mask),
    });
  }
}

export interface Outcome<Result> {
  readonly memory: Int32Array;
  readonly results: readonly Result[];
  readonly turns: readonly Turn[];
}

/** Runs the programs with the turns. `complete`: whether each turn was used up. */
function execute<Result>(
  initial: Int32Array,
  programs: readonly Program<Result>[],
  hosts: readonly Host[],
  turns: readonly Turn[],
  last: number,
): Outcome<Result> & { readonly complete: boolean } {
  const memory = initial.slice();
  const threads = programs.map((program, thread) => new Thread(program, memory, hosts[thread]!));
  let complete = true;
  for (const [thread, steps] of turns) {
    threads[thread]!.run(steps);
    if (threads[thread]!.done) complete = false;
  }
  for (const thread of [1 - last, last]) threads[thread]!.run(Number.POSITIVE_INFINITY);
  return { memory, turns, complete, results: threads.map(({ result }) => result!) };
}

/**
 * Explores every schedule of two programs with up to `preemptions` preemptions.
 *
 * @param hosts what the programs' WebAssembly functions run on
 * @returns how many schedules there were
 */
export function explore<Result>(
  initial: Int32Array,
  programs: readonly [Program<Result>, Program<Result>],
  hosts: readonly [Host, Host],
  preemptions: number,
  check: (outcome: Outcome<Result>) => void,
): number {
  let schedules = 0;
  const extend = (turns: readonly Turn[], thread: number): void => {
    for (let steps = 1; ; steps++) {
      const extended = [...turns, [thread, steps] as const];
      const outcome = execute(initial, programs, hosts, extended, thread);
      // The thread came to its end within the turn: longer turns are the same.
      if (!outcome.complete) return;
      schedules++;
      check(outcome);
      if (extended.length < preemptions) extend(extended, 1 - thread);
    }
  };
  for (const first of [0, 1]) {
    check(execute(initial, programs, hosts, [], 1 - first));
    schedules++;
    extend([], first);
  }
  return schedules;
}
