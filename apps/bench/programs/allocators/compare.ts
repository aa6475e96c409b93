/**
 * Our allocators beside the same algorithms in C, as a table: one process for each cell, ours and C's in turn, the best
 * of several. Needs gcc.
 *
 *     node --import ./tooling/sources.mjs apps/bench/programs/allocators/compare.ts [ALLOCATOR] [MODE] [ROUNDS]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const sources = fileURLToPath(new URL('../../../../tooling/sources.mjs', import.meta.url));

/** Our allocators, by the source and definitions of what they are compared with. */
const IN_C: Readonly<Record<string, readonly string[]>> = {
  hierarchical: ['hierarchical.c'],
  buddy: ['buddy.c'],
  'buddy-magazine': ['buddy.c', '-DMAGAZINE'],
  'buddy-ordered': ['buddy.c', '-DORDERED'],
  tree: ['tree.c'],
  'tree-shared': ['tree.c', '-DMADE_FOR=2'],
  extent: ['extent.c'],
};
const SIZES: readonly (readonly [string, number])[] = [
  ['16 MiB', 4096],
  ['4 GiB', 1_048_576],
];
const MILLISECONDS = 200;

type Row = readonly [mode: string, size: string, frames: number, order: number, occupancy: number];

const rows: readonly Row[] = [
  ...SIZES.flatMap(([size, frames]) =>
    [0, 3, 9].flatMap((order) =>
      [0.5, 0.9, 0.97].map((occupancy): Row => ['churn', size, frames, order, occupancy]),
    ),
  ),
  ['bulk', '4 GiB', 1_048_576, 0, 0.5],
  ...[1, 4, 9].map((order): Row => ['fail', '4 GiB', 1_048_576, order, 0.5]),
];

const [onlyAllocator, onlyMode, rounds = '3'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'allocator-cells-'));
try {
  console.log('| allocator | cell | ours | C | ours / C |\n|---|---|---|---|---|');
  for (const [name, [source, ...definitions]] of Object.entries(IN_C)) {
    if (onlyAllocator !== undefined && name !== onlyAllocator) continue;
    const program = join(folder, name);
    const options = ['-std=c11', '-O2', '-D_POSIX_C_SOURCE=200809L', ...definitions];
    execFileSync('gcc', [...options, here(source!), '-o', program]);
    for (const [mode, size, frames, order, occupancy] of rows) {
      if (onlyMode !== undefined && mode !== onlyMode) continue;
      const cell = [mode, frames, order, occupancy, MILLISECONDS].map(String);
      const best = mode === 'fail' ? Math.min : Math.max;
      let ours = mode === 'fail' ? Number.POSITIVE_INFINITY : 0;
      let theirs = ours;
      for (let round = 0; round < Number(rounds); round++) {
        const script = ['--import', sources, here('run-cell.ts'), name, ...cell];
        ours = best(ours, Number(execFileSync(process.execPath, script, { encoding: 'utf8' })));
        theirs = best(theirs, Number(execFileSync(program, cell, { encoding: 'utf8' })));
      }
      const unit = mode === 'fail' ? 'ns' : 'M/s';
      const what = `${mode} ${size} order ${order}${mode === 'fail' ? '' : `, ${occupancy * 100} %`}`;
      const ratio = (ours / theirs).toFixed(2);
      console.log(
        `| ${name} | ${what} | ${ours.toPrecision(3)} ${unit} | ${theirs.toPrecision(3)} ${unit} | ${ratio} |`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
