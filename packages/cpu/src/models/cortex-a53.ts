import { CORTEX_A_FEATURES, CORTEX_A_ID_REGISTERS, CORTEX_A_REGISTERS } from './cortex-a.ts';
import type { NominalModel } from './model.ts';

/** Cortex-A53 r0p4. @spec DDI 0500, Arm Cortex-A53 MPCore Processor Technical Reference Manual */
export const cortexA53: NominalModel = {
  name: 'cortex-a53',
  deviceTreeCompatible: 'arm,cortex-a53',
  features: CORTEX_A_FEATURES,
  idRegisters: {
    ...CORTEX_A_ID_REGISTERS,
    MIDR_EL1: 0x410f_d034n,
    ID_AA64MMFR0_EL1: 0x0000_1122n,
    CTR_EL0: 0x8444_8004n,
  },
  // 32 KiB of L1 data, 32 KiB of L1 instructions, 1 MiB of L2, in lines of 64 bytes.
  cacheSizes: [0x700f_e01an, 0x201f_e00an, 0x707f_e07an],
  implementationRegisters: CORTEX_A_REGISTERS,
};
