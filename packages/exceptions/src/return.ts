import { CPU_STATE, type CpuState, PSTATE, type PstateFeatures, sharedRegisterOffset } from '@armature/core';
import { illegallyRestoredFields, restoredFields } from './features.ts';
import { levelRegisters, switchPstate, type TargetLevel } from './levels.ts';

/** M[1] of SPSR_ELx: reserved in AArch64 state. */
const RESERVED_MODE_BIT = 1 << 1;

const TCR_EL1 = sharedRegisterOffset('TCR_EL1');
/** TCR_EL1.TBI0 and TBI1 are bits 37 and 38: 5 and 6 of the high half. */
const TCR_TBI0_HIGH_BIT = 5;
/** TBID0 and TBID1, bits 51 and 52: the byte is ignored for data alone. */
const TCR_TBID0_HIGH_BIT = 19;

/**
 * True when SPSR_ELx names a state that the current level cannot return to.
 * @spec DDI 0487, Illegal return events from AArch64 state
 */
export function isIllegalReturn(spsr: number, currentLevel: number): boolean {
  // AArch32 state is not implemented at any level.
  if (spsr & (PSTATE.nRW | RESERVED_MODE_BIT)) return true;
  const level = (spsr & PSTATE.EL) >> PSTATE.elShift;
  return level > currentLevel || (level === 0 && (spsr & PSTATE.SP) !== 0);
}

/** Drops the tag of a return address where the level returned to ignores the top byte. */
function branchToReturnAddress(cpu: CpuState, lo: number, hi: number): void {
  const half = (hi >>> 23) & 1;
  const control = cpu.hi(TCR_EL1);
  const forDataOnly = (control >>> (TCR_TBID0_HIGH_BIT + half)) & 1;
  const ignoresTag = (control >>> (TCR_TBI0_HIGH_BIT + half)) & ~forDataOnly & 1;
  const isEl1AndEl0 = cpu.exceptionLevel <= 1;
  cpu.set(CPU_STATE.pc, lo, ignoresTag && isEl1AndEl0 ? (hi << 8) >> 8 : hi);
}

/**
 * ERET at EL1 or above. An illegal return stays at its level and sets PSTATE.IL, so that the next instruction
 * takes an Illegal Execution state exception.
 * @spec DDI 0487, AArch64.ExceptionReturn; SetPSTATEFromPSR
 */
export function returnFromException(cpu: CpuState, features: PstateFeatures): void {
  const level = cpu.exceptionLevel as TargetLevel;
  const registers = levelRegisters(level);
  const spsr = cpu.lo(registers.SPSR);
  if (isIllegalReturn(spsr, level)) {
    const fields = illegallyRestoredFields(features);
    const kept = cpu.pstate & ~(fields | PSTATE.SS);
    switchPstate(cpu, kept | (spsr & fields) | PSTATE.IL);
  } else {
    switchPstate(cpu, spsr & restoredFields(features));
  }
  cpu.nzcv = spsr & 0xf000_0000;
  cpu.clearExclusive();
  branchToReturnAddress(cpu, cpu.lo(registers.ELR), cpu.hi(registers.ELR));
}
