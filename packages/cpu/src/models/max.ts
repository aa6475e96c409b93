import { FEATURES } from '@armature/isa';
import type { NominalModel } from './model.ts';

/**
 * Every feature that is implemented. Its MIDR_EL1 names no Arm design, so that guests apply no errata.
 *
 * @spec DDI 0487, MIDR_EL1; ID_AA64PFR0_EL1; ID_AA64MMFR0_EL1
 */
export const max: NominalModel = {
  name: 'max',
  deviceTreeCompatible: 'arm,armv8',
  // The algorithm of pointer authentication is the fast one; QARMA5 is there for the asking.
  features: FEATURES.filter((feature) => feature !== 'FEAT_PACQARMA5'),
  idRegisters: {
    /** Reserved for software use; the part number is QEMU's, for the same guests know both. */
    MIDR_EL1: 0x000f_0510n,
    /** 6 breakpoints, 4 watchpoints, 2 context-aware breakpoints. */
    ID_AA64DFR0_EL1: 0x1030_5006n,
    /** 48-bit physical addresses, 16-bit ASIDs, granules of 4, 16 and 64 KiB. */
    ID_AA64MMFR0_EL1: 0x0010_0025n,
    CTR_EL0: 0x8444_c004n,
    CLIDR_EL1: 0x0200_0023n,
    DCZID_EL0: 4n,
  },
  // 32 KiB of L1 data, 48 KiB of L1 instructions, 2 MiB of L2, in lines of 64 bytes.
  cacheSizes: [0x701f_e00an, 0x201f_e012n, 0x70ff_e07an],
  implementationRegisters: [],
};
