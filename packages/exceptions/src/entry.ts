import { CPU_STATE, type CpuState, PSTATE, type PstateFeatures, sharedRegisterOffset } from '@armature/core';
import { levelRegisters, switchPstate, type TargetLevel } from './levels.ts';
import { syndromeForTarget } from './syndrome.ts';

/** Vector offsets by the kind of exception. @spec DDI 0487, Exception vectors */
export const VECTOR = { synchronous: 0x000, irq: 0x080, fiq: 0x100, serror: 0x180 } as const;

/** Vector offsets by where the exception comes from. */
export const VECTOR_BASE = { currentSp0: 0x000, currentSpx: 0x200, lowerAArch64: 0x400 } as const;

const SCTLR_BY_LEVEL = {
  1: sharedRegisterOffset('SCTLR_EL1'),
  2: sharedRegisterOffset('SCTLR_EL2'),
  3: sharedRegisterOffset('SCTLR_EL3'),
} as const;

const SCTLR_SPAN = 1 << 23;
/** SCTLR_ELx.DSSBS is bit 44: bit 12 of the high half. */
const SCTLR_DSSBS_HIGH = 1 << 12;

function vectorBase(pstate: number, target: TargetLevel): number {
  if ((pstate & PSTATE.EL) >> PSTATE.elShift < target) return VECTOR_BASE.lowerAArch64;
  return pstate & PSTATE.SP ? VECTOR_BASE.currentSpx : VECTOR_BASE.currentSp0;
}

/** PSTATE at the first instruction of a handler. */
export function handlerPstate(cpu: CpuState, target: TargetLevel, features: PstateFeatures): number {
  const sctlr = SCTLR_BY_LEVEL[target];
  let pstate =
    (target << PSTATE.elShift) |
    PSTATE.SP |
    PSTATE.D |
    PSTATE.A |
    PSTATE.I |
    PSTATE.F |
    (cpu.pstate & (PSTATE.PAN | PSTATE.DIT));
  if (features.pan && target === 1 && (cpu.lo(sctlr) & SCTLR_SPAN) === 0) pstate |= PSTATE.PAN;
  if (features.ssbs && cpu.hi(sctlr) & SCTLR_DSSBS_HIGH) pstate |= PSTATE.SSBS;
  return pstate;
}

/**
 * Takes an exception to a level: saves PSTATE and the pc, records the syndrome, and goes to the vector.
 *
 * @param syndrome ESR value, undefined for IRQ and FIQ, which leave ESR_ELx alone
 * @returns the syndrome as ESR_ELx of the target has it, 0 when there is none
 * @spec DDI 0487, AArch64.TakeException; PSTATE.{N,Z,C,V} keep their values
 */
export function enterException(
  cpu: CpuState,
  target: TargetLevel,
  features: PstateFeatures,
  vector: number,
  syndrome: number | undefined,
  hasAddress: boolean,
): number {
  const registers = levelRegisters(target);
  const interrupted = cpu.pstate;
  const base = vectorBase(interrupted, target);
  cpu.set(registers.SPSR, interrupted | cpu.nzcv, 0);
  cpu.set(registers.ELR, cpu.lo(CPU_STATE.pc), cpu.hi(CPU_STATE.pc));
  let reported = 0;
  if (syndrome !== undefined) {
    reported = syndromeForTarget(syndrome, base !== VECTOR_BASE.lowerAArch64);
    cpu.set(registers.ESR, reported | 0, 0);
  }
  if (hasAddress) {
    cpu.set(registers.FAR, cpu.lo(CPU_STATE.faultAddress), cpu.hi(CPU_STATE.faultAddress));
  }
  switchPstate(cpu, handlerPstate(cpu, target, features));
  cpu.clearExclusive();
  // The low 11 bits of VBAR_ELx are RES0, so the offset never carries.
  cpu.set(CPU_STATE.pc, (cpu.lo(registers.VBAR) & ~0x7ff) | base | vector, cpu.hi(registers.VBAR));
  return reported;
}
