import { readFileSync, writeFileSync } from 'node:fs';
import { floatingPointScalarSemantics } from '../../src/semantics/floating-point.ts';
import { floatingPointVectorSemantics } from '../../src/semantics/floating-point-vector.ts';
import { simdIntegerSemantics } from '../../src/semantics/simd.ts';
import { CASE, Cases } from './case.ts';
import {
  anyFpcr,
  anyFpsr,
  type CaseOptions,
  floatVectors,
  generateCases,
  nearFloatVectors,
} from './generate.ts';
import { runOnQemu } from './qemu.ts';

/**
 * What QEMU answered once, as a digest for each row, so that a machine without QEMU tests the same cases. A change of
 * `generate.ts` or `random.ts` makes the digests stale: record them anew with `cli.ts --record`.
 */
export interface RecordedSet {
  readonly name: string;
  readonly rows: readonly string[];
  readonly options: CaseOptions;
}

/**
 * Rows on which QEMU 7.2 is wrong: it extends the sign of the halfword beyond the element, and sets Z after a
 * subnormal number that was flushed.
 */
const WRONG_IN_QEMU = ['FCVTZS_asisdshf_half', 'FJCVTZS_float2int'];

const scalars = floatingPointScalarSemantics
  .map(({ row }) => row)
  .filter((row) => !WRONG_IN_QEMU.includes(row));
const vectors = floatingPointVectorSemantics.map(({ row }) => row);

export const RECORDED_SETS: readonly RecordedSet[] = [
  { name: 'integer', rows: simdIntegerSemantics.map(({ row }) => row), options: {} },
  {
    name: 'floating point on scalars',
    rows: scalars,
    options: { vectors: floatVectors, fpcr: anyFpcr, fpsr: anyFpsr },
  },
  {
    name: 'nearly exact floating point on scalars',
    rows: scalars,
    options: { vectors: nearFloatVectors, fpsr: anyFpsr },
  },
  {
    name: 'floating point on vectors',
    rows: vectors,
    options: { vectors: floatVectors, fpcr: anyFpcr, fpsr: anyFpsr },
  },
  {
    name: 'nearly exact floating point on vectors',
    rows: vectors,
    options: { vectors: nearFloatVectors, fpsr: anyFpsr },
  },
];

/** Cases of each row, and their seed. */
const COUNT = 100;
const SEED = 1;

const FILE = new URL('recorded.json', import.meta.url);

type Digests = Record<string, Record<string, string>>;

export const recordedDigests = (): Digests => JSON.parse(readFileSync(FILE, 'utf8'));

/** The cases that digests stand for. */
export const recordedCases = (row: string, options: CaseOptions): Cases =>
  generateCases(row, COUNT, SEED, options);

/** FNV-1a over all of the results but the instruction words. */
export function digest(results: Cases): string {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < results.count; index++) {
    const record = results.record(index);
    for (let at = CASE.nzcv; at < CASE.size; at++) hash = Math.imul(hash ^ record[at], 0x0100_0193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Asks QEMU for all sets and writes the file. */
export function record(): void {
  const digests: Digests = {};
  for (const { name, rows, options } of RECORDED_SETS) {
    const cases = new Cases(rows.length * COUNT);
    const size = COUNT * CASE.size;
    rows.forEach((row, index) => {
      cases.bytes.set(recordedCases(row, options).bytes, index * size);
    });
    const results = runOnQemu(cases);
    digests[name] = Object.fromEntries(
      rows.map((row, index) => [
        row,
        digest(new Cases(results.bytes.slice(index * size, (index + 1) * size))),
      ]),
    );
  }
  writeFileSync(FILE, `${JSON.stringify(digests, undefined, 2)}\n`);
}
