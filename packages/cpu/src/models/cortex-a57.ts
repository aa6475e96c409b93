import { CORTEX_A_FEATURES, CORTEX_A_ID_REGISTERS, CORTEX_A_REGISTERS } from './cortex-a.ts';
import type { NominalModel } from './model.ts';

/** Cortex-A57 r1p0. @spec DDI 0488, Arm Cortex-A57 MPCore Processor Technical Reference Manual */
export const cortexA57: NominalModel = {
  name: 'cortex-a57',
  deviceTreeCompatible: 'arm,cortex-a57',
  features: CORTEX_A_FEATURES,
  idRegisters: {
    ...CORTEX_A_ID_REGISTERS,
    MIDR_EL1: 0x411f_d070n,
    ID_AA64MMFR0_EL1: 0x0000_1124n,
    CTR_EL0: 0x8444_c004n,
  },
  // 32 KiB of L1 data, 48 KiB of L1 instructions, 2 MiB of L2, in lines of 64 bytes.
  cacheSizes: [0x701f_e00an, 0x201f_e012n, 0x70ff_e07an],
  implementationRegisters: CORTEX_A_REGISTERS,
};
