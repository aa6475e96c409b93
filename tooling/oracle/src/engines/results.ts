import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GeneratorResult } from './campaign.ts';

/** What a long run came to, by generator. */
export interface KeptCampaign {
  /** The reference and the engine compared with it. */
  readonly engines: readonly [string, string];
  readonly model: string;
  readonly seed: number;
  /** Day of the run, as 2026-01-31. */
  readonly date: string;
  readonly generators: Readonly<
    Record<string, { readonly cases: number; readonly instructions: number; readonly different: number }>
  >;
}

const FILE = fileURLToPath(new URL('../../results/engines.json', import.meta.url));

/** Kept runs by the pair of engines, as `interpreter and jit`. */
export function readCampaigns(): Readonly<Record<string, KeptCampaign>> {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, KeptCampaign>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Keeps a run in the place of the last one of the same engines. */
export function keepCampaign(
  about: Omit<KeptCampaign, 'generators'>,
  results: readonly GeneratorResult[],
): void {
  const generators = Object.fromEntries(
    results.map(({ generator, cases, instructions, different }) => [
      generator,
      { cases, instructions, different },
    ]),
  );
  const all = { ...readCampaigns(), [about.engines.join(' and ')]: { ...about, generators } };
  writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`);
}

const count = (value: number): string => value.toLocaleString('en-US');

/** A table of a run, with a line for the sum. */
export function campaignTable(results: readonly GeneratorResult[]): string {
  const sum = (pick: (result: GeneratorResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  const line = (name: string, pick: (of: (result: GeneratorResult) => number) => number): string[] => {
    const instructions = pick(({ instructions }) => instructions);
    const speed = instructions / pick(({ milliseconds }) => milliseconds) / 1000;
    return [
      name,
      count(pick(({ cases }) => cases)),
      count(instructions),
      Number.isFinite(speed) ? speed.toFixed(0) : '-',
      count(pick(({ different }) => different)),
    ];
  };
  const rows = [
    ['generator', 'cases', 'instructions', 'million/s', 'differences'],
    ...results.map((result) => line(result.generator, (of) => of(result))),
    line('all', sum),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
