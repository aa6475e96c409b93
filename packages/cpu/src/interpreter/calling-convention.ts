import type { HelperName } from '../emitter/emitter.ts';
import type { OuterLabel } from '../wasm/code.ts';

/** Locals of the interpreter function. */
export const LOCAL = {
  /** Record of the current instruction. */
  record: 0,
  /** `record + count` is 16 times (instructions run - limit): negative while there is budget left. */
  count: 1,
  /** Why the dispatch loop was left: a {@link LEAVE} code. */
  status: 2,
  firstI32: 3,
  firstI64: 11,
} as const;

/** Locals that instructions use, by type, in the order of the function's local declarations. */
export const TEMPORARIES = {
  i32: { first: LOCAL.firstI32, end: 11 },
  i64: { first: LOCAL.firstI64, end: 23 },
  f32: { first: 23, end: 29 },
  f64: { first: 29, end: 39 },
  v128: { first: 39, end: 49 },
} as const;

/** Why compiled code hands over to the engine. */
export const LEAVE = {
  /** First entry, or the pc in the state block is where to go on; nothing to count. */
  enter: 0,
  /** A synchronous exception is described in the state block; the instruction did not complete. */
  fault: 1,
  /** A device changed an interrupt in the middle of the instruction: run it again, alone. */
  replay: 2,
  /** The instruction is complete, the pc in the state block is where to go on. */
  done: 3,
} as const;

export const LABEL = {
  /** The next instruction: the record local says which. */
  dispatch: { outer: 'dispatch' },
  /** Leaves with the code in the status local. */
  leave: { outer: 'leave' },
  /** The budget may be used up. */
  limit: { outer: 'limit' },
} as const satisfies Record<string, OuterLabel>;

/** Options of the slow memory functions, as bits. */
export const ACCESS_OPTION = {
  unprivileged: 1,
  /** The first half of 16 bytes: the alignment checked is theirs. */
  quadword: 2,
} as const;

/** Functions that handlers call, by index in the module. */
export interface InterpreterFunctions {
  readonly slowRead: number;
  readonly slowWrite: number;
  readonly slowReadBlock: number;
  readonly slowWriteBlock: number;
  readonly alignmentFault: number;
  readonly floatingPointTrap: number;
  readonly softFloat: number;
  readonly stackFault: number;
  readonly helpers: Readonly<Record<HelperName, number>>;
  /** FEAT_BTI: indirect branches look whether their target's page is guarded. */
  readonly guardsBranches: boolean;
}
