import { parseArgs } from 'node:util';
import { compareRows } from './compare.ts';
import { memoryRows } from './generate.ts';

/*
 * Compares loads, stores and atomics with QEMU:
 *
 *     node --import ./tooling/sources.mjs packages/cpu/test/memory-oracle/cli.ts '^LD1' --count 1000 --seed 1
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const rows = positionals.length > 0 ? memoryRows(new RegExp(positionals[0] ?? '')) : memoryRows();
const comparisons = await compareRows(rows, Number(values.count), Number(values.seed));
const differing = comparisons.filter(({ differences }) => differences > 0);
for (const { row, cases, differences, first } of differing) {
  console.log(`${row}: ${differences} of ${cases} differ\n  ${first}`);
}
const sum = (of: 'cases' | 'faults'): number => comparisons.reduce((total, one) => total + one[of], 0);
console.log(
  `${rows.length} rows, ${sum('cases')} cases, ${sum('faults')} with a fault, ${differing.length} rows differ`,
);
process.exitCode = differing.length === 0 ? 0 : 1;
