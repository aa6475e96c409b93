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
  /** A device threw, and the engine is to throw it on. */
  thrown: 4,
  /** The interpreter is to run the instruction, of which nothing has happened: it stores to compiled code. */
  interpret: 5,
  /** The instruction is to be fetched again: nothing of it has happened, and its records are gone. */
  refetch: 8,
} as const;

export const LABEL = {
  /** The target of a branch, in the same form: looks at the budget, and whether the target is compiled. */
  taken: { outer: 'taken' },
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
  /** By a region, which a store to compiled code must leave first. */
  compiled: 4,
} as const;

/** Functions that all compiled code calls, by index in its module. */
export interface SharedFunctions {
  readonly slowRead: number;
  readonly slowWrite: number;
  readonly slowReadBlock: number;
  readonly slowWriteBlock: number;
  readonly alignmentFault: number;
  readonly floatingPointTrap: number;
  /** Does an operation word in software. */
  readonly softFloat: number;
  readonly stackFault: number;
}

/** Functions that handlers call. */
export interface InterpreterFunctions extends SharedFunctions {
  readonly helpers: Readonly<Record<HelperName, number>>;
  /** Index of the table of functions outside the dispatch loop. */
  readonly table: number;
  /** FEAT_BTI: indirect branches look whether their target's page is guarded. */
  readonly guardsBranches: boolean;
}
