import { rowById } from '@armature/isa';
import type { Random } from './random.ts';

/** op0, op1, CRn, CRm, op2 of system registers as bits 20 to 5 of MRS and MSR hold them. */
const key = (op0: number, op1: number, crn: number, crm: number, op2: number): number =>
  (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;

/**
 * Registers that hold the same value before each case: constants, and what the case itself sets. Not those that name
 * features that our CPU leaves out: ID_AA64PFR0 (AArch32, floating point), ID_AA64DFR0 (performance monitors),
 * ID_AA64ISAR0 (cryptography), ID_AA64MMFR0 (big-endian data, Secure memory).
 */
export const READABLE: Readonly<Record<string, number>> = {
  MIDR_EL1: key(3, 0, 0, 0, 0),
  MPIDR_EL1: key(3, 0, 0, 0, 5),
  REVIDR_EL1: key(3, 0, 0, 0, 6),
  CTR_EL0: key(3, 3, 0, 0, 1),
  DCZID_EL0: key(3, 3, 0, 0, 7),
  CLIDR_EL1: key(3, 1, 0, 0, 1),
  AIDR_EL1: key(3, 1, 0, 0, 7),
  ID_AA64PFR1_EL1: key(3, 0, 0, 4, 1),
  ID_AA64DFR1_EL1: key(3, 0, 0, 5, 1),
  ID_AA64AFR0_EL1: key(3, 0, 0, 5, 4),
  ID_AA64AFR1_EL1: key(3, 0, 0, 5, 5),
  ID_AA64ISAR1_EL1: key(3, 0, 0, 6, 1),
  ID_AA64MMFR1_EL1: key(3, 0, 0, 7, 1),
  ID_AA64MMFR2_EL1: key(3, 0, 0, 7, 2),
  CurrentEL: key(3, 0, 4, 2, 2),
  SPSel: key(3, 0, 4, 2, 0),
  DAIF: key(3, 3, 4, 2, 1),
  NZCV: key(3, 3, 4, 2, 0),
  SP_EL0: key(3, 0, 4, 1, 0),
  ELR_EL1: key(3, 0, 4, 0, 1),
  SPSR_EL1: key(3, 0, 4, 0, 0),
  FAR_EL1: key(3, 0, 6, 0, 0),
  TPIDR_EL0: key(3, 3, 13, 0, 2),
  TTBR0_EL1: key(3, 0, 2, 0, 0),
  TTBR1_EL1: key(3, 0, 2, 0, 1),
  TCR_EL1: key(3, 0, 2, 0, 2),
  MAIR_EL1: key(3, 0, 10, 2, 0),
  VBAR_EL1: key(3, 0, 12, 0, 0),
  SCTLR_EL1: key(3, 0, 1, 0, 0),
  CPACR_EL1: key(3, 0, 1, 0, 2),
  CNTFRQ_EL0: key(3, 3, 14, 0, 0),
  unallocated: key(3, 0, 0, 7, 7),
  unallocated_EL2: key(3, 4, 1, 0, 0),
};

/** Registers that a case may write: no case after it sees the value, or a fault if it is wrong. */
export const WRITABLE: Readonly<Record<string, number>> = {
  SPSel: key(3, 0, 4, 2, 0),
  DAIF: key(3, 3, 4, 2, 1),
  NZCV: key(3, 3, 4, 2, 0),
  SP_EL0: key(3, 0, 4, 1, 0),
  ELR_EL1: key(3, 0, 4, 0, 1),
  ESR_EL1: key(3, 0, 5, 2, 0),
  FAR_EL1: key(3, 0, 6, 0, 0),
  AFSR0_EL1: key(3, 0, 5, 1, 0),
  AFSR1_EL1: key(3, 0, 5, 1, 1),
  PAR_EL1: key(3, 0, 7, 4, 0),
  AMAIR_EL1: key(3, 0, 10, 3, 0),
  CONTEXTIDR_EL1: key(3, 0, 13, 0, 1),
  TPIDR_EL0: key(3, 3, 13, 0, 2),
  TPIDR_EL1: key(3, 0, 13, 0, 4),
  CSSELR_EL1: key(3, 2, 0, 0, 0),
  // Read-only, or another level's.
  CurrentEL: key(3, 0, 4, 2, 2),
  MIDR_EL1: key(3, 0, 0, 0, 0),
  CTR_EL0: key(3, 3, 0, 0, 1),
  VBAR_EL2: key(3, 4, 12, 0, 0),
};

/** Operations of SYS. DC ZVA comes with its own weight. */
export const OPERATIONS: Readonly<Record<string, number>> = {
  'DC ZVA': key(1, 3, 7, 4, 1),
  'DC CVAC': key(1, 3, 7, 10, 1),
  'DC CVAU': key(1, 3, 7, 11, 1),
  'DC CIVAC': key(1, 3, 7, 14, 1),
  'DC IVAC': key(1, 0, 7, 6, 1),
  'DC ISW': key(1, 0, 7, 6, 2),
  'DC CSW': key(1, 0, 7, 10, 2),
  'DC CISW': key(1, 0, 7, 14, 2),
  'IC IALLU': key(1, 0, 7, 5, 0),
  'IC IALLUIS': key(1, 0, 7, 1, 0),
  'IC IVAU': key(1, 3, 7, 5, 1),
  'TLBI VMALLE1': key(1, 0, 8, 7, 0),
  'TLBI VAE1': key(1, 0, 8, 7, 1),
  'TLBI ASIDE1': key(1, 0, 8, 7, 2),
  'TLBI VAAE1': key(1, 0, 8, 7, 3),
  'TLBI VALE1': key(1, 0, 8, 7, 5),
  'TLBI VAALE1': key(1, 0, 8, 7, 7),
  'TLBI VMALLE1IS': key(1, 0, 8, 3, 0),
  'TLBI VAE1IS': key(1, 0, 8, 3, 1),
  'TLBI ALLE2': key(1, 4, 8, 7, 0),
};

/** Address translation operations; their outcome is in PAR_EL1. */
export const TRANSLATIONS: Readonly<Record<string, number>> = {
  'AT S1E1R': key(1, 0, 7, 8, 0),
  'AT S1E1W': key(1, 0, 7, 8, 1),
  'AT S1E0R': key(1, 0, 7, 8, 2),
  'AT S1E0W': key(1, 0, 7, 8, 3),
};

const base = (row: string): number => rowById(row)!.value >>> 0;

/** `MRS Xt, register`. */
export const mrs = (register: number, rt: number): number =>
  (0xd530_0000 | ((register & 0x7fff) << 5) | rt) >>> 0;
/** `MSR register, Xt`. */
export const msr = (register: number, rt: number): number =>
  (0xd510_0000 | ((register & 0x7fff) << 5) | rt) >>> 0;
/** `SYS operation, Xt`. */
export const sys = (operation: number, rt: number): number =>
  (base('SYS_systeminstrs') | ((operation & 0x3fff) << 5) | rt) >>> 0;

export const pickKey = (random: Random, from: Readonly<Record<string, number>>): number =>
  random.pick(Object.values(from));
