import { type CpuState, PSTATE, type PstateFeatures, sharedRegisterOffset } from '@armature/core';
import { hasSsbsInstructions } from './features.ts';
import { switchPstate } from './levels.ts';
import { EXCEPTION_CLASS } from './syndrome.ts';

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
const SCTLR_UMA = 1 << 9;

/** A trapped access, as {@link import('@armature/core').SystemAccess} has it. */
export const SYSTEM_TRAP = { trapClass: EXCEPTION_CLASS.trappedSystem } as const;

/** True when EL0 may access the interrupt masks. @spec DDI 0487, SCTLR_EL1.UMA */
export function masksAccessible(cpu: CpuState, level: number): boolean {
  return level !== 0 || (cpu.lo(SCTLR_EL1) & SCTLR_UMA) !== 0;
}

/** The fields of MSR (immediate), by op1 and op2 as `op1 << 3 | op2`. */
const FIELD = {
  UAO: (0 << 3) | 3,
  PAN: (0 << 3) | 4,
  SPSel: (0 << 3) | 5,
  SSBS: (3 << 3) | 1,
  DIT: (3 << 3) | 2,
  DAIFSet: (3 << 3) | 6,
  DAIFClr: (3 << 3) | 7,
} as const;

function writeBit(cpu: CpuState, bit: number, immediate: number): true {
  cpu.pstate = immediate & 1 ? cpu.pstate | bit : cpu.pstate & ~bit;
  return true;
}

/**
 * MSR (immediate): false when UNDEFINED, a trap where EL0 may not touch the masks.
 *
 * @param immediate CRm, 0 to 15; DAIFSet and DAIFClr take D A I F as bits 3 to 0
 * @spec DDI 0487, MSR (immediate)
 */
export function writeField(
  cpu: CpuState,
  features: PstateFeatures,
  op1: number,
  op2: number,
  immediate: number,
): boolean | { trapClass: number } {
  const level = cpu.exceptionLevel;
  switch ((op1 << 3) | op2) {
    case FIELD.UAO:
      return features.uao === true && level > 0 && writeBit(cpu, PSTATE.UAO, immediate);
    case FIELD.PAN:
      return features.pan === true && level > 0 && writeBit(cpu, PSTATE.PAN, immediate);
    case FIELD.SPSel:
      if (level === 0) return false;
      selectStack(cpu, immediate);
      return true;
    case FIELD.SSBS:
      return hasSsbsInstructions(features) && writeBit(cpu, PSTATE.SSBS, immediate);
    case FIELD.DIT:
      return features.dit === true && writeBit(cpu, PSTATE.DIT, immediate);
    case FIELD.DAIFSet:
      if (!masksAccessible(cpu, level)) return SYSTEM_TRAP;
      cpu.pstate |= (immediate & 15) << 6;
      return true;
    case FIELD.DAIFClr:
      if (!masksAccessible(cpu, level)) return SYSTEM_TRAP;
      cpu.pstate &= ~((immediate & 15) << 6);
      return true;
    default:
      return false;
  }
}

/** Writes PSTATE.SP and brings in the stack pointer it selects. */
export function selectStack(cpu: CpuState, value: number): void {
  switchPstate(cpu, value & 1 ? cpu.pstate | PSTATE.SP : cpu.pstate & ~PSTATE.SP);
}
