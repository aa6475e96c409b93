import { disassemble } from '@armature/isa';
import { CASE, Cases, FAULT, hexadecimal } from './case.ts';
import { generateCases } from './generate.ts';
import { runOnInterpreter } from './interpreter.ts';
import { runOnQemu } from './qemu.ts';

/** How one row fared. */
export interface RowComparison {
  readonly row: string;
  readonly cases: number;
  /** Cases that ended in a fault. */
  readonly faults: number;
  readonly differences: number;
  /** The first difference in words; empty when there is none. */
  readonly first: string;
}

/** An address without its top byte. */
const UNTAGGED = (1n << 56n) - 1n;

/** What differs between two results of one case, a line each; empty when nothing does. */
export function differences(cases: Cases, expected: Cases, actual: Cases, index: number): string[] {
  const lines: string[] = [];
  const check = (name: string, before: string, want: string, got: string): void => {
    if (want !== got) lines.push(`${name}: was ${before}, QEMU ${want}, Armature ${got}`);
  };
  const each = (read: (list: Cases) => string): [string, string, string] =>
    [cases, expected, actual].map(read) as [string, string, string];
  check('fault', ...each((list) => String(list.get(index, 'fault'))));
  // The host's kernel gives no address to QEMU where it is not one of user space, and Linux gives no tags.
  if (expected.get64(index, 'faultAddress') !== 0n) {
    check('fault address', ...each((list) => (list.get64(index, 'faultAddress') & UNTAGGED).toString(16)));
  }
  // What a fault leaves in the registers and the memory that were to change is UNKNOWN: for us, what was there.
  const faulted = expected.get(index, 'fault') !== FAULT.none;
  for (let register = 0; register < 32; register++) {
    check(`X${register}`, ...each((list) => list.x(index, register).toString(16)));
    const [before, want, got] = each((list) => hexadecimal(list.v(index, register)));
    check(`V${register}`, before, faulted ? before : want, got);
  }
  check('NZCV', ...each((list) => list.get(index, 'nzcv').toString(16)));
  if (!faulted) check('memory', ...each((list) => list.changes(index).join(', ')));
  return lines;
}

/** Where QEMU is known to differ, with the reason. */
const ALLOWANCES: readonly { reason: string; applies: (row: string, actual: number) => boolean }[] = [
  {
    reason: 'QEMU does not check the alignment of LDAPR, an ordered access',
    applies: (row, fault) => /^LDAPR[BH]?_/.test(row) && fault === FAULT.alignment,
  },
];

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function describe(cases: Cases, index: number, lines: readonly string[]): string {
  const word = cases.get(index, 'word');
  const rn = (word >>> 5) & 31;
  return [
    `0x${word.toString(16)} ${disassemble(word)}`,
    `X${rn} = ${cases.x(index, rn).toString(16)}`,
    ...lines,
  ].join('\n  ');
}

/** Cases that go to QEMU at once. */
const BATCH = 20_000;

/** Runs `count` random cases of each row on QEMU and on our interpreter and compares all that can be seen. */
export async function compareRows(
  rowIds: readonly string[],
  count: number,
  seed: number,
): Promise<RowComparison[]> {
  const perBatch = Math.max(1, Math.floor(BATCH / count));
  const comparisons: RowComparison[] = [];
  for (let from = 0; from < rowIds.length; from += perBatch) {
    const rows = rowIds.slice(from, from + perBatch);
    const cases = new Cases(rows.length * count);
    rows.forEach((row, number) => {
      cases.bytes.set(generateCases(row, count, seed).bytes, number * count * CASE.size);
    });
    const expected = runOnQemu(cases);
    const actual = await runOnInterpreter(cases);
    rows.forEach((row, number) => {
      comparisons.push(compareRow(row, cases, expected, actual, number * count, count));
    });
  }
  return comparisons;
}

function compareRow(
  row: string,
  cases: Cases,
  expected: Cases,
  actual: Cases,
  from: number,
  count: number,
): RowComparison {
  let wrong = 0;
  let faults = 0;
  let first = '';
  for (let index = from; index < from + count; index++) {
    if (expected.get(index, 'fault') !== FAULT.none) faults++;
    if (sameBytes(expected.record(index), actual.record(index))) continue;
    if (ALLOWANCES.some(({ applies }) => applies(row, actual.get(index, 'fault')))) continue;
    const lines = differences(cases, expected, actual, index);
    if (lines.length === 0) continue;
    if (wrong++ === 0) first = describe(cases, index, lines);
  }
  return { row, cases: count, faults, differences: wrong, first };
}
