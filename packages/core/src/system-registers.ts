import type { CpuState } from './cpu-state.ts';
import type { SharedSystemRegister } from './layout.ts';

/** Encoding of a system register or SYS operation. */
export interface SystemEncoding {
  readonly op0: number;
  readonly op1: number;
  readonly crn: number;
  readonly crm: number;
  readonly op2: number;
}

/** The encoding as bits 20 to 5 of MRS, MSR and SYS hold it: 16 bits. */
export function systemKey({ op0, op1, crn, crm, op2 }: SystemEncoding): number {
  return (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;
}

/** Name of an encoding without one: S3_0_C4_C0_0. */
export function systemKeyName(key: number): string {
  return `S${key >> 14}_${(key >> 11) & 7}_C${(key >> 7) & 15}_C${(key >> 3) & 15}_${key & 7}`;
}

/**
 * What an access check answers: proceed, UNDEFINED, or a trap to EL1 or above with this exception class
 * (0x18 for a trapped MSR, MRS or SYS; 0x07 for SIMD and FP).
 */
export type SystemAccess = 'ok' | 'undefined' | { readonly trapClass: number };

/** Lowest exception level that may do this; 4 is never. */
export interface SystemAccessLevels {
  readonly read: 0 | 1 | 2 | 3 | 4;
  readonly write: 0 | 1 | 2 | 3 | 4;
}

/**
 * One row of the system-register table. Rows without hooks are plain storage: engines read and write their
 * slot directly, applying `writeMask`.
 */
export interface SystemRegisterDefinition extends SystemEncoding {
  readonly name: string;
  readonly access: SystemAccessLevels;
  /** Value after reset, default 0. RES1 bits belong here. */
  readonly reset?: bigint | ((cpu: CpuState) => bigint);
  /** Bits that a write changes; others keep their reset value. Default: all. */
  readonly writeMask?: bigint;
  /** Shares the slot of a register known by name, for state that other parts read. Default: `name` if shared. */
  readonly slot?: SharedSystemRegister;
  /** Read hook: leaves the value in `transfer` of the state block. */
  readonly read?: (cpu: CpuState) => void;
  /** Write hook, instead of the plain store. Halves are signed 32-bit numbers, already masked. */
  readonly write?: (cpu: CpuState, lo: number, hi: number) => void;
  /** Called after a plain store, for registers that are storage with a side effect. */
  readonly afterWrite?: (cpu: CpuState) => void;
  /** SYS operations (op0 = 1): called with the value of Xt. {@link noOperation} where access is all that is checked. */
  readonly operate?: (cpu: CpuState, lo: number, hi: number) => SystemOperationResult | undefined;
  /** An access check beyond `access`: enables and traps. `el` is the current exception level. */
  readonly check?: (cpu: CpuState, el: number, isRead: boolean) => SystemAccess;
  /**
   * PSTATE bits that, all set, make `check` answer `ok` and `read` give what is stored, at EL1 and above: engines may
   * then inline the access of a row without other hooks.
   */
  readonly inlineWhenPstate?: number;
  /** True when a write may change interrupts, translation or the exception level: the engine re-enters. */
  readonly synchronises?: boolean;
}

/** A SYS operation that faulted like a data access (DC ZVA, AT with an external abort). */
export interface SystemOperationResult {
  readonly faultStatus: number;
}

/** The `operate` hook of an operation that does nothing, which engines know: they may leave the call out. */
export function noOperation(): undefined {
  return undefined;
}

/** A resolved register: its definition and where it lives. */
export interface SystemRegister extends SystemRegisterDefinition {
  readonly key: number;
  /** Byte offset in the state block. */
  readonly offset: number;
  readonly maskLo: number;
  readonly maskHi: number;
  /** No hook on the read or write side, and no check: engines may inline the access. */
  readonly plainRead: boolean;
  readonly plainWrite: boolean;
}

/** All system registers of a machine's CPUs. */
export interface SystemRegisters {
  /** @throws CAPABILITY_DUPLICATE when an encoding is taken */
  add(definitions: readonly SystemRegisterDefinition[], owner: string): void;
  /** By encoding; unknown encodings are UNDEFINED for the guest. */
  lookup(key: number): SystemRegister | undefined;
  byName(name: string): SystemRegister | undefined;
  list(): readonly SystemRegister[];
  reset(cpu: CpuState): void;
  /** Values of all registers that have storage, by name. */
  snapshot(cpu: CpuState): Record<string, bigint>;
  restore(cpu: CpuState, values: Readonly<Record<string, bigint>>): void;
}
