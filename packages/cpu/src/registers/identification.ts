import {
  type CpuState,
  cpuAffinity,
  type SystemEncoding,
  type SystemRegisterDefinition,
  systemKey,
  systemKeyName,
} from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { EL1_RO, readZero } from './hooks.ts';

/** Bit 31 of MPIDR_EL1 is RES1. */
const MPIDR_RES1 = 0x8000_0000n;

/** ID_AA64PFR0_EL1.GIC: system registers of GIC version 3.0. */
const GIC_SYSTEM_REGISTERS = 1n << 24n;

/** Names at op0 = 3, op1 = 0, CRn = 0 by CRm and op2. AArch32 ones read as zero, like those without a name. */
const NAMES: Readonly<Record<number, readonly string[]>> = {
  1: ['ID_PFR0', 'ID_PFR1', 'ID_DFR0', 'ID_AFR0', 'ID_MMFR0', 'ID_MMFR1', 'ID_MMFR2', 'ID_MMFR3'],
  2: ['ID_ISAR0', 'ID_ISAR1', 'ID_ISAR2', 'ID_ISAR3', 'ID_ISAR4', 'ID_ISAR5', 'ID_MMFR4', 'ID_ISAR6'],
  3: ['MVFR0', 'MVFR1', 'MVFR2', '', 'ID_PFR2', 'ID_DFR1', 'ID_MMFR5'],
  4: ['ID_AA64PFR0', 'ID_AA64PFR1', '', '', 'ID_AA64ZFR0', 'ID_AA64SMFR0'],
  5: ['ID_AA64DFR0', 'ID_AA64DFR1', '', '', 'ID_AA64AFR0', 'ID_AA64AFR1'],
  6: ['ID_AA64ISAR0', 'ID_AA64ISAR1', 'ID_AA64ISAR2'],
  7: ['ID_AA64MMFR0', 'ID_AA64MMFR1', 'ID_AA64MMFR2'],
};

/** A register that holds `value` for good; zero takes no storage. */
export function constant(name: string, encoding: SystemEncoding, value: bigint): SystemRegisterDefinition {
  const row = { ...encoding, name, access: EL1_RO };
  return value === 0n ? { ...row, read: readZero } : { ...row, reset: value };
}

/** What a machine gives its CPUs beyond their model. */
export interface MachineExtensions {
  /** Whether the interrupt controller is accessed by system registers, asked at reset. */
  readonly gicRegisters: () => boolean;
}

/**
 * The identification registers: those of the model, and the reserved ones around them, which read as zero.
 *
 * @spec DDI 0487, Principles of the ID scheme for fields in ID registers; MIDR_EL1; MPIDR_EL1
 */
export function identificationRegisters(
  model: CpuModel,
  extensions: MachineExtensions,
): readonly SystemRegisterDefinition[] {
  const idValue = (name: string): bigint => model.idRegisters[name] ?? 0n;
  const rows: SystemRegisterDefinition[] = [
    constant('MIDR_EL1', { op0: 3, op1: 0, crn: 0, crm: 0, op2: 0 }, idValue('MIDR_EL1')),
    {
      ...{ op0: 3, op1: 0, crn: 0, crm: 0, op2: 5 },
      name: 'MPIDR_EL1',
      access: EL1_RO,
      reset: (cpu: CpuState) => MPIDR_RES1 | BigInt(cpuAffinity(cpu.index)),
    },
    constant('REVIDR_EL1', { op0: 3, op1: 0, crn: 0, crm: 0, op2: 6 }, idValue('REVIDR_EL1')),
    constant('AIDR_EL1', { op0: 3, op1: 1, crn: 0, crm: 0, op2: 7 }, idValue('AIDR_EL1')),
  ];
  for (let crm = 1; crm < 8; crm++) {
    for (let op2 = 0; op2 < 8; op2++) {
      const encoding = { op0: 3, op1: 0, crn: 0, crm, op2 };
      const stem = NAMES[crm]?.[op2];
      const name = stem ? `${stem}_EL1` : systemKeyName(systemKey(encoding));
      rows.push(constant(name, encoding, idValue(name)));
    }
  }
  const features = rows.findIndex(({ name }) => name === 'ID_AA64PFR0_EL1');
  const value = idValue('ID_AA64PFR0_EL1');
  rows[features] = {
    ...rows[features],
    reset: () => (extensions.gicRegisters() ? value | GIC_SYSTEM_REGISTERS : value),
  };
  return rows;
}
