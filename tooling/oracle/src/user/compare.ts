import { disassemble, type Row } from '@armature/isa';
import { FAULT, RECORD, type Records, wordAddress } from './record.ts';

/** Where results are allowed to differ from QEMU's, with the reason. */
export interface UserAllowance {
  readonly reason: string;
  readonly rows: (row: Row) => boolean;
  /** Whether this is such a case; if so, makes `actual` equal to `expected` where they may differ. */
  readonly forgive: (cases: Records, expected: Records, actual: Records, index: number) => boolean;
}

const FLUSH_TO_ZERO = 1 << 24;
const Z = 0x4000_0000;

export const USER_ALLOWANCES: readonly UserAllowance[] = [
  {
    reason: 'QEMU 7.2 does not check the alignment of LDAPR, an ordered access',
    rows: (row) => /^LDAPR[BH]?_/.test(row.id),
    forgive(_, expected, actual, index) {
      if (actual.get(index, 'fault') !== FAULT.alignment) return false;
      if (expected.get(index, 'fault') === FAULT.alignment) return false;
      actual.record(index).set(expected.record(index));
      return true;
    },
  },
  {
    reason: 'QEMU 7.2 leaves copies of the sign in bits 31 to 16 of a negative half-precision result',
    rows: (row) => row.id === 'FCVTZS_asisdshf_half',
    forgive(cases, expected, actual, index) {
      const at = cases.at(index, RECORD.v + 16 * (cases.get(index, 'word') & 31));
      if (expected.words[at] !== (actual.words[at]! << 16) >> 16) return false;
      actual.words[at] = expected.words[at]!;
      return true;
    },
  },
  {
    reason: 'QEMU 7.2 sets Z after FJCVTZS of a subnormal number that FPCR.FZ flushes; FPToFixedJS clears it',
    rows: (row) => row.id === 'FJCVTZS_float2int',
    forgive(cases, expected, actual, index) {
      const operand = cases.at(index, RECORD.v + 16 * ((cases.get(index, 'word') >>> 5) & 31));
      const high = cases.words[operand + 1]!;
      const isSubnormal = (high & 0x7ff0_0000) === 0 && (cases.words[operand]! | (high << 12)) !== 0;
      if (!isSubnormal || (cases.get(index, 'fpcr') & FLUSH_TO_ZERO) === 0) return false;
      if (actual.get(index, 'nzcv') !== 0 || expected.get(index, 'nzcv') !== Z) return false;
      actual.set(index, 'nzcv', Z);
      return true;
    },
  },
];

const UNTAGGED_HIGH = 0xff_ffff;

/**
 * Makes equal what says nothing: after a fault, what was to change is UNKNOWN; the address of a fault has no tag
 * under Linux, and none where the host's kernel gives QEMU none.
 */
function normalise(cases: Records, expected: Records, actual: Records): void {
  for (let index = 0; index < cases.count; index++) {
    if (expected.get(index, 'fault') === FAULT.none) continue;
    const v = cases.at(index, RECORD.v);
    const address = cases.at(index, RECORD.faultAddress);
    const changes = cases.at(index, RECORD.changes);
    expected.words.set(cases.words.subarray(v, address), v);
    for (const { words } of [expected, actual]) {
      words[address + 1] &= UNTAGGED_HIGH;
      words.fill(0, changes, cases.at(index + 1, 0));
    }
    for (const list of [expected, actual]) list.set(index, 'changeCount', 0);
    if (expected.words[address] !== 0 || expected.words[address + 1] !== 0) continue;
    actual.words[address] = 0;
    actual.words[address + 1] = 0;
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What came of the cases of a row. */
export interface UserComparison {
  /** Indices of the cases in which something is not compared because of an allowance. */
  readonly exempt: readonly number[];
  /** Indices of the cases that differ. */
  readonly different: readonly number[];
}

/** Compares results of cases of one row. Changes both lists of results where they say nothing. */
export function compareUser(row: Row, cases: Records, expected: Records, actual: Records): UserComparison {
  normalise(cases, expected, actual);
  const different: number[] = [];
  const exempt: number[] = [];
  if (same(expected.bytes, actual.bytes)) return { exempt, different };
  const allowances = USER_ALLOWANCES.filter(({ rows }) => rows(row));
  for (let index = 0; index < cases.count; index++) {
    if (same(expected.record(index), actual.record(index))) continue;
    const forgiven = allowances.some(({ forgive }) => forgive(cases, expected, actual, index));
    if (forgiven && same(expected.record(index), actual.record(index))) exempt.push(index);
    else different.push(index);
  }
  return { exempt, different };
}

/** Parts of a record by name. */
function parts(records: Records, index: number): Map<string, string> {
  const map = new Map<string, string>();
  const word = (name: 'nzcv' | 'fpcr' | 'fpsr' | 'fault'): unknown =>
    map.set(name, records.get(index, name).toString(16).padStart(8, '0'));
  word('fault');
  map.set('fault address', records.hex64(index, RECORD.faultAddress));
  word('nzcv');
  word('fpcr');
  word('fpsr');
  for (let register = 0; register < 32; register++) {
    map.set(register < 31 ? `x${register}` : 'sp', records.hex64(index, RECORD.x + 8 * register));
  }
  for (let register = 0; register < 32; register++) {
    const at = RECORD.v + 16 * register;
    map.set(`v${register}`, `${records.hex64(index, at + 8)}_${records.hex64(index, at)}`);
  }
  for (let change = 0; change < records.get(index, 'changeCount'); change++) {
    const at = RECORD.changes + change * RECORD.changeSize;
    const offset = records.words[records.at(index, at)]!.toString(16);
    map.set(`memory +${offset}`, `${records.hex64(index, at + 16)}_${records.hex64(index, at + 8)}`);
  }
  return map;
}

/** A case in full: the instruction, the state before, and where the results differ from it or from each other. */
export function describeUser(
  cases: Records,
  index: number,
  results: readonly (readonly [name: string, records: Records])[],
): string {
  const word = cases.get(index, 'word');
  const address = wordAddress(cases.get(index, 'slot'));
  const before = parts(cases, index);
  const after = results.map(([name, records]) => [name, parts(records, index)] as const);
  const names = new Set([...before.keys(), ...after.flatMap(([, map]) => [...map.keys()])]);
  const lines = [
    `  ${address.toString(16)}  ${word.toString(16).padStart(8, '0')}  ${disassemble(word, address)}`,
    '  before:',
    ...[...before].map(([name, value]) => `    ${name} ${value}`),
    '  after, what changed or differs:',
  ];
  for (const name of names) {
    const values = after.map(([, map]) => map.get(name));
    if (values.every((value) => value === before.get(name))) continue;
    const differ = values.some((value) => value !== values[0]) ? '  <-- differs' : '';
    after.forEach(([who], at) => {
      lines.push(`    ${who.padEnd(9)} ${name} ${values[at] ?? ''}${at > 0 ? differ : ''}`);
    });
  }
  return lines.join('\n');
}
