import { CPU_STATE, type CpuState, INTERRUPT, INTERRUPT_LINE, type Interrupt, PSTATE } from '@armature/core';

/** ISR_EL1: what is pending at the CPU, masked or not. @spec DDI 0487, ISR_EL1 */
export function interruptStatus(cpu: CpuState): number {
  const lines = cpu.lo(CPU_STATE.interruptLines);
  return (
    (lines & INTERRUPT_LINE.serror ? PSTATE.A : 0) |
    (lines & INTERRUPT_LINE.irq ? PSTATE.I : 0) |
    (lines & INTERRUPT_LINE.fiq ? PSTATE.F : 0)
  );
}

/**
 * The interrupt to take now. When several are raised and unmasked, SError comes first, then FIQ, then IRQ:
 * the order is IMPLEMENTATION DEFINED.
 * @spec DDI 0487, Asynchronous exception masking
 */
export function unmaskedInterrupt(cpu: CpuState): Interrupt {
  const pending = interruptStatus(cpu) & ~cpu.pstate;
  if (pending === 0) return INTERRUPT.none;
  if (pending & PSTATE.A) return INTERRUPT.serror;
  return pending & PSTATE.F ? INTERRUPT.fiq : INTERRUPT.irq;
}
