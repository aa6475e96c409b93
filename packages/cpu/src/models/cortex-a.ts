import type { Feature } from '@armature/isa';
import type { ImplementationRegister } from './model.ts';

/** Features of the Armv8.0 Cortex-A CPUs with their Cryptography Extension. */
export const CORTEX_A_FEATURES: readonly Feature[] = [
  'base',
  'FEAT_FP',
  'FEAT_AdvSIMD',
  'FEAT_AES',
  'FEAT_PMULL',
  'FEAT_SHA1',
  'FEAT_SHA256',
  'FEAT_CRC32',
];

/** Identification registers that are the same on Cortex-A53, Cortex-A57 and Cortex-A72. */
export const CORTEX_A_ID_REGISTERS = {
  ID_AA64PFR0_EL1: 0x0000_2222n,
  /** 6 breakpoints, 4 watchpoints, 2 context-aware breakpoints. */
  ID_AA64DFR0_EL1: 0x1030_5106n,
  ID_AA64ISAR0_EL1: 0x0001_1120n,
  /** L1 instruction and data caches, a unified L2. */
  CLIDR_EL1: 0x0a20_0023n,
  /** DC ZVA of 64 bytes. */
  DCZID_EL0: 4n,
} as const;

function row(
  name: string,
  crn: number,
  crm: number,
  op2: number,
  value: ImplementationRegister['value'] = 'zero',
): ImplementationRegister {
  return { name, op0: 3, op1: 1, crn, crm, op2, value, writable: value === 'zero' };
}

/**
 * Registers at S3_1_C11 and S3_1_C15, which firmware and kernels touch for errata.
 *
 * @spec DDI 0488, DDI 0500, 100095: AArch64 implementation defined registers
 */
export const CORTEX_A_REGISTERS: readonly ImplementationRegister[] = [
  { ...row('L2CTLR_EL1', 11, 0, 2, 'cpu-count'), writable: true },
  row('L2ECTLR_EL1', 11, 0, 3),
  row('L2ACTLR_EL1', 15, 0, 0),
  row('CPUACTLR_EL1', 15, 2, 0),
  row('CPUECTLR_EL1', 15, 2, 1),
  row('CPUMERRSR_EL1', 15, 2, 2),
  row('L2MERRSR_EL1', 15, 2, 3),
  row('CBAR_EL1', 15, 3, 0, 'peripheral-base'),
];
