import { ABORTING } from './aborts.ts';
import { type Pattern, pattern } from './pattern.ts';

/** CPU models that words are tried on, by the name that QEMU and we both give them. */
export const MODELS = ['cortex-a72', 'max'] as const;
export type ModelName = (typeof MODELS)[number];

/** What QEMU makes of a word. */
export type Answer = 'allocated' | 'UNDEFINED' | 'aborts';

/** Whose matter a difference is. */
export type Verdict =
  /** The architecture has it, QEMU has it, our model leaves it out and says so in its ID registers. */
  | 'not implemented here'
  /** The architecture permits both answers. */
  | 'either is permitted'
  /** QEMU doesn't do what the architecture says. */
  | 'QEMU deviates';

/** Words that QEMU 7.2 and we treat differently, and why. */
export interface AllocationDifference {
  readonly id: string;
  readonly models: readonly ModelName[];
  /** QEMU's answer; ours is the other one: UNDEFINED where QEMU has it allocated or aborts. */
  readonly qemu: Answer;
  readonly verdict: Verdict;
  readonly encodings: readonly Pattern[];
  /** The part of the Arm ARM (DDI 0487) that decides. */
  readonly section: string;
  /** What it says, and what follows. */
  readonly reason: string;
}

const bits = (value: number, width: number): string => value.toString(2).padStart(width, '0');

/** MRS and MSR of a register, or of several: `moves('3 0 9 14 -')` is any S3_0_C9_C14. */
function moves(encoding: string, direction: 'read' | 'write' | 'both' = 'both'): Pattern {
  const [op0, op1, crn, crm, op2] = encoding.split(' ');
  const field = (text: string | undefined, width: number): string =>
    text === undefined || text === '-' ? '-'.repeat(width) : bits(Number(text), width);
  const l = { read: '1', write: '0', both: '-' }[direction];
  return pattern(
    `1101010100 ${l} ${field(op0, 2)} ${field(op1, 3)} ${field(crn, 4)} ${field(crm, 4)} ${field(op2, 3)} -----`,
  );
}

const BOTH = MODELS;
const MAX = ['max'] as const;

