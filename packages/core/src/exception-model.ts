import type { CpuState } from './cpu-state.ts';
import type { SystemRegisterDefinition } from './system-registers.ts';

export const INTERRUPT = { none: 0, irq: 1, fiq: 2, serror: 3 } as const;
export type Interrupt = (typeof INTERRUPT)[keyof typeof INTERRUPT];

/** Told of every exception taken and returned from. All default to nothing. */
export interface ExceptionObserver {
  /** `syndrome` is the ESR value, 0 for interrupts. The state block already shows the handler's context. */
  taken?(cpu: CpuState, kind: 'synchronous' | 'irq' | 'fiq' | 'serror', syndrome: number): void;
  returned?(cpu: CpuState): void;
}

/**
 * Takes and returns from exceptions on the state block. The pc of the state block is the preferred return
 * address when a take function is called; afterwards it is the vector.
 */
export interface ExceptionModel {
  /** `syndrome` is the ESR value with EC and IL. FAR is in `faultAddress` when `faultHasAddress`. */
  takeSynchronous(cpu: CpuState, syndrome: number): void;
  takeInterrupt(cpu: CpuState, interrupt: Interrupt): void;
  /** The interrupt that would be taken now: raised and not masked. */
  pendingInterrupt(cpu: CpuState): Interrupt;
  /** ERET: restores PSTATE and pc, sets PSTATE.IL on an illegal return. */
  exceptionReturn(cpu: CpuState): void;
  /** MSR (immediate). False when the field or its value is UNDEFINED at this level. */
  writePstateField(
    cpu: CpuState,
    op1: number,
    op2: number,
    immediate: number,
  ): boolean | { trapClass: number };
  /** Registers contributed: SPSR, ELR, ESR, FAR, VBAR, SP_ELx, DAIF, NZCV, CurrentEL, SPSel, PAN, UAO, ... */
  readonly registers: readonly SystemRegisterDefinition[];
  observe(observer: ExceptionObserver): void;
  reset(cpu: CpuState): void;
}

/** Optional PSTATE fields that a CPU model has. Its ID registers should say the same. Default: none. */
export interface PstateFeatures {
  /** FEAT_PAN. */
  readonly pan?: boolean;
  /** FEAT_UAO. */
  readonly uao?: boolean;
  /** FEAT_DIT. */
  readonly dit?: boolean;
  /** FEAT_SSBS: the field. */
  readonly ssbs?: boolean;
  /** FEAT_SSBS2: the instructions that access it. Default: where the field is. */
  readonly ssbs2?: boolean;
  /** FEAT_BTI. */
  readonly bti?: boolean;
}

/** The capability `exceptions`. `levels` is the highest exception level implemented. */
export interface ExceptionModelFactory {
  /** `features` wins over what the part was configured with. One model serves all CPUs of a cluster. */
  createExceptionModel(features?: PstateFeatures): ExceptionModel;
}

/** The capability `firmware`: calls that a guest makes by HVC or SMC where no such level exists. */
export interface FirmwareCalls {
  readonly conduit: 'hvc' | 'smc';
  /** Handles the call in X0; true when it did and execution goes on after the instruction. */
  call(cpu: CpuState): boolean;
}
