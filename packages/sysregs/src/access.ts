import {
  CPU_STATE,
  type CpuState,
  type SystemAccess,
  type SystemOperationResult,
  type SystemRegister,
} from '@armature/core';

/**
 * Whether an MRS (`isRead`) or an MSR or SYS may go ahead at the current exception level.
 * @spec DDI 0487, MRS; MSR (register); SYS
 */
export function checkAccess(cpu: CpuState, register: SystemRegister, isRead: boolean): SystemAccess {
  const el = cpu.exceptionLevel;
  if (el < (isRead ? register.access.read : register.access.write)) return 'undefined';
  return register.check === undefined ? 'ok' : register.check(cpu, el, isRead);
}

/** Reads a register into `transfer` of the state block, through its hook if it has one. */
export function readRegister(cpu: CpuState, register: SystemRegister): void {
  if (register.read !== undefined) register.read(cpu);
  else cpu.set(CPU_STATE.transfer, cpu.lo(register.offset), cpu.hi(register.offset));
}

/**
 * Writes a register, or performs a SYS operation with the value. Halves are signed 32-bit numbers; bits
 * outside the write mask keep what is stored, and hooks see them as zero.
 */
export function writeRegister(
  cpu: CpuState,
  register: SystemRegister,
  lo: number,
  hi: number,
): SystemOperationResult | undefined {
  if (register.operate !== undefined) return register.operate(cpu, lo, hi);
  const { maskLo, maskHi, offset } = register;
  if (register.write !== undefined) {
    register.write(cpu, lo & maskLo, hi & maskHi);
    return undefined;
  }
  cpu.set(offset, (cpu.lo(offset) & ~maskLo) | (lo & maskLo), (cpu.hi(offset) & ~maskHi) | (hi & maskHi));
  register.afterWrite?.(cpu);
  return undefined;
}
