import { extract, type Row } from '../src/index.ts';

/** Where our text differs from objdump 2.40's on purpose. */
export interface DisassemblyDifference {
  /** Ids of the rows concerned. */
  readonly rows: RegExp;
  readonly reason: string;
  /** The words concerned; all when omitted. */
  readonly when?: (row: Row, word: number) => boolean;
}

const notAllOnes = (row: Row, word: number): boolean =>
  extract(row, word, 'Rs') !== 31 || extract(row, word, 'Rt2') !== 31;

export const disassemblyDifferences: readonly DisassemblyDifference[] = [
  {
    rows: /^(LDAR|LDARB|LDARH)_ldstord$/,
    reason:
      'Rs and Rt2 are should-be-one: other values are CONSTRAINED UNPREDICTABLE, and objdump shows .inst',
    when: notAllOnes,
  },
  {
    rows: /^LDAPR_memop$/,
    reason: 'Rs is should-be-one: other values are CONSTRAINED UNPREDICTABLE, and objdump shows .inst',
    when: (row, word) => extract(row, word, 'Rs') !== 31,
  },
  {
    rows: /^LDPSW_ldstpair_/,
    reason:
      'both destinations one register, or write-back into a destination, is CONSTRAINED UNPREDICTABLE; objdump shows .inst',
    when: (row, word) => {
      const [Rt, Rt2, Rn] = ['Rt', 'Rt2', 'Rn'].map((name) => extract(row, word, name));
      return Rt === Rt2 || (!row.id.endsWith('_off') && Rn !== 31 && (Rt === Rn || Rt2 === Rn));
    },
  },
  {
    rows: /^MSR_pstate/,
    reason: 'the architecture ignores CRm<3:1> for one-bit fields; objdump knows only #0 and #1',
    when: (row, word) => extract(row, word, 'CRm') > 1,
  },
  {
    rows: /^(ADDG|SUBG)_addsub_immtags$/,
    reason:
      'bits 15:14 are should-be-zero: other values are CONSTRAINED UNPREDICTABLE, and objdump shows .inst',
    when: (_, word) => (word & 0xc000) !== 0,
  },
  {
    rows: /^DGH_hints$/,
    reason: 'objdump prints the data gathering hint as a generic hint',
  },
  {
    rows: /^(CFINV|XAFLAG|AXFLAG)_pstate$/,
    reason:
      'CRm is should-be-zero: other values are CONSTRAINED UNPREDICTABLE, and objdump shows a generic MSR',
    when: (_, word) => (word & 0xf00) !== 0,
  },
];

/** The reason a word is listed as a difference, or undefined when it must agree. */
export function differenceReason(row: Row, word: number): string | undefined {
  return disassemblyDifferences.find(({ rows, when }) => rows.test(row.id) && when?.(row, word) !== false)
    ?.reason;
}

/**
 * Mnemonics objdump 2.40 knows from after Armv8.5, from SVE and SME, or accepts beyond the architecture: no rows.
 */
export const foreignMnemonics: readonly { readonly mnemonic: RegExp; readonly reason: string }[] = [
  { mnemonic: /^(cpy|set)/, reason: 'FEAT_MOPS, Armv8.8' },
  { mnemonic: /^bc\./, reason: 'FEAT_HBC, Armv8.8' },
  { mnemonic: /^(abs|cnt|ctz|smax|smin|umax|umin)$/, reason: 'FEAT_CSSC, Armv8.9' },
  { mnemonic: /^(ld64b|st64b|st64bv|st64bv0)$/, reason: 'FEAT_LS64, Armv8.7' },
  { mnemonic: /^(tcancel|tcommit|tstart|ttest)$/, reason: 'FEAT_TME' },
  { mnemonic: /^(smstart|smstop)$/, reason: 'FEAT_SME' },
  { mnemonic: /^(wfet|wfit)$/, reason: 'FEAT_WFxT, Armv8.7' },
  { mnemonic: /^dsb$/, reason: 'FEAT_XS, Armv8.7' },
  {
    mnemonic: /^(mrs|msr)$/,
    reason: 'op0 is 0 or 1: not a system register move; objdump prints one all the same',
  },
  { mnemonic: /^fml[as]l2?$/, reason: 'bit 22 is 0 in FMLAL and FMLSL; objdump does not look at it' },
];
