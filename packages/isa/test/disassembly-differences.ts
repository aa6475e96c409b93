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
    rows: /^LDAPR[BH]?_memop$/,
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

/** Further differences when both leave aliases out. */
export const differencesWithoutAliases: readonly DisassemblyDifference[] = [
  ...disassemblyDifferences,
  { rows: /_hints$/, reason: 'a hint with a row has its name; objdump writes every hint as HINT' },
  {
    rows: /^(RET_branch_reg|DCPS[123]_exception|CLREX_barriers|ISB_barriers|SYS_systeminstrs|IRG_dp_2src)$/,
    reason: 'an operand that may be left out is written; objdump leaves it out when it has its default',
  },
];

/** The reason a word is listed as a difference, or undefined when it must agree. */
export function differenceReason(
  row: Row,
  word: number,
  differences: readonly DisassemblyDifference[] = disassemblyDifferences,
): string | undefined {
  return differences.find(({ rows, when }) => rows.test(row.id) && when?.(row, word) !== false)?.reason;
}
