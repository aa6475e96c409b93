import { PSTATE } from '@armature/core';
import { type Random, seedOf } from '../../random.ts';
import type { Action, EngineCase, Mode, Start } from '../case.ts';
import { CODE_PAGES } from '../layout.ts';
import type { Label } from '../program.ts';
import type { Shape, Skeleton } from '../skeleton.ts';

/** Pages that a program may take. */
const LARGEST_PROGRAM = 12;

/** Makes the cases of one kind. */
export interface Generator {
  readonly name: string;
  /** What its cases are about, in a line. */
  readonly about: string;
  /** Its part of the instructions of a run, beside the shares of the others. */
  readonly share: number;
  /** The case of a seed and a number; instructions are multiplied by `scale`. */
  generate(seed: number, index: number, scale?: number): EngineCase;
}

/** PSTATE with all interrupts masked, and with IRQ and FIQ let through. */
export const MASKED = PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;
export const OPEN = PSTATE.D | PSTATE.A;

/** The seed of a case: of its random generator. */
export const caseSeed = (generator: string, seed: number, index: number): number =>
  seedOf(`engines ${generator}`, seed) ^ Math.imul(index + 1, 0x9e37_79b1);

/** Sizes of programs: many are small, some large. */
export function randomShape(random: Random): Shape {
  const size = random.pick([8, 12, 20, 30, 50, 80, 120, 200, 280]);
  const functions = random.below(4);
  return {
    size: Math.ceil(size / (functions + 1)) + 4,
    middles: functions > 1 ? random.below(functions) : 0,
    leaves: functions,
    turns: random.pick([3, 8, 20, 100, 400]),
    pages: random.oneIn(3) ? 3 : 1,
  };
}

/** Most are short, most instructions are run by long ones. */
const LENGTHS = [1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000, 4_000_000, 20_000_000] as const;

/**
 * Instructions that a case runs. Few run less than 2,000: engines step through the last thousand of a run, so that
 * nothing compiled is ever run in shorter ones.
 */
export function randomLength(random: Random, scale: number, lengths: readonly number[] = LENGTHS): number {
  const least = random.oneIn(16) ? 100 : 2_000 + random.below(2_000);
  const length = random.pick(lengths);
  return Math.max(least, Math.floor(scale * (length + random.below(length))));
}

/** Runs of one length in all, in one piece or in several. */
export function slices(random: Random, length: number): Action[] {
  const pieces = random.pick([1, 1, 1, 2, 5]);
  const actions: Action[] = [];
  let left = length;
  for (let piece = 1; piece < pieces && left > 1; piece++) {
    const most = random.pick([50, 1_100, left]);
    const instructions = 1 + random.below(Math.min(left - 1, most));
    actions.push({ kind: 'run', instructions });
    left -= instructions;
  }
  actions.push({ kind: 'run', instructions: left });
  return actions;
}

/** The usual start of a program. */
export function usualStart(random: Random, label: Label, changes: Partial<Start> = {}): Start {
  const mode: Mode = changes.mode ?? random.pick(['el1h', 'el1h', 'el0', 'el1t'] as const);
  return {
    label,
    mode,
    seed: random.next(),
    values: 'random',
    pstate: MASKED,
    fpcr: 0,
    fpsr: 0,
    sctlr: 0n,
    tags: false,
    fpen: 3,
    data: mode === 'el0' || random.oneIn(2) ? 'user' : 'kernel',
    code: mode === 'el0' && random.oneIn(2) ? 'user' : 'kernel',
    timer: 0,
    ...changes,
  };
}

/** Puts a case together. */
export function caseOf(
  generator: string,
  seed: number,
  index: number,
  scale: number,
  random: Random,
  { program }: Skeleton,
  rest: Pick<EngineCase, 'start' | 'actions'> & Partial<Pick<EngineCase, 'transfers'>>,
): EngineCase {
  return {
    generator,
    seed,
    index,
    scale,
    program,
    page: random.below(CODE_PAGES - LARGEST_PROGRAM - 2),
    transfers: [],
    cold: random.oneIn(8),
    ...rest,
  };
}
