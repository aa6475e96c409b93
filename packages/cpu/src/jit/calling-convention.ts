import type { SharedFunctions } from '../interpreter/calling-convention.ts';
import type { Signature } from '../wasm/module.ts';

/**
 * A region is a function of one parameter: 16 times (instructions run - limit), negative while there is budget left.
 * It finds everything else in the state block, `codeBias` for its page, and leaves all there again. The result is a
 * {@link REGION_EXIT}; `record` and `countBias` of the state block are then those of the instruction to go on with.
 */
export const REGION_SIGNATURE = { params: ['i32'], results: ['i32'] } as const satisfies Signature;

/** Why a region returns to the interpreter. Those of LEAVE have their numbers. */
export const REGION_EXIT = {
  /** To go on with a record that has no region. */
  goOn: 0,
  fault: 1,
  replay: 2,
  done: 3,
  thrown: 4,
  /** The interpreter has to run the instruction. */
  interpret: 5,
  /** The budget is used up. */
  limit: 6,
  /** To go on with the pc in the state block, whose page is not in the fetch TLB. */
  pc: 7,
} as const;

/** What a region calls, by index in its module, and what it has to know of the machine's memory. */
export interface RegionFunctions extends SharedFunctions {
  /** Computes flags from operands and stores them. */
  readonly storeFlags: number;
  readonly pointerAuthentication: number;
  /** Number of {@link REGION_SIGNATURE}, and the table of regions. */
  readonly signature: number;
  readonly table: number;
  /** FEAT_BTI: indirect branches look whether their target's page is guarded. */
  readonly guardsBranches: boolean;
}

/** Functions of the interpreter’s module that regions call, in the order of their imports. */
export const REGION_IMPORTS = [
  'slowRead',
  'slowWrite',
  'slowReadBlock',
  'slowWriteBlock',
  'alignmentFault',
  'stackFault',
  'floatingPointTrap',
  'softFloat',
  'storeFlags',
  'pointerAuthentication',
] as const;
export type RegionImportName = (typeof REGION_IMPORTS)[number];
