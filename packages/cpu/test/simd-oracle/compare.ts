import { disassemble, rowById } from '@armature/isa';
import { allSemantics } from '../../src/semantics/index.ts';
import { CASE, Cases, hexadecimal } from './case.ts';
import { type CaseOptions, generateCases } from './generate.ts';
import { runOnInterpreter } from './interpreter.ts';
import { runOnQemu } from './qemu.ts';

/** FPSR: QC and the cumulative exception bits. */
const FPSR_BITS = 0x0800_009f;

/** Encoding groups of SIMD and floating point that access no memory. */
const COMPARABLE = /^(advsimd|floating-point|conversion|cryptographic)(?!.*load-store)/;

/** Rows with semantics that the harness can run. */
export function comparableRows(): string[] {
  return [...allSemantics.keys()].filter((id) => COMPARABLE.test(rowById(id)?.group ?? ''));
}

/** How one row fared. */
export interface RowComparison {
  readonly row: string;
  readonly cases: number;
  readonly differences: number;
  /** The first difference in words; empty when there is none. */
  readonly first: string;
}

/** What differs between two results of one case, a line each; empty when nothing does. */
export function differences(cases: Cases, expected: Cases, actual: Cases, index: number): string[] {
  const lines: string[] = [];
  const check = (name: string, before: string, want: string, got: string): void => {
    if (want !== got) lines.push(`${name}: was ${before}, QEMU ${want}, Armature ${got}`);
  };
  if (expected.isUndefined(index) !== actual.isUndefined(index)) {
    return [`UNDEFINED: QEMU ${expected.isUndefined(index)}, Armature ${actual.isUndefined(index)}`];
  }
  for (let register = 0; register < 32; register++) {
    check(
      `V${register}`,
      hexadecimal(cases.v(index, register)),
      hexadecimal(expected.v(index, register)),
      hexadecimal(actual.v(index, register)),
    );
  }
  for (let register = 0; register < 31; register++) {
    const [before, want, got] = [cases, expected, actual].map((list) => list.x(index, register).toString(16));
    check(`X${register}`, `${before}`, `${want}`, `${got}`);
  }
  const word32 = (list: Cases, field: 'nzcv' | 'fpsr', mask: number): string =>
    ((list.get(index, field) & mask) >>> 0).toString(16);
  for (const [field, mask] of [
    ['nzcv', 0xf000_0000],
    ['fpsr', FPSR_BITS],
  ] as const) {
    const [before, want, got] = [cases, expected, actual].map((list) => word32(list, field, mask));
    check(field.toUpperCase(), `${before}`, `${want}`, `${got}`);
  }
  return lines;
}

/** The word, its operands and what differs. */
export function describe(cases: Cases, index: number, lines: readonly string[]): string {
  const word = cases.get(index, 'word');
  const operands = [
    ['d', word & 31],
    ['n', (word >>> 5) & 31],
    ['m', (word >>> 16) & 31],
  ] as const;
  return [
    `0x${word.toString(16)} ${disassemble(word)} (fpcr 0x${cases.get(index, 'fpcr').toString(16)})`,
    ...operands.map(
      ([name, register]) => `V${name} = V${register} = ${hexadecimal(cases.v(index, register))}`,
    ),
    ...lines,
  ].join('\n  ');
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Cases that one run of QEMU gets. */
const BATCH = 20_000;

/**
 * Runs `count` random cases of each row on QEMU and on our interpreter and compares everything but memory.
 *
 * @param seed cases are the same for the same seed.
 */
export async function compareRows(
  rowIds: readonly string[],
  count: number,
  seed: number,
  options: CaseOptions = {},
): Promise<RowComparison[]> {
  const comparisons: RowComparison[] = [];
  const rowsPerBatch = Math.max(1, Math.floor(BATCH / count));
  for (let start = 0; start < rowIds.length; start += rowsPerBatch) {
    const rows = rowIds.slice(start, start + rowsPerBatch);
    const cases = new Cases(rows.length * count);
    rows.forEach((row, index) => {
      cases.bytes.set(generateCases(row, count, seed, options).bytes, index * count * CASE.size);
    });
    const expected = runOnQemu(cases);
    const actual = await runOnInterpreter(cases);
    rows.forEach((row, index) => {
      comparisons.push(compareRange(row, cases, expected, actual, index * count, count));
    });
  }
  return comparisons;
}

function compareRange(
  row: string,
  cases: Cases,
  expected: Cases,
  actual: Cases,
  from: number,
  count: number,
): RowComparison {
  let wrong = 0;
  let first = '';
  for (let index = from; index < from + count; index++) {
    if (sameBytes(expected.record(index), actual.record(index))) continue;
    const lines = differences(cases, expected, actual, index);
    if (lines.length === 0) continue;
    if (wrong++ === 0) first = describe(cases, index, lines);
  }
  return { row, cases: count, differences: wrong, first };
}
