import {
  CPU_STATE,
  type CpuState,
  PSTATE,
  type SharedSystemRegister,
  sharedRegisterOffset,
} from '@armature/core';

/** An exception level that exceptions are taken to. */
export type TargetLevel = 1 | 2 | 3;

/** State-block offsets of the registers of one level that exception entry and return use. */
export interface LevelRegisters {
  readonly VBAR: number;
  readonly ESR: number;
  readonly FAR: number;
  readonly ELR: number;
  readonly SPSR: number;
}

function registersOf(level: TargetLevel): LevelRegisters {
  const at = (name: string): number => sharedRegisterOffset(`${name}_EL${level}` as SharedSystemRegister);
  return { VBAR: at('VBAR'), ESR: at('ESR'), FAR: at('FAR'), ELR: at('ELR'), SPSR: at('SPSR') };
}

const LEVELS = { 1: registersOf(1), 2: registersOf(2), 3: registersOf(3) } as const;

export function levelRegisters(level: TargetLevel): LevelRegisters {
  return LEVELS[level];
}

const BANKED_SP = (['SP_EL0', 'SP_EL1', 'SP_EL2', 'SP_EL3'] as const).map(sharedRegisterOffset);

/** State-block offset of the stack pointer that a PSTATE selects. */
export function bankedStackOffset(pstate: number): number {
  return BANKED_SP[pstate & PSTATE.SP ? (pstate & PSTATE.EL) >> PSTATE.elShift : 0];
}

/** Sets PSTATE (all but NZCV) and brings in the stack pointer it selects. */
export function switchPstate(cpu: CpuState, pstate: number): void {
  const from = bankedStackOffset(cpu.pstate);
  const to = bankedStackOffset(pstate);
  if (from !== to) {
    cpu.set(from, cpu.lo(CPU_STATE.sp), cpu.hi(CPU_STATE.sp));
    cpu.set(CPU_STATE.sp, cpu.lo(to), cpu.hi(to));
  }
  cpu.pstate = pstate;
}
