import { disassemble, type Row } from '@armature/isa';
import { type Case, writeCase } from './case.ts';
import { CASE, type Configuration, RESULT, WINDOW } from './layout.ts';
import { describeCase, describeResult, exceptionClass, get64 } from './results.ts';

const DATA_ABORTS = [0x24, 0x25];

/** Where a result is allowed to differ from QEMU's, with the reason. */
interface Allowance {
  readonly reason: string;
  readonly rows: (row: Row) => boolean;
  /** Makes `actual` equal to `expected` where they may differ. */
  readonly forgive: (expected: Int32Array, actual: Int32Array, item: Case) => void;
}

const SYSTEM_TRAP = 0x18;
const isMsrImmediate = (word: number): boolean => (word & 0xfff8_f01f) >>> 0 === 0xd500_401f;

/** Exchanges ISS.Op2 (bits 19 to 17) and ISS.Op1 (bits 16 to 14). */
const exchangeOps = (esr: number): number =>
  (esr & ~0x000f_c000) | (((esr >>> 17) & 7) << 14) | (((esr >>> 14) & 7) << 17);

const copyWords = (from: Int32Array, to: Int32Array, at: number, count: number): void =>
  to.set(from.subarray(at, at + count), at);

export const ALLOWANCES: readonly Allowance[] = [
  {
    reason:
      'memory that a faulting store was to change is UNKNOWN: QEMU 7.2 writes the half that does not fault',
    rows: (row) => row.group.startsWith('load-store') && row.id.startsWith('ST'),
    forgive(expected, actual) {
      if (!DATA_ABORTS.includes(exceptionClass(expected))) return;
      if (exceptionClass(expected) !== exceptionClass(actual)) return;
      copyWords(expected, actual, RESULT.changeCount, 1);
      copyWords(expected, actual, RESULT.changes, RESULT.maxChanges * RESULT.changeSize);
    },
  },
  {
    reason: 'QEMU 7.2 exchanges Op1 and Op2 in the syndrome of a trapped MSR (immediate)',
    rows: (row) => row.id === 'MSR_pstate' || row.group === 'pstate-extensions',
    forgive(expected, actual, item) {
      if (!isMsrImmediate(item.words[0]!) || exceptionClass(actual) !== SYSTEM_TRAP) return;
      if (exchangeOps(actual[RESULT.esr]!) === expected[RESULT.esr])
        copyWords(expected, actual, RESULT.esr, 1);
    },
  },
];

/** Names of what differs between two results; empty when they agree. */
export function differences(expected: Int32Array, actual: Int32Array, item: Case): string[] {
  const mine = actual.slice();
  for (const { forgive } of ALLOWANCES) forgive(expected, mine, item);
  const names: string[] = [];
  const one = (name: string, word: number): void => {
    if (get64(expected, word) !== get64(mine, word)) names.push(name);
  };
  if (expected[RESULT.vector] !== mine[RESULT.vector]) names.push('vector');
  for (let register = 0; register < 31; register++) one(`x${register}`, RESULT.x + 2 * register);
  one('sp_el0', RESULT.spEl0);
  one('sp_el1', RESULT.spEl1);
  one('spsr', RESULT.spsr);
  one('elr', RESULT.elr);
  one('esr', RESULT.esr);
  one('far', RESULT.far);
  one('tpidr_el0', RESULT.tpidrEl0);
  if (expected[RESULT.changeCount] !== mine[RESULT.changeCount]) {
    names.push('memory');
  } else {
    const end =
      RESULT.changes + Math.min(expected[RESULT.changeCount]!, RESULT.maxChanges) * RESULT.changeSize;
    for (let word = RESULT.changes; word < end; word++) {
      if (expected[word] === mine[word]) continue;
      names.push('memory');
      break;
    }
  }
  return names;
}

export interface Mismatch {
  readonly row: string;
  readonly configuration: Configuration;
  readonly index: number;
  readonly item: Case;
  readonly names: readonly string[];
  readonly expected: Int32Array;
  readonly actual: Int32Array;
}

function same(expected: Int32Array, actual: Int32Array): boolean {
  for (let word = 0; word < RESULT.size; word++) if (expected[word] !== actual[word]) return false;
  return true;
}

/** Compares the results of a run of cases. */
export function compareAll(
  expected: Int32Array,
  actual: Int32Array,
  cases: readonly Case[],
  where: (index: number) => { row: string; configuration: Configuration; index: number },
): Mismatch[] {
  return cases.flatMap((item, index) => {
    const from = index * RESULT.size;
    const theirs = expected.subarray(from, from + RESULT.size);
    const ours = actual.subarray(from, from + RESULT.size);
    if (same(theirs, ours)) return [];
    const names = differences(theirs, ours, item);
    return names.length === 0 ? [] : [{ ...where(index), item, names, expected: theirs, actual: ours }];
  });
}

/** A mismatch in full: words, the state before, what differs, and the command that runs it alone. */
export function describeMismatch(mismatch: Mismatch, command: string): string {
  const { row, configuration, index, item, names, expected, actual } = mismatch;
  const record = new Int32Array(CASE.size);
  writeCase(record, item);
  const verdict = names.length === 0 ? 'they agree' : `${names.join(', ')} differ`;
  const theirs = describeResult(expected);
  const ours = describeResult(actual);
  const lines = [
    `${row}, ${configuration}, case ${index} (state seed ${item.seed}): ${verdict}`,
    ...item.words.map((word, at) => {
      const address = WINDOW + item.pcOffset + 4 * at;
      return `  ${address.toString(16)}  ${word.toString(16).padStart(8, '0')}  ${disassemble(word, address)}`;
    }),
    '  before:',
    ...describeCase(record).map((line) => `    ${line}`),
    '  after, where they differ:',
  ];
  for (let line = 0; line < Math.max(theirs.length, ours.length); line++) {
    if (theirs[line] === ours[line]) continue;
    lines.push(`    qemu      ${theirs[line] ?? ''}`, `    armature  ${ours[line] ?? ''}`);
  }
  lines.push(`  alone: ${command}`);
  return lines.join('\n');
}
