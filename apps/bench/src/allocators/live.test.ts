import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cCompiler } from './processes.ts';
import type { AllocatorResults } from './results.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The command from its sources, which import packages from theirs. */
function bench(options: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
  const args = [
    '--import',
    file('../../../../tooling/sources.mjs'),
    file('../cli.ts'),
    'allocators',
    ...options,
  ];
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: environment });
}

/** On a busy host, in milliseconds; a few seconds on an idle one. */
const TIMEOUT = 240_000;

const withoutCompiler = { ...process.env, PATH: '' };

describe('armature-bench allocators', { timeout: TIMEOUT }, () => {
  test('measures cells beside C, threads, and fragmentation', () => {
    const { stdout, stderr, status } = bench([
      '--quick',
      '--json',
      ...['--allocators', 'hierarchical,buddy-magazine,tree,extent,naive,null'],
      ...['--workloads', 'churn,workers,uniform'],
      ...['--sizes', '4M', '--orders', '0'],
    ]);
    expect(stderr).toContain('1 of 8: churn 4 MiB, order 0, 50 %: hierarchical, ');
    expect(status, stderr).toBe(0);
    const { cells, workers, fragmentation, compiler } = JSON.parse(stdout) as AllocatorResults;
    expect(compiler).toBe(cCompiler());
    expect(cells.map(({ allocator }) => allocator)).toEqual([
      ...['hierarchical', 'buddy-magazine', 'tree', 'extent', 'naive', 'null'],
    ]);
    for (const { allocator, ours, ratio, frames } of cells) {
      expect(ours.samples).toHaveLength(1);
      expect(ours.median).toBeGreaterThan(0);
      expect(frames).toBe(1024);
      expect(typeof ratio).toBe(compiler === null || allocator === 'naive' ? 'undefined' : 'number');
    }
    expect(workers.map((each) => each.workers)).toEqual([1, 2, 4]);
    for (const { ours, ratio } of workers) {
      expect(ours.median).toBeGreaterThan(0);
      expect(typeof ratio).toBe(compiler === null ? 'undefined' : 'number');
    }
    expect(fragmentation.map(({ workload, allocator }) => `${workload} ${allocator}`)).toEqual(
      ['hierarchical', 'buddy-magazine', 'tree', 'extent'].map((name) => `uniform ${name}`),
    );
    for (const { series } of fragmentation) expect(series.huge).toHaveLength(series.at.length);
  });

  test('measures ours alone where there is no compiler, and says so', () => {
    const options = [
      '--quick',
      '--allocators',
      'tree',
      '--workloads',
      'churn',
      '--sizes',
      '4M',
      '--orders',
      '3',
    ];
    const { stdout, stderr, status } = bench(options, withoutCompiler);
    expect(stderr).toContain('gcc is not installed: nothing is compared with C');
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('no gcc, so nothing beside it in C. Medians of 1 round, quick.');
    expect(stdout).toMatch(/^tree +[\d.]+ +0 %$/m);
  });

  test('has its own help, and refuses what makes no sense', () => {
    expect(bench(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('\nExamples\n') });
    const { stderr, status } = bench(['--rows', 'sort']);
    expect(status).toBe(2);
    expect(stderr).toContain('armature-bench: --rows: allocators has no such option');
    expect(stderr).toContain('\nExamples\n');
  });
});
