/**
 * The timer's system registers.
 *
 * @spec DDI 0487, Generic Timer System registers
 */
import {
  CPU_STATE,
  type CpuState,
  type SystemAccess,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
} from '@armature/core';
import type { GenericTimer, TimerName } from './generic-timer.ts';

/** Bits of CNTKCTL_EL1. */
export const CNTKCTL = {
  EL0PCTEN: 1 << 0,
  EL0VCTEN: 1 << 1,
  EVNTEN: 1 << 2,
  EVNTDIR: 1 << 3,
  EVNTI: 0xf << 4,
  EL0VTEN: 1 << 8,
  EL0PTEN: 1 << 9,
} as const;

/** EC of a trapped MSR, MRS or system instruction. */
const TRAPPED_SYSTEM_ACCESS: SystemAccess = { trapClass: 0x18 };

const CNTKCTL_OFFSET = sharedRegisterOffset('CNTKCTL_EL1');
const EL0 = { op0: 3, op1: 3, crn: 14 } as const;

/** Access from EL0 while one of these bits of CNTKCTL_EL1 is set; else it traps to EL1. */
function enabledBy(bits: number) {
  return (cpu: CpuState, el: number): SystemAccess =>
    el > 0 || cpu.lo(CNTKCTL_OFFSET) & bits ? 'ok' : TRAPPED_SYSTEM_ACCESS;
}

export function timerRegisters(timer: GenericTimer): SystemRegisterDefinition[] {
  const count = (cpu: CpuState): void => timer.readCount(cpu);
  return [
    {
      name: 'CNTKCTL_EL1',
      ...{ op0: 3, op1: 0, crn: 14, crm: 1, op2: 0 },
      access: { read: 1, write: 1 },
      writeMask: 0x3ffn,
    },
    {
      name: 'CNTFRQ_EL0',
      ...{ ...EL0, crm: 0, op2: 0 },
      access: { read: 0, write: 1 },
      reset: BigInt(timer.frequency),
      writeMask: 0xffff_ffffn,
      check: enabledBy(CNTKCTL.EL0PCTEN | CNTKCTL.EL0VCTEN),
    },
    {
      name: 'CNTPCT_EL0',
      ...{ ...EL0, crm: 0, op2: 1 },
      access: { read: 0, write: 4 },
      read: count,
      check: enabledBy(CNTKCTL.EL0PCTEN),
    },
    {
      name: 'CNTVCT_EL0',
      ...{ ...EL0, crm: 0, op2: 2 },
      access: { read: 0, write: 4 },
      read: count,
      check: enabledBy(CNTKCTL.EL0VCTEN),
    },
    ...channelRegisters(timer, 'physical', { prefix: 'CNTP', crm: 2, enable: CNTKCTL.EL0PTEN }),
    ...channelRegisters(timer, 'virtual', { prefix: 'CNTV', crm: 3, enable: CNTKCTL.EL0VTEN }),
  ];
}

/** TVAL, CTL and CVAL of one timer. Writing any of them may raise or lower its interrupt. */
function channelRegisters(
  timer: GenericTimer,
  which: TimerName,
  { prefix, crm, enable }: { readonly prefix: string; readonly crm: number; readonly enable: number },
): SystemRegisterDefinition[] {
  const common = {
    access: { read: 0, write: 0 },
    check: enabledBy(enable),
    synchronises: true,
  } as const;
  return [
    {
      name: `${prefix}_TVAL_EL0`,
      ...{ ...EL0, crm, op2: 0, ...common },
      read: (cpu) => cpu.set(CPU_STATE.transfer, timer.channel(cpu, which).value, 0),
      write(cpu, lo) {
        timer.channel(cpu, which).value = lo;
      },
    },
    {
      name: `${prefix}_CTL_EL0`,
      ...{ ...EL0, crm, op2: 1, ...common },
      read: (cpu) => cpu.set(CPU_STATE.transfer, timer.channel(cpu, which).control, 0),
      write(cpu, lo) {
        timer.channel(cpu, which).control = lo;
      },
    },
    {
      name: `${prefix}_CVAL_EL0`,
      ...{ ...EL0, crm, op2: 2, ...common },
      read(cpu) {
        const { lo, hi } = timer.channel(cpu, which);
        cpu.set(CPU_STATE.transfer, lo, hi);
      },
      write: (cpu, lo, hi) => timer.channel(cpu, which).setCompare(lo, hi),
    },
  ];
}