/** Every difference that is known; the first one that matches a word counts. */
export const DIFFERENCES: readonly AllocationDifference[] = [
  {
    id: 'sve',
    models: MAX,
    qemu: 'allocated',
    verdict: 'not implemented here',
    encodings: [pattern('--- 0010 ------------------------- '), moves('3 0 1 2 0')],
    section: 'SVE encodings; ZCR_EL1; ID_AA64PFR0_EL1.SVE',
    reason:
      'Instructions of FEAT_SVE and FEAT_SVE2, and ZCR_EL1, are UNDEFINED on a CPU without them. Our max reports SVE as 0; that of QEMU has both, with their cryptographic, bit-permutation and matrix extensions.',
  },
  {
    id: 'sme',
    models: MAX,
    qemu: 'allocated',
    verdict: 'not implemented here',
    encodings: [
      pattern('1-- 0000 -------------------------'),
      pattern('1101010100 0 00 011 0100 0--- 011 11111'),
      moves('3 3 4 2 2'),
      moves('3 0 1 2 4'),
      moves('3 0 1 2 6'),
      moves('3 1 0 0 6', 'read'),
      moves('3 3 13 0 5'),
    ],
    section: 'SME encodings; SVCR; SMCR_EL1; SMPRI_EL1; SMIDR_EL1; TPIDR2_EL0; ID_AA64PFR1_EL1.SME',
    reason:
      'Instructions of FEAT_SME, SMSTART and SMSTOP among them, and its registers are UNDEFINED on a CPU without it. Our max reports SME as 0.',
  },
  {
    id: 'idst',
    models: MAX,
    qemu: 'allocated',
    verdict: 'not implemented here',
    encodings: [
      pattern('1101010100 1 11 00- 0000 0--- --- -----'),
      pattern('1101010100 1 11 011 0000 0--- --- -----'),
    ],
    section: 'ID_AA64MMFR2_EL1.IDS',
    reason:
      'With FEAT_IDST, a read in the feature ID space that is not allowed, or of a register that is not there, is reported with exception class 0x18 (trapped MRS); without it, with class 0 as any UNDEFINED instruction. Our max reports IDS as 0.',
  },
  {
    id: 'performance-monitors',
    models: BOTH,
    qemu: 'allocated',
    verdict: 'not implemented here',
    encodings: [
      moves('3 0 9 14 -'),
      ...[12, 13, 14].map((crm) => moves(`3 3 9 ${crm} -`)),
      ...[8, 9, 10, 11, 12, 13, 14, 15].map((crm) => moves(`3 3 14 ${crm} -`)),
    ],
    section: 'PMCR_EL0 and the other performance monitors registers; ID_AA64DFR0_EL1.PMUVer',
    reason:
      'The registers of FEAT_PMUv3 are UNDEFINED on a CPU without performance monitors, which are optional. Our models report PMUVer as 0.',
  },
  {
    id: 'implementation-defined-registers',
    models: MAX,
    qemu: 'allocated',
    verdict: 'either is permitted',
    encodings: [moves('3 - 11 - -'), moves('3 - 15 - -')],
    section: 'Reserved encodings for IMPLEMENTATION DEFINED registers (S3_<op1>_<Cn>_<Cm>_<op2>)',
    reason:
      'Which registers there are with CRn 11 and 15 is IMPLEMENTATION DEFINED. QEMU makes its max from a Cortex-A57 and keeps those of that CPU; ours names no Arm design and has none.',
  },
  {
    id: 'debug-registers',
    models: BOTH,
    qemu: 'UNDEFINED',
    verdict: 'QEMU deviates',
    encodings: [
      moves('2 0 0 0 2'),
      moves('2 0 0 3 2'),
      moves('2 0 0 6 2'),
      moves('2 0 1 4 4'),
      moves('2 0 7 14 6', 'read'),
      moves('2 3 0 4 0'),
      moves('2 3 0 5 0'),
    ],
    section:
      'OSDTRRX_EL1; OSDTRTX_EL1; OSECCR_EL1; DBGPRCR_EL1; DBGAUTHSTATUS_EL1; DBGDTR_EL0; DBGDTRRX_EL0 and DBGDTRTX_EL0',
    reason:
      'Every AArch64 implementation has these registers of the debug architecture, for no feature makes them optional. QEMU 7.2 defines none of them.',
  },
  {
    id: 'flag-instructions-crm',
    models: MAX,
    qemu: 'UNDEFINED',
    verdict: 'either is permitted',
    encodings: ['000', '001', '010'].map((op2) => pattern(`1101010100 0 00 000 0100 ---- ${op2} 11111`)),
    section: 'CFINV; XAFLAG; AXFLAG; Fixed values in AArch64 instruction and System register descriptions',
    reason:
      'CRm of these instructions is written (0)(0)(0)(0): it should be zero. With another value they are CONSTRAINED UNPREDICTABLE: UNDEFINED, a NOP, or the instruction. QEMU chooses the first, we the last.',
  },
  {
    id: 'ldapr-rs',
    models: MAX,
    qemu: 'UNDEFINED',
    verdict: 'either is permitted',
    encodings: [pattern('-- 111 0 00 1 0 1 ----- 1 100 00 ----- -----')],
    section: 'LDAPR; LDAPRB; LDAPRH; Fixed values in AArch64 instruction and System register descriptions',
    reason:
      'The Rs field of these loads is written (1)(1)(1)(1)(1): it should be all ones. With another value they are CONSTRAINED UNPREDICTABLE: UNDEFINED, a NOP, or the instruction. QEMU chooses the first, we the last, as both do for LDAR and LDXR.',
  },
  {
    id: 'eret-rn',
    models: BOTH,
    qemu: 'allocated',
    verdict: 'QEMU deviates',
    encodings: [pattern('1101011 0100 11111 000000 ----- 00000')],
    section: 'Unconditional branch (register), table of encodings',
    reason:
      'With opc 0100 and op3 000000, only Rn 11111 is ERET; the other values are unallocated. QEMU 7.2 does not look at Rn.',
  },
  {
    id: 'across-lanes-fp16-size',
    models: MAX,
    qemu: 'allocated',
    verdict: 'QEMU deviates',
    encodings: [
      pattern('0-0 01110 -1 11000 01100 10 ----- -----'),
      pattern('0-0 01110 -1 11000 01111 10 ----- -----'),
    ],
    section: 'Advanced SIMD across lanes, table of encodings',
    reason:
      'The half-precision FMAXNMV, FMAXV, FMINNMV and FMINV have bit 22 clear; with it set, and U clear, the encoding is unallocated. QEMU 7.2 does not look at bit 22.',
  },
  {
    id: 'scalar-pairwise-fp16-size',
    models: MAX,
    qemu: 'allocated',
    verdict: 'QEMU deviates',
    encodings: [
      pattern('010 11110 -1 11000 01100 10 ----- -----'),
      pattern('010 11110 01 11000 01101 10 ----- -----'),
      pattern('010 11110 -1 11000 01111 10 ----- -----'),
    ],
    section: 'Advanced SIMD scalar pairwise, table of encodings',
    reason:
      'The half-precision FMAXNMP, FADDP, FMAXP, FMINNMP and FMINP (scalar) have bit 22 clear; with it set, and U clear, the encoding is unallocated. QEMU 7.2 does not look at bit 22.',
  },
  {
    id: 'fmov-immediate-fp16-op',
    models: MAX,
    qemu: 'allocated',
    verdict: 'QEMU deviates',
    encodings: [pattern('0-1 0111100000 --- 1111 11 ----- -----')],
    section: 'Advanced SIMD modified immediate, table of encodings',
    reason:
      'With cmode 1111 and o2 set, op must be clear: FMOV (vector, immediate), half-precision. With op set the encoding is unallocated. QEMU 7.2 does not look at op.',
  },
  {
    id: 'scalar-fneg-fp16',
    models: MAX,
    qemu: 'allocated',
    verdict: 'QEMU deviates',
    encodings: [pattern('011 11110 1 111100 01111 10 ----- -----')],
    section: 'Advanced SIMD scalar two-register miscellaneous FP16, table of encodings',
    reason:
      'FNEG has a vector form in the group without "scalar" only; here U 1, a 1, opcode 01111 is unallocated. QEMU 7.2 negates.',
  },
  {
    id: 'qemu-aborts-fp16',
    models: MAX,
    qemu: 'aborts',
    verdict: 'QEMU deviates',
    encodings: ABORTING,
    section: 'Advanced SIMD two-register miscellaneous (FP16) and its scalar group, tables of encodings',
    reason:
      'Unallocated: vector U 0, a 1, opcode 11111, and scalar U 0, a 1, opcode 01111 and U 1, a 1, opcode 11111. QEMU 7.2 stops at an assertion of its own when it meets one, so they are not given to it.',
  },
];
