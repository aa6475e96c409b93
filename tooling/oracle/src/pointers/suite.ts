import { disassemble, type Row } from '@armature/isa';
import type { OracleEngine } from '../oracle-engine.ts';
import { caseCommand, type DigestSuite, digestOf, lazily, type RowOutcome } from '../suite.ts';
import { pointerArmatureDriver } from './armature.ts';
import { generatePointers, pointerRows } from './generate.ts';
import { pointerQemuDriver } from './qemu.ts';
import { KEY_NAMES, RECORD, RESULT_NAMES, SLOT } from './record.ts';

/** Cases that are in memory at once. */
const BATCH = 25_000;

const hex = (value: bigint | undefined): string => (value ?? 0n).toString(16).padStart(16, '0');

type Named = readonly (readonly [name: string, record: BigUint64Array])[];

/** A case in full, and what came of it. */
function describeCase(row: Row, seed: number, number: number, results: Named, engine: OracleEngine): string {
  const [, record] = results[0]!;
  const word = Number(record[RECORD.word]);
  const fields = ['sctlr', 'tcr', 'pointer', 'modifier', 'sp'] as const;
  const lines = [
    `${row.id}, seed ${seed}, case ${number}`,
    `  ${SLOT.toString(16)}  ${word.toString(16).padStart(8, '0')}  ${disassemble(word, SLOT)}`,
    '  before: the pointer in X0, X17, X30 and ELR_EL1, the modifier in X1 and X16',
    ...fields.map((name) => `    ${name} ${hex(record[RECORD[name]])}`),
    ...KEY_NAMES.map((name, index) => `    ${name} ${hex(record[RECORD.keys + index])}`),
    '  after:',
  ];
  RESULT_NAMES.forEach((name, index) => {
    const values = results.map(([, list]) => hex(list[RECORD.results + index]));
    results.forEach(([who], at) => {
      const differs = values[at] === values[0] ? '' : '  <-- differs';
      lines.push(`    ${who.padEnd(9)} ${name} ${values[at]}${differs}`);
    });
  });
  lines.push(`  alone: ${caseCommand(row.id, seed, number, engine)}`);
  return lines.join('\n');
}

/** SPSR_EL1.BTYPE. */
const BTYPE = 3n << 10n;
const SPSR = RECORD.results + RESULT_NAMES.indexOf('spsr');

/** Where results are allowed to differ from QEMU's, with the reason. */
export const POINTER_ALLOWANCES = [
  {
    reason:
      'our CPU leaves PSTATE.BTYPE zero where a branch leads to a page that is not guarded; QEMU sets it',
    rows: (row: Row): boolean => /^BL?RA/.test(row.id),
    forgive(expected: BigUint64Array, actual: BigUint64Array): void {
      if (actual[SPSR] === (expected[SPSR]! & ~BTYPE)) actual[SPSR] = expected[SPSR]!;
    },
  },
] as const;

const same = (a: BigUint64Array, b: BigUint64Array): boolean => a.every((value, index) => value === b[index]);

type Verdict = 'same' | 'exempt' | 'different';

function compareCase(row: Row, expected: BigUint64Array, actual: BigUint64Array): Verdict {
  if (same(expected, actual)) return 'same';
  const forgiven = actual.slice();
  for (const { rows, forgive } of POINTER_ALLOWANCES) if (rows(row)) forgive(expected, forgiven);
  return same(expected, forgiven) ? 'exempt' : 'different';
}

/** Results without what is allowed to differ. */
function digestOfResult(record: BigUint64Array): number {
  const results = record.slice(RECORD.results);
  results[SPSR - RECORD.results]! &= ~BTYPE;
  return digestOf(new Int32Array(results.buffer)) || 1;
}

export async function openPointerSuite(engine: OracleEngine): Promise<DigestSuite> {
  const ours = await pointerArmatureDriver(engine);
  const lazyQemu = lazily(pointerQemuDriver);

  /** Runs cases of a row on both and passes each on, with its number. */
  function runBoth(
    row: Row,
    count: number,
    seed: number,
    use: (number: number, expected: BigUint64Array, actual: BigUint64Array) => void,
  ): void {
    for (let done = 0; done < count; done += BATCH) {
      const expected = generatePointers(row, Math.min(BATCH, count - done), seed, ours, done);
      const actual = expected.slice();
      lazyQemu.get().run(expected);
      ours.run(actual);
      for (let from = 0; from < expected.length; from += RECORD.size) {
        const to = from + RECORD.size;
        use(done + from / RECORD.size, expected.subarray(from, to), actual.subarray(from, to));
      }
    }
  }

  const both = (expected: BigUint64Array, actual: BigUint64Array): Named => [
    ['qemu', expected],
    ['armature', actual],
  ];

  function compareRow(row: Row, count: number, seed: number): RowOutcome {
    const outcome = { row: row.id, cases: count, exempt: 0, different: 0, first: '' };
    runBoth(row, count, seed, (number, expected, actual) => {
      const verdict = compareCase(row, expected, actual);
      if (verdict === 'same') return;
      outcome[verdict]++;
      if (verdict === 'different')
        outcome.first ||= describeCase(row, seed, number, both(expected, actual), engine);
    });
    return outcome;
  }

  function oursOf(row: Row, count: number, seed: number, first = 0): BigUint64Array {
    const records = generatePointers(row, count, seed, ours, first);
    ours.run(records);
    return records;
  }

  return {
    name: 'pointers',
    rows: pointerRows,
    compare: (rows, count, seed) => rows.map((row) => compareRow(row, count, seed)),
    describe(row, index, seed) {
      const actual = oursOf(row, 1, seed, index);
      const expected = generatePointers(row, 1, seed, ours, index);
      lazyQemu.get().run(expected);
      const text = describeCase(row, seed, index, both(expected, actual), engine);
      return { text, differs: compareCase(row, expected, actual) === 'different' };
    },
    digests(rows, count, seed) {
      const digests = new Uint32Array(rows.length * count);
      rows.forEach((row, at) => {
        const records = oursOf(row, count, seed);
        for (let index = 0; index < count; index++) {
          const record = records.subarray(index * RECORD.size, (index + 1) * RECORD.size);
          digests[at * count + index] = digestOfResult(record);
        }
      });
      return digests;
    },
    recordDigests(rows, count, seed) {
      const digests = new Uint32Array(rows.length * count);
      rows.forEach((row, at) => {
        runBoth(row, count, seed, (number, expected, actual) => {
          if (compareCase(row, expected, actual) === 'different') {
            throw new Error(describeCase(row, seed, number, both(expected, actual), engine));
          }
          digests[at * count + number] = digestOfResult(expected);
        });
      });
      return digests;
    },
    describeOurs: (row, index, seed) =>
      describeCase(row, seed, index, [['armature', oursOf(row, 1, seed, index)]], engine),
    compiled: ours.compiled,
    close: () => lazyQemu.made()?.close(),
  };
}
