import type { Feature } from '@armature/isa';
import { CORTEX_A_FEATURES } from './cortex-a.ts';
import type { ImplementationRegister } from './model.ts';

/** Features of Cortex-A76 and Neoverse N1 with their Cryptography Extension. */
export const ARMV8_2_FEATURES: readonly Feature[] = [
  ...CORTEX_A_FEATURES,
  'FEAT_CSV2',
  'FEAT_CSV3',
  'FEAT_DPB',
  'FEAT_DotProd',
  'FEAT_FP16',
  'FEAT_HAFDBS',
  'FEAT_HPDS',
  'FEAT_HPDS2',
  'FEAT_IESB',
  'FEAT_LOR',
  'FEAT_LRCPC',
  'FEAT_LSE',
  'FEAT_PAN',
  'FEAT_PAN2',
  'FEAT_RAS',
  'FEAT_RDM',
  'FEAT_SSBS',
  'FEAT_TTCNP',
  'FEAT_UAO',
];

/** Identification registers that are the same on both. */
export const ARMV8_2_ID_REGISTERS = {
  ID_AA64PFR0_EL1: 0x1100_0000_1011_1112n,
  /** Armv8.2 debug: 6 breakpoints, 4 watchpoints, 2 context-aware breakpoints. */
  ID_AA64DFR0_EL1: 0x1030_5408n,
  ID_AA64ISAR0_EL1: 0x0000_1000_1021_1120n,
  ID_AA64ISAR1_EL1: 0x0010_0001n,
  ID_AA64MMFR1_EL1: 0x1021_2122n,
  ID_AA64MMFR2_EL1: 0x1011n,
  CTR_EL0: 0x8444_c004n,
  /** L1 instruction and data caches, a unified L2. */
  CLIDR_EL1: 0x8200_0023n,
  /** DC ZVA of 64 bytes. */
  DCZID_EL0: 4n,
} as const;

/** Where the memory-mapped GIC is: firmware and some kernels look here. */
export const PERIPHERAL_BASE: readonly ImplementationRegister[] = [
  {
    ...{ op0: 3, op1: 1, crn: 15, crm: 3, op2: 0 },
    name: 'CBAR_EL1',
    value: 'peripheral-base',
    writable: false,
  },
];
