import { type Row, table } from '@armature/isa';
import type { OracleEngine } from '../oracle-engine.ts';
import { caseCommand, type DigestSuite, digestOf, lazily, type RowOutcome } from '../suite.ts';
import { userArmatureDriver } from './armature.ts';
import { compareUser, describeUser } from './compare.ts';
import { generateInto } from './generate.ts';
import { userQemuDriver } from './qemu.ts';
import { FAULT, RECORD, Records } from './record.ts';

const GROUPS =
  /^(advsimd|floating-point|conversion|cryptographic|load-store-simd|load-simd|atomic-memory|compare-and-swap|load-store-limited-ordering|load-acquire-rcpc|flag-manipulation)/;

/** Rows whose effect is the same at EL0, where a process of Linux runs them. */
export const userRows: readonly Row[] = table.filter(
  ({ group, status }) => status === 'done' && GROUPS.test(group),
);

/** Cases that are in memory at once. */
const BATCH = 25_000;

/** Cases of one row in a batch, what QEMU made of them, and what our CPU did. */
interface Part {
  readonly row: Row;
  readonly at: number;
  /** Number of the first of the cases. */
  readonly first: number;
  readonly cases: Records;
  readonly expected: Records;
  readonly actual: Records;
}

export async function openUserSuite(engine: OracleEngine): Promise<DigestSuite> {
  const ours = await userArmatureDriver(engine);
  const lazyQemu = lazily(userQemuDriver);

  /** Runs cases of rows in batches; `expected` is there with QEMU alone. */
  function runAll(
    rows: readonly Row[],
    count: number,
    seed: number,
    withQemu: boolean,
    use: (part: Part) => void,
  ): void {
    const perBatch = Math.max(1, Math.floor(BATCH / count));
    for (let from = 0; from < rows.length; from += perBatch) {
      const chosen = rows.slice(from, from + perBatch);
      for (let first = 0; first < count; first += BATCH) {
        const size = Math.min(BATCH, count - first);
        const cases = new Records(chosen.length * size);
        const slice = (list: Records, at: number): Records => list.slice(at * size, (at + 1) * size);
        chosen.forEach((row, at) => {
          generateInto(slice(cases, at), row, seed, first);
        });
        const actual = ours.run(cases);
        const expected = withQemu ? lazyQemu.get().run(cases) : actual;
        chosen.forEach((row, at) => {
          const [mine, theirs, got] = [cases, expected, actual].map((list) => slice(list, at));
          use({ row, at: from + at, first, cases: mine!, expected: theirs!, actual: got! });
        });
      }
    }
  }

  function one(row: Row, index: number, seed: number): Records {
    const cases = new Records(1);
    generateInto(cases, row, seed, index);
    return cases;
  }

  return {
    name: 'user',
    rows: userRows,
    compare(rows, count, seed) {
      const outcomes = rows.map(({ id }) => ({ row: id, cases: 0, exempt: 0, different: 0, first: '' }));
      runAll(rows, count, seed, true, (part) => {
        addTo(outcomes[part.at]!, part, seed, engine);
      });
      return outcomes;
    },
    describe(row, index, seed) {
      const cases = one(row, index, seed);
      const part = {
        row,
        at: 0,
        first: index,
        cases,
        expected: lazyQemu.get().run(cases),
        actual: ours.run(cases),
      };
      const { different } = compareUser(row, cases, part.expected, part.actual);
      return { text: describePart(part, 0, seed, engine), differs: different.length > 0 };
    },
    digests(rows, count, seed) {
      const digests = new Uint32Array(rows.length * count);
      runAll(rows, count, seed, false, ({ at, first, actual }) => {
        for (let index = 0; index < actual.count; index++) {
          digests[at * count + first + index] = digestOfResult(actual, index);
        }
      });
      return digests;
    },
    recordDigests(rows, count, seed) {
      const digests = new Uint32Array(rows.length * count);
      runAll(rows, count, seed, true, (part) => {
        const { row, at, first, cases, expected, actual } = part;
        const { different, exempt } = compareUser(row, cases, expected, actual);
        if (different.length > 0) throw new Error(describePart(part, different[0]!, seed, engine));
        for (let index = 0; index < cases.count; index++) {
          digests[at * count + first + index] = exempt.includes(index) ? 0 : digestOfResult(expected, index);
        }
      });
      return digests;
    },
    describeOurs(row, index, seed) {
      const cases = one(row, index, seed);
      return describeUser(cases, 0, [['armature', ours.run(cases)]]);
    },
    compiled: ours.compiled,
    close: () => lazyQemu.made()?.close(),
  };
}

/** Everything but the address of a fault, which QEMU doesn't always have, and memory after one. */
function digestOfResult(results: Records, index: number): number {
  const words = (from: number, to: number): Int32Array =>
    results.words.subarray(results.at(index, from), results.at(index, to));
  const registers = digestOf(words(RECORD.nzcv, RECORD.faultAddress));
  const fault = results.get(index, 'fault');
  if (fault !== FAULT.none) return digestOf(Int32Array.of(fault), registers) || 1;
  return digestOf(words(RECORD.changeCount, RECORD.size), registers) || 1;
}

type Counts = { -readonly [name in keyof RowOutcome]: RowOutcome[name] };

function addTo(outcome: Counts, part: Part, seed: number, engine: OracleEngine): void {
  const { row, cases, expected, actual } = part;
  const { exempt, different } = compareUser(row, cases, expected, actual);
  outcome.cases += cases.count;
  outcome.exempt += exempt.length;
  outcome.different += different.length;
  if (different.length > 0) outcome.first ||= describePart(part, different[0]!, seed, engine);
}

function describePart(
  { row, first, cases, expected, actual }: Part,
  index: number,
  seed: number,
  engine: OracleEngine,
): string {
  return [
    `${row.id}, seed ${seed}, case ${first + index}`,
    describeUser(cases, index, [
      ['qemu', expected],
      ['armature', actual],
    ]),
    `  alone: ${caseCommand(row.id, seed, first + index, engine)}`,
  ].join('\n');
}
