import { PHYSICAL } from '../layout.ts';

/** A case of pointer authentication and what became of it, in 64-bit words. */
export const RECORD = {
  word: 0,
  sctlr: 1,
  tcr: 2,
  /** In X0, X17, X30 and ELR_EL1. */
  pointer: 3,
  /** In X1 and X16. */
  modifier: 4,
  sp: 5,
  /** Low and high halves of the keys IA, IB, DA, DB and GA. */
  keys: 6,
  /** X0, X2, X17, X30, SP, then ELR, ESR, FAR and SPSR of EL1 after the exception that ends the case. */
  results: 16,
  size: 26,
} as const;

export const RESULT_NAMES = ['x0', 'x2', 'x17', 'x30', 'sp', 'elr', 'esr', 'far', 'spsr'] as const;

/** Where the word of a case is, followed by BRK. The vectors come after it, at the next multiple of 2 KiB. */
export const SLOT = PHYSICAL.harness + 64;
export const VECTORS = PHYSICAL.harness + 2048;

/** Where branches lead that authenticate, and loads: pages full of BRK. */
export const LANDING = { address: PHYSICAL.window, size: 0x2000 } as const;

/** PSTATE of a case: EL1h, interrupts masked. */
export const EL1H = 0x3c5;

export const KEY_NAMES: readonly string[] = ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'].flatMap((name) => [
  `${name}KeyLo_EL1`,
  `${name}KeyHi_EL1`,
]);

/** Runs cases: fills in their results. */
export interface PointerDriver {
  run(records: BigUint64Array): void;
}
