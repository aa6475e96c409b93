import type { Feature } from '@armature/isa';

/** Features in ascending order, each with the value of the field. One counts only if all before it are there. */
type Levels = Readonly<Partial<Record<Feature, number>>>;

/** A 4-bit field of an identification register that says which features a CPU has. */
export interface FeatureField {
  readonly register: string;
  readonly field: string;
  /** Lowest bit of the field. */
  readonly shift: number;
  /** Value where the CPU lacks the first feature; undefined leaves what the model says. */
  readonly absent: number | undefined;
  readonly levels: readonly (readonly [feature: Feature, value: number])[];
}

function field(
  register: string,
  name: string,
  shift: number,
  levels: Levels,
  absent: number | 'as-modelled' = 0,
): FeatureField {
  return {
    register,
    field: name,
    shift,
    absent: absent === 'as-modelled' ? undefined : absent,
    levels: Object.entries(levels) as [Feature, number][],
  };
}

const PFR0 = 'ID_AA64PFR0_EL1';
const PFR1 = 'ID_AA64PFR1_EL1';
const ISAR0 = 'ID_AA64ISAR0_EL1';
const ISAR1 = 'ID_AA64ISAR1_EL1';
const MMFR1 = 'ID_AA64MMFR1_EL1';
const MMFR2 = 'ID_AA64MMFR2_EL1';
const DFR0 = 'ID_AA64DFR0_EL1';

/**
 * The fields that features decide.
 *
 * @spec DDI 0487, ID_AA64PFR0_EL1; ID_AA64PFR1_EL1; ID_AA64ISAR0_EL1; ID_AA64ISAR1_EL1; ID_AA64MMFR1_EL1;
 * ID_AA64MMFR2_EL1; ID_AA64DFR0_EL1
 */
export const FEATURE_FIELDS: readonly FeatureField[] = [
  field(PFR0, 'FP', 16, { FEAT_FP: 0, FEAT_FP16: 1 }, 0xf),
  field(PFR0, 'AdvSIMD', 20, { FEAT_AdvSIMD: 0, FEAT_FP16: 1 }, 0xf),
  field(PFR0, 'RAS', 28, { FEAT_RAS: 1 }),
  field(PFR0, 'DIT', 48, { FEAT_DIT: 1 }),
  field(PFR0, 'CSV2', 56, { FEAT_CSV2: 1, FEAT_CSV2_2: 2, FEAT_CSV2_3: 3 }),
  field(PFR0, 'CSV3', 60, { FEAT_CSV3: 1 }),
  field(PFR1, 'BT', 0, { FEAT_BTI: 1 }),
  field(PFR1, 'SSBS', 4, { FEAT_SSBS: 1, FEAT_SSBS2: 2 }),
  field(PFR1, 'MTE', 8, { FEAT_MTE: 1, FEAT_MTE2: 2 }),
  field(ISAR0, 'AES', 4, { FEAT_AES: 1, FEAT_PMULL: 2 }),
  field(ISAR0, 'SHA1', 8, { FEAT_SHA1: 1 }),
  field(ISAR0, 'SHA2', 12, { FEAT_SHA256: 1, FEAT_SHA512: 2 }),
  field(ISAR0, 'CRC32', 16, { FEAT_CRC32: 1 }),
  field(ISAR0, 'Atomic', 20, { FEAT_LSE: 2 }),
  field(ISAR0, 'RDM', 28, { FEAT_RDM: 1 }),
  field(ISAR0, 'SHA3', 32, { FEAT_SHA3: 1 }),
  field(ISAR0, 'SM3', 36, { FEAT_SM3: 1 }),
  field(ISAR0, 'SM4', 40, { FEAT_SM4: 1 }),
  field(ISAR0, 'DP', 44, { FEAT_DotProd: 1 }),
  field(ISAR0, 'FHM', 48, { FEAT_FHM: 1 }),
  field(ISAR0, 'TS', 52, { FEAT_FlagM: 1, FEAT_FlagM2: 2 }),
  field(ISAR0, 'TLB', 56, { FEAT_TLBIOS: 1, FEAT_TLBIRANGE: 2 }),
  field(ISAR0, 'RNDR', 60, { FEAT_RNG: 1 }),
  field(ISAR1, 'DPB', 0, { FEAT_DPB: 1, FEAT_DPB2: 2 }),
  field(ISAR1, 'APA', 4, { FEAT_PACQARMA5: 1 }),
  field(ISAR1, 'API', 8, { FEAT_PACIMP: 1 }),
  field(ISAR1, 'JSCVT', 12, { FEAT_JSCVT: 1 }),
  field(ISAR1, 'FCMA', 16, { FEAT_FCMA: 1 }),
  field(ISAR1, 'LRCPC', 20, { FEAT_LRCPC: 1, FEAT_LRCPC2: 2 }),
  field(ISAR1, 'GPA', 24, { FEAT_PACQARMA5: 1 }),
  field(ISAR1, 'GPI', 28, { FEAT_PACIMP: 1 }),
  field(ISAR1, 'FRINTTS', 32, { FEAT_FRINTTS: 1 }),
  field(ISAR1, 'SB', 36, { FEAT_SB: 1 }),
  field(ISAR1, 'SPECRES', 40, { FEAT_SPECRES: 1 }),
  field(ISAR1, 'BF16', 44, { FEAT_BF16: 1 }),
  field(ISAR1, 'DGH', 48, { FEAT_DGH: 1 }),
  field(ISAR1, 'I8MM', 52, { FEAT_I8MM: 1 }),
  field(MMFR1, 'HAFDBS', 0, { FEAT_HAFDBS: 2 }),
  field(MMFR1, 'HPDS', 12, { FEAT_HPDS: 1, FEAT_HPDS2: 2 }),
  field(MMFR1, 'LO', 16, { FEAT_LOR: 1 }),
  field(MMFR1, 'PAN', 20, { FEAT_PAN: 1, FEAT_PAN2: 2 }),
  field(MMFR2, 'CnP', 0, { FEAT_TTCNP: 1 }),
  field(MMFR2, 'UAO', 4, { FEAT_UAO: 1 }),
  field(MMFR2, 'IESB', 12, { FEAT_IESB: 1 }),
  field(MMFR2, 'CCIDX', 20, { FEAT_CCIDX: 1 }),
  field(MMFR2, 'AT', 32, { FEAT_LSE2: 1 }),
  field(MMFR2, 'TTL', 48, { FEAT_TTL: 1 }),
  field(MMFR2, 'E0PD', 60, { FEAT_E0PD: 1 }),
  field(DFR0, 'PMSVer', 32, { FEAT_SPE: 1 }),
  field(DFR0, 'TraceFilt', 40, { FEAT_TRF: 1 }),
];
