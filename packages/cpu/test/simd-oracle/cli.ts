import { parseArgs } from 'node:util';
import { comparableRows, compareRows } from './compare.ts';
import { anyFpcr, anyFpsr, type CaseOptions, floatVectors, nearFloatVectors } from './generate.ts';
import { record } from './recorded.ts';

/*
 * Compares SIMD and floating-point rows with QEMU:
 *
 *     node --import ./tooling/sources.mjs packages/cpu/test/simd-oracle/cli.ts '^SQ' --count 1000 --seed 1
 *
 * --float: V registers hold floating-point numbers, and FPCR and FPSR vary.
 * --near: they hold numbers whose sums and products are often exact or nearly so; FPCR is the default.
 * --record: writes recorded.json anew.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    float: { type: 'boolean', default: false },
    near: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
if (values.record) record();
else process.exitCode = await compare();

async function compare(): Promise<number> {
  const wanted = new RegExp(positionals[0] ?? '.');
  const floats: CaseOptions = { vectors: floatVectors, fpcr: anyFpcr, fpsr: anyFpsr };
  const near: CaseOptions = { vectors: nearFloatVectors, fpsr: anyFpsr };
  const options: CaseOptions = values.float ? floats : values.near ? near : {};
  const rows = comparableRows().filter((row) => wanted.test(row));
  const comparisons = await compareRows(rows, Number(values.count), Number(values.seed), options);
  const wrong = comparisons.filter(({ differences }) => differences > 0);
  for (const { row, cases, differences, first } of wrong) {
    console.log(`${row}: ${differences} of ${cases} differ\n  ${first}`);
  }
  const total = comparisons.reduce((sum, { cases }) => sum + cases, 0);
  console.log(`${comparisons.length} rows, ${total} cases, ${wrong.length} rows differ`);
  return wrong.length === 0 ? 0 : 1;
}
