/**
 * The CPU interface's system registers at EL1.
 *
 * @spec IHI 0069, AArch64 System register descriptions
 */
import { CPU_STATE, type CpuState, type SystemRegisterDefinition } from '@armature/core';
import type { CpuInterfaceV3 } from './cpu-interface-v3.ts';

/** ICC_SRE_EL1: the system registers are in use, IRQ and FIQ bypass is disabled; none of it can change. */
const SRE_VALUE = 7;
const INTID = 0xff_ffff;

const READ_ONLY = { read: 1, write: 4 } as const;
const WRITE_ONLY = { read: 4, write: 1 } as const;
const READ_WRITE = { read: 1, write: 1 } as const;

const encoding = (crm: number, op2: number) => ({ op0: 3, op1: 0, crn: 12, crm, op2 }) as const;

/** Writes may change what is signalled to this CPU. */
const SYNCHRONISES = { synchronises: true } as const;

const gives = (value: (cpu: number) => number) => (cpu: CpuState) =>
  cpu.set(CPU_STATE.transfer, value(cpu.index), 0);

/** The ICC registers of one group, 0 or 1. */
function groupRegisters(cpuif: CpuInterfaceV3, group: 0 | 1): SystemRegisterDefinition[] {
  const crm = group === 0 ? 8 : 12;
  return [
    {
      name: `ICC_IAR${group}_EL1`,
      ...encoding(crm, 0),
      access: READ_ONLY,
      read: gives((cpu) => cpuif.acknowledge(cpu, group)),
    },
    {
      name: `ICC_EOIR${group}_EL1`,
      ...encoding(crm, 1),
      access: WRITE_ONLY,
      ...SYNCHRONISES,
      write: (cpu, lo) => cpuif.endOfInterrupt(cpu.index, group, lo & INTID),
    },
    {
      name: `ICC_HPPIR${group}_EL1`,
      ...encoding(crm, 2),
      access: READ_ONLY,
      read: gives((cpu) => cpuif.highestPending(cpu, group)),
    },
    {
      name: `ICC_BPR${group}_EL1`,
      ...encoding(crm, 3),
      access: READ_WRITE,
      ...SYNCHRONISES,
      read: gives((cpu) => cpuif.binaryPoint(cpu, group)),
      write: (cpu, lo) => cpuif.setBinaryPoint(cpu.index, group, lo),
    },
    {
      name: `ICC_AP${group}R0_EL1`,
      ...(group === 0 ? encoding(8, 4) : encoding(9, 0)),
      access: READ_WRITE,
      ...SYNCHRONISES,
      read: gives((cpu) => cpuif.activePriorities(cpu, group)),
      write: (cpu, lo) => cpuif.setActivePriorities(cpu.index, group, lo),
    },
    {
      name: `ICC_IGRPEN${group}_EL1`,
      ...encoding(12, group === 0 ? 6 : 7),
      access: READ_WRITE,
      ...SYNCHRONISES,
      read: gives((cpu) => cpuif.groupEnable(cpu, group)),
      write: (cpu, lo) => cpuif.setGroupEnable(cpu.index, group, lo),
    },
  ];
}

export function iccRegisters(cpuif: CpuInterfaceV3): SystemRegisterDefinition[] {
  return [
    {
      name: 'ICC_PMR_EL1',
      ...{ op0: 3, op1: 0, crn: 4, crm: 6, op2: 0 },
      access: READ_WRITE,
      ...SYNCHRONISES,
      read: gives((cpu) => cpuif.priorityMask(cpu)),
      write: (cpu, lo) => cpuif.setPriorityMask(cpu.index, lo),
    },
    ...groupRegisters(cpuif, 0),
    ...groupRegisters(cpuif, 1),
    {
      name: 'ICC_DIR_EL1',
      ...encoding(11, 1),
      access: WRITE_ONLY,
      ...SYNCHRONISES,
      write: (cpu, lo) => cpuif.deactivate(cpu.index, lo & INTID),
    },
    {
      name: 'ICC_RPR_EL1',
      ...encoding(11, 3),
      access: READ_ONLY,
      read: gives((cpu) => cpuif.runningPriority(cpu)),
    },
    {
      name: 'ICC_SGI1R_EL1',
      ...encoding(11, 5),
      access: WRITE_ONLY,
      ...SYNCHRONISES,
      write: (cpu, lo, hi) => cpuif.sendSgi(cpu.index, 1, lo, hi),
    },
    {
      name: 'ICC_ASGI1R_EL1',
      ...encoding(11, 6),
      access: WRITE_ONLY,
      ...SYNCHRONISES,
      // With one Security state, Secure Group 1 is Group 0.
      write: (cpu, lo, hi) => cpuif.sendSgi(cpu.index, 0, lo, hi),
    },
    {
      name: 'ICC_SGI0R_EL1',
      ...encoding(11, 7),
      access: WRITE_ONLY,
      ...SYNCHRONISES,
      write: (cpu, lo, hi) => cpuif.sendSgi(cpu.index, 0, lo, hi),
    },
    {
      name: 'ICC_CTLR_EL1',
      ...encoding(12, 4),
      access: READ_WRITE,
      ...SYNCHRONISES,
      read: gives((cpu) => cpuif.control(cpu)),
      write: (cpu, lo) => cpuif.setControl(cpu.index, lo),
    },
    {
      name: 'ICC_SRE_EL1',
      ...encoding(12, 5),
      access: READ_WRITE,
      read: gives(() => SRE_VALUE),
      write: () => {},
    },
  ];
}
