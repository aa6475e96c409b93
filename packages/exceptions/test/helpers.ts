import { CPU_BLOCK, CPU_STATE, CpuState, PSTATE, type SystemRegisterDefinition } from '@armature/core';

/** PSTATE of the modes that AArch64 has, DAIF clear. */
export const MODE = {
  EL0t: 0,
  EL1t: 1 << PSTATE.elShift,
  EL1h: (1 << PSTATE.elShift) | PSTATE.SP,
} as const;

export const DAIF = PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;

/** A CPU with distinct values in everything that exceptions move. */
export function makeCpu(pstate: number): CpuState {
  const pages = Math.ceil((4096 + CPU_BLOCK.size) / 65536);
  const cpu = new CpuState(new WebAssembly.Memory({ initial: pages }), 4096);
  cpu.pstate = pstate;
  cpu.nzcv = 0xa000_0000;
  cpu.pc = 0xffff_8000_1234_5678n;
  cpu.setSystem('VBAR_EL1', 0xffff_8000_0801_0800n);
  cpu.setSystem('SP_EL0', 0x1000n);
  cpu.setSystem('SP_EL1', 0x2000n);
  cpu.sp = pstate & PSTATE.SP ? 0x2000n : 0x1000n;
  cpu.set64(CPU_STATE.exclusiveAddress, 0x4000n);
  return cpu;
}

export function registerNamed(
  registers: readonly SystemRegisterDefinition[],
  name: string,
): SystemRegisterDefinition {
  const found = registers.find((register) => register.name === name);
  if (found === undefined) throw new Error(`no register ${name}`);
  return found;
}
