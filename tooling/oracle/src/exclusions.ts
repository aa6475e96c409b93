import { fields, type Row } from '@armature/isa';

interface Exclusion {
  readonly reason: string;
  readonly applies: (row: Row, f: Readonly<Record<string, number>>, word: number) => boolean;
}

const isStoreExclusive = (row: Row): boolean => /^STL?X/.test(row.id);
const isLoadPair = (row: Row): boolean => /^LD(A?X|N)?P/.test(row.id);
const writesBack = (row: Row): boolean => /load-store-(immediate|pair)-(pre|post)/.test(row.group);
const isTransfer = (row: Row): boolean => row.group.startsWith('load-store');

/** Encodings that no case has, each with the reason. */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    reason: 'UNPREDICTABLE: writeback into a transferred register',
    applies: (row, f) => writesBack(row) && f.Rn !== 31 && (f.Rn === f.Rt || f.Rn === f.Rt2),
  },
  {
    reason: 'UNPREDICTABLE: a load pair into one register',
    applies: (row, f) => isLoadPair(row) && f.Rt === f.Rt2,
  },
  {
    reason: 'UNPREDICTABLE: the status register of a store exclusive is also an operand',
    applies: (row, f) =>
      isStoreExclusive(row) && (f.Rs === f.Rt || f.Rs === f.Rt2 || (f.Rs === f.Rn && f.Rn !== 31)),
  },
  {
    reason: 'UNPREDICTABLE: register fields that should be ones',
    applies: (row, f) =>
      isTransfer(row) && Object.entries(row.defaults ?? {}).some(([name, v]) => f[name] !== v),
  },
  {
    reason: 'a branch to itself never ends',
    applies: (row, f) =>
      (row.group === 'unconditional-branch-immediate' && f.imm26 === 0) ||
      (row.group === 'compare-and-branch' && f.imm19 === 0) ||
      (row.group === 'conditional-branch' && f.imm19 === 0) ||
      (row.group === 'test-and-branch' && f.imm14 === 0),
  },
  {
    reason: 'WFI and WFE wait, and nothing wakes them',
    applies: (row) => WAITING_ROWS.has(row.id) || row.id in ROWS_WITHOUT_CASES,
  },
  {
    reason: 'HLT #0xf000 is a semihosting call',
    applies: (row, f) => row.id === 'HLT_exception' && f.imm16 === 0xf000,
  },
];

/** Why no case may have this word, or undefined when one may. */
export function exclusionOf(row: Row, word: number): string | undefined {
  const values = fields(row, word);
  return EXCLUSIONS.find(({ applies }) => applies(row, values, word))?.reason;
}

/** Rows that wait, and so have cases only where they trap: at EL0 in the strict configuration. */
export const WAITING_ROWS: ReadonlySet<string> = new Set(['WFI_hints']);

/** Rows without cases, with the reason. */
export const ROWS_WITHOUT_CASES: Readonly<Record<string, string>> = {
  WFE_hints: "QEMU's WFE neither waits nor traps; ours waits for an event",
};
