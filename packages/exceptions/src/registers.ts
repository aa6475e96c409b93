import {
  CPU_STATE,
  type CpuState,
  PSTATE,
  type PstateFeatures,
  type SystemEncoding,
  type SystemRegisterDefinition,
} from '@armature/core';
import { hasSsbsInstructions } from './features.ts';
import { interruptStatus } from './interrupts.ts';
import { masksAccessible, SYSTEM_TRAP, selectStack } from './pstate-fields.ts';

const EL1_RW = { read: 1, write: 1 } as const;
const EL1_RO = { read: 1, write: 4 } as const;
const EL0_RW = { read: 0, write: 0 } as const;

const MASKS = PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;

function at(op1: number, crn: number, crm: number, op2: number): SystemEncoding {
  return { op0: 3, op1, crn, crm, op2 };
}

/** A register that is a set of PSTATE bits. */
function pstateBits(
  name: string,
  encoding: SystemEncoding,
  bits: number,
  level: 0 | 1,
): SystemRegisterDefinition {
  return {
    ...encoding,
    name,
    access: level === 0 ? EL0_RW : EL1_RW,
    writeMask: BigInt(bits),
    synchronises: true,
    read: (cpu) => cpu.set(CPU_STATE.transfer, cpu.pstate & bits, 0),
    write: (cpu, lo) => {
      cpu.pstate = (cpu.pstate & ~bits) | lo;
    },
  };
}

const BASE_REGISTERS: readonly SystemRegisterDefinition[] = [
  { ...at(0, 4, 0, 0), name: 'SPSR_EL1', access: EL1_RW },
  { ...at(0, 4, 0, 1), name: 'ELR_EL1', access: EL1_RW },
  {
    ...at(0, 4, 1, 0),
    name: 'SP_EL0',
    access: EL1_RW,
    // While SP_EL0 is the current stack pointer, it has no other name.
    check: (cpu) => (cpu.pstate & PSTATE.SP ? 'ok' : 'undefined'),
    inlineWhenPstate: PSTATE.SP,
  },
  {
    ...at(0, 4, 2, 0),
    name: 'SPSel',
    access: EL1_RW,
    writeMask: 1n,
    synchronises: true,
    read: (cpu) => cpu.set(CPU_STATE.transfer, cpu.pstate & PSTATE.SP, 0),
    write: (cpu, lo) => selectStack(cpu, lo),
  },
  {
    ...at(0, 4, 2, 2),
    name: 'CurrentEL',
    access: EL1_RO,
    read: (cpu) => cpu.set(CPU_STATE.transfer, cpu.pstate & PSTATE.EL, 0),
  },
  {
    ...at(3, 4, 2, 0),
    name: 'NZCV',
    access: EL0_RW,
    writeMask: 0xf000_0000n,
    read: (cpu) => cpu.set(CPU_STATE.transfer, cpu.nzcv, 0),
    write: (cpu, lo) => {
      cpu.nzcv = lo;
    },
  },
  {
    ...pstateBits('DAIF', at(3, 4, 2, 1), MASKS, 0),
    check: (cpu: CpuState, el: number) => (masksAccessible(cpu, el) ? 'ok' : SYSTEM_TRAP),
  },
  { ...at(0, 5, 1, 0), name: 'AFSR0_EL1', access: EL1_RW, writeMask: 0n },
  { ...at(0, 5, 1, 1), name: 'AFSR1_EL1', access: EL1_RW, writeMask: 0n },
  { ...at(0, 5, 2, 0), name: 'ESR_EL1', access: EL1_RW },
  { ...at(0, 6, 0, 0), name: 'FAR_EL1', access: EL1_RW },
  { ...at(0, 12, 0, 0), name: 'VBAR_EL1', access: EL1_RW, writeMask: 0xffff_ffff_ffff_f800n },
  {
    ...at(0, 12, 1, 0),
    name: 'ISR_EL1',
    access: EL1_RO,
    read: (cpu) => cpu.set(CPU_STATE.transfer, interruptStatus(cpu), 0),
  },
];

/** The system registers of the exception model; those of a feature only where the feature is. */
export function exceptionRegisters(features: PstateFeatures): readonly SystemRegisterDefinition[] {
  return [
    ...BASE_REGISTERS,
    ...(features.pan ? [pstateBits('PAN', at(0, 4, 2, 3), PSTATE.PAN, 1)] : []),
    ...(features.uao ? [pstateBits('UAO', at(0, 4, 2, 4), PSTATE.UAO, 1)] : []),
    ...(features.dit ? [pstateBits('DIT', at(3, 4, 2, 5), PSTATE.DIT, 0)] : []),
    ...(hasSsbsInstructions(features) ? [pstateBits('SSBS', at(3, 4, 2, 6), PSTATE.SSBS, 0)] : []),
  ];
}
