import type { IrqLine } from '@armature/core';

/** Interrupt inputs of one CPU. */
export interface CpuInputs {
  readonly irq: IrqLine;
  readonly fiq: IrqLine;
}

/** What a CPU interface signals. */
export const SIGNAL = { none: 0, irq: 1, fiq: 2 } as const;

/** Signals one interrupt, or none. Lines are compared first: driving one makes the CPU look at it. */
export function signal({ irq, fiq }: CpuInputs, which: number): void {
  const wantsIrq = which === SIGNAL.irq;
  const wantsFiq = which === SIGNAL.fiq;
  if (irq.level !== wantsIrq) irq.set(wantsIrq);
  if (fiq.level !== wantsFiq) fiq.set(wantsFiq);
}
