import {
  CPU_STATE,
  type CpuState,
  type SystemAccess,
  type SystemAccessLevels,
  sharedRegisterOffset,
} from '@armature/core';

export const EL1_RW: SystemAccessLevels = { read: 1, write: 1 };
export const EL1_RO: SystemAccessLevels = { read: 1, write: 4 };
export const EL1_WO: SystemAccessLevels = { read: 4, write: 1 };
export const EL0_RW: SystemAccessLevels = { read: 0, write: 0 };
export const EL0_RO: SystemAccessLevels = { read: 0, write: 4 };
export const EL0_WO: SystemAccessLevels = { read: 4, write: 0 };

/** A trapped MSR, MRS or SYS. One object, so that checks make none. */
const TRAPPED: SystemAccess = { trapClass: 0x18 };

/** Reads as zero. */
export function readZero(cpu: CpuState): void {
  cpu.set(CPU_STATE.transfer, 0, 0);
}

/** Ignores writes. */
export function ignoreWrite(): void {}

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');

/** Bits of SCTLR_EL1 about EL0's use of system instructions. @spec DDI 0487, SCTLR_EL1 */
export const SCTLR = { EnRCTX: 1 << 10, DZE: 1 << 14, UCT: 1 << 15, TSCXT: 1 << 20, UCI: 1 << 26 } as const;

/** Whether a bit of SCTLR_EL1 is set. */
export function sctlrHas(cpu: CpuState, bit: number): boolean {
  return (cpu.lo(SCTLR_EL1) & bit) !== 0;
}

/** A check that traps EL0 while a bit of SCTLR_EL1 is clear. */
export function trapEl0Unless(bit: number): (cpu: CpuState, el: number) => SystemAccess {
  return (cpu, el) => (el !== 0 || sctlrHas(cpu, bit) ? 'ok' : TRAPPED);
}

/** A check that traps EL0 while a bit of the low half of a shared register is set. */
export function trapEl0If(offset: number, bit: number): (cpu: CpuState, el: number) => SystemAccess {
  return (cpu, el) => (el !== 0 || (cpu.lo(offset) & bit) === 0 ? 'ok' : TRAPPED);
}
