import { fields, type Row } from '@armature/isa';

export interface Exclusion {
  readonly reason: string;
  readonly rows: (row: Row) => boolean;
  /** Given the fields of a word of such a row. */
  readonly applies: (f: Readonly<Record<string, number>>, row: Row) => boolean;
}

const IMMEDIATE_BRANCHES =
  /^(unconditional-branch-immediate|compare-and-branch|conditional-branch|test-and-branch)$/;

/** Encodings that no case has, each with the reason. */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    reason: 'UNPREDICTABLE: writeback into a transferred register',
    rows: (row) => /^load-store-(immediate|pair)-(pre|post)/.test(row.group),
    applies: (f) => f.Rn !== 31 && (f.Rn === f.Rt || f.Rn === f.Rt2),
  },
  {
    reason: 'UNPREDICTABLE: a load pair into one register',
    rows: (row) => /^LD(A?X|N)?P(SW)?_/.test(row.id),
    applies: (f) => f.Rt === f.Rt2,
  },
  {
    reason: 'UNPREDICTABLE: the status register of a store exclusive is also an operand',
    rows: (row) => /^STL?X/.test(row.id),
    applies: (f) => f.Rs === f.Rt || f.Rs === f.Rt2 || (f.Rs === f.Rn && f.Rn !== 31),
  },
  {
    reason: 'UNPREDICTABLE: register fields that should be ones',
    rows: (row) => row.group.startsWith('load-store') && row.defaults !== undefined,
    applies: (f, row) => Object.entries(row.defaults ?? {}).some(([name, value]) => f[name] !== value),
  },
  {
    reason: 'a branch to itself never ends',
    rows: (row) => IMMEDIATE_BRANCHES.test(row.group),
    applies: (f) => (f.imm26 ?? f.imm19 ?? f.imm14) === 0,
  },
  {
    reason: 'WFI waits, and nothing wakes it: it has cases where it traps, at EL0',
    rows: (row) => WAITING_ROWS.has(row.id),
    applies: () => true,
  },
  {
    reason: 'HLT #0xf000 is a semihosting call',
    rows: (row) => row.id === 'HLT_exception',
    applies: (f) => f.imm16 === 0xf000,
  },
];

/** Why no case may have this word, or undefined when one may. */
export function exclusionOf(row: Row, word: number): string | undefined {
  const candidates = exclusionsOf(row);
  if (candidates.length === 0) return undefined;
  const values = fields(row, word);
  return candidates.find(({ applies }) => applies(values, row))?.reason;
}

const byRow = new Map<Row, readonly Exclusion[]>();

function exclusionsOf(row: Row): readonly Exclusion[] {
  let list = byRow.get(row);
  if (list === undefined) {
    list = EXCLUSIONS.filter(({ rows }) => rows(row));
    byRow.set(row, list);
  }
  return list;
}

/** Rows that wait, and so have cases only where they trap: at EL0 in the strict configuration. */
export const WAITING_ROWS: ReadonlySet<string> = new Set(['WFI_hints']);

/** Circumstances that no case of a row has, each with the reason. */
export interface Avoidance {
  readonly reason: string;
  readonly rows: (row: Row) => boolean;
}

export const AVOIDANCES: readonly Avoidance[] = [
  {
    reason:
      'the stack pointer is aligned when it is a base register: QEMU 7.2 does not check it (SCTLR_EL1.SA, SA0)',
    rows: (row) => row.fields.has('Rn') && /load|atomic|compare-and-swap|rcpc/.test(row.group),
  },
  {
    reason:
      'misaligned targets of branches are in executable pages: elsewhere QEMU 7.2 reports the abort of the fetch, though the misaligned PC has priority',
    rows: (row) => /^(unconditional-branch-register)$/.test(row.group),
  },
  {
    reason: 'X0 is no number of a firmware call: what firmware answers is no matter of the instruction',
    rows: (row) => row.id === 'HVC_exception',
  },
  {
    reason: "an SEVL comes before it: QEMU 7.2's WFE neither waits nor traps, ours waits for an event",
    rows: (row) => row.id === 'WFE_hints',
  },
  {
    reason:
      'the registers are those whose value follows from the case: identification registers that name features which one of both has not, counters and what would stop the run are left out; every encoding is tried for being UNDEFINED',
    rows: (row) => /^(MRS|MSR)_systemmove$/.test(row.id),
  },
];
