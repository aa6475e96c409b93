import { ARMV8_2_FEATURES, ARMV8_2_ID_REGISTERS, PERIPHERAL_BASE } from './armv8-2.ts';
import type { NominalModel } from './model.ts';

/** Neoverse N1 r4p1. @spec 100616, Arm Neoverse N1 Core Technical Reference Manual */
export const neoverseN1: NominalModel = {
  name: 'neoverse-n1',
  deviceTreeCompatible: 'arm,neoverse-n1',
  features: [...ARMV8_2_FEATURES, 'FEAT_SSBS2'],
  idRegisters: {
    ...ARMV8_2_ID_REGISTERS,
    MIDR_EL1: 0x414f_d0c1n,
    ID_AA64MMFR0_EL1: 0x0010_1125n,
  },
  // 64 KiB of L1 data, 64 KiB of L1 instructions, 1 MiB of L2, in lines of 64 bytes.
  cacheSizes: [0x701f_e01an, 0x201f_e01an, 0x70ff_e03an],
  implementationRegisters: PERIPHERAL_BASE,
};
