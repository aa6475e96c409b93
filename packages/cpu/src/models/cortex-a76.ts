import { ARMV8_2_FEATURES, ARMV8_2_ID_REGISTERS, PERIPHERAL_BASE } from './armv8-2.ts';
import type { NominalModel } from './model.ts';

/** Cortex-A76 r4p1. @spec 100798, Arm Cortex-A76 Core Technical Reference Manual */
export const cortexA76: NominalModel = {
  name: 'cortex-a76',
  deviceTreeCompatible: 'arm,cortex-a76',
  features: ARMV8_2_FEATURES,
  idRegisters: {
    ...ARMV8_2_ID_REGISTERS,
    MIDR_EL1: 0x414f_d0b1n,
    ID_AA64MMFR0_EL1: 0x0010_1122n,
  },
  // 64 KiB of L1 data, 64 KiB of L1 instructions, 512 KiB of L2, in lines of 64 bytes.
  cacheSizes: [0x701f_e01an, 0x201f_e01an, 0x707f_e03an],
  implementationRegisters: PERIPHERAL_BASE,
};
