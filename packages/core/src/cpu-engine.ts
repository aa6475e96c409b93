import type { CpuState } from './cpu-state.ts';

export type StopReason =
  /** The instruction budget is used up. */
  | 'budget'
  /** WFI or WFE with nothing to wake it yet. */
  | 'waiting'
  /** Something asked the machine to stop: power-off, reset, a host request. */
  | 'requested'
  /** It waits in a loop for what another CPU does: that one's turn. */
  | 'yield'
  /** The CPU is powered off. */
  | 'off'
  /** Exceptions are taken without end and no instruction completes. */
  | 'exception-loop';

/** Outcome of {@link CpuEngine.run}; one object per engine, overwritten by each call. */
export interface RunOutcome {
  /** Instructions completed by this call. */
  instructions: number;
  reason: StopReason;
}

/** Runs one CPU's instructions. */
export interface CpuEngine {
  readonly cpu: CpuState;
  readonly name: string;
  /**
   * Runs at most `budget` instructions, exactly that many unless something stops it earlier.
   *
   * @param mayOvershoot where it is all the same, it may run some more: up to a few thousand. Default false
   */
  run(budget: number, mayOvershoot?: boolean): RunOutcome;
  /** Makes the current or next `run` return soon with reason `requested`. */
  requestStop(): void;
  /** The CPU should look at its interrupt lines before its next instruction. */
  interruptsChanged(): void;
  /** Nothing to run: it is off, or waits for an interrupt. */
  readonly idle: boolean;
  readonly poweredOn: boolean;
  /** Resets the CPU and has it begin at an address, with a value in X0. Halves are signed 32-bit numbers. */
  powerOn(entryLo: number, entryHi: number, contextLo: number, contextHi: number): void;
  powerOff(): void;
  /** Drops code derived from physical memory that the host changed. */
  invalidateCode(address: number, size: number): void;
  /** Instructions completed since reset. */
  readonly instructions: number;
  reset(): void;
}
