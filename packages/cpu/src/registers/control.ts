import type { SystemEncoding, SystemRegisterDefinition } from '@armature/core';
import { sharedRegisterOffset } from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { EL0_RW, EL1_RO, EL1_RW, ignoreWrite, readZero, SCTLR, trapEl0If } from './hooks.ts';

/** CPACR_EL1.FPEN: traps of SIMD and floating-point instructions. */
const CPACR_FPEN = 3n << 20n;

function at(op1: number, crn: number, crm: number, op2: number): SystemEncoding {
  return { op0: 3, op1, crn, crm, op2 };
}

/** Software context numbers: storage. @spec DDI 0487, SCXTNUM_EL1; SCXTNUM_EL0; SCTLR_EL1, TSCXT */
const CONTEXT_NUMBERS: readonly SystemRegisterDefinition[] = [
  { ...at(0, 13, 0, 7), name: 'SCXTNUM_EL1', access: EL1_RW },
  {
    ...at(3, 13, 0, 7),
    name: 'SCXTNUM_EL0',
    access: EL0_RW,
    check: trapEl0If(sharedRegisterOffset('SCTLR_EL1'), SCTLR.TSCXT),
    inlineWhenPstate: 0,
  },
];

/**
 * Control and thread-identity registers.
 *
 * @spec DDI 0487, CPACR_EL1; ACTLR_EL1; RVBAR_EL1; TPIDR_EL0; TPIDRRO_EL0; TPIDR_EL1
 */
export function controlRegisters(model: CpuModel): readonly SystemRegisterDefinition[] {
  return [
    { ...at(0, 1, 0, 1), name: 'ACTLR_EL1', access: EL1_RW, read: readZero, write: ignoreWrite },
    { ...at(0, 1, 0, 2), name: 'CPACR_EL1', access: EL1_RW, writeMask: CPACR_FPEN, synchronises: true },
    // The reset address: boot protocols set the pc after it.
    { ...at(0, 12, 0, 1), name: 'RVBAR_EL1', access: EL1_RO, read: readZero },
    { ...at(0, 13, 0, 4), name: 'TPIDR_EL1', access: EL1_RW },
    { ...at(3, 13, 0, 2), name: 'TPIDR_EL0', access: EL0_RW },
    { ...at(3, 13, 0, 3), name: 'TPIDRRO_EL0', access: { read: 0, write: 1 } },
    ...(model.features.has('FEAT_CSV2_2') ? CONTEXT_NUMBERS : []),
  ];
}
