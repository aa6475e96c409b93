/** `armature-bench allocators`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { linuxFiles } from '../boot/machines.ts';
import { markdownTable, writeReadmeSection } from '../readme.ts';
import { writeResult } from '../results-folder.ts';
import { renderTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { readTrace } from './guest-trace.ts';
import { measureAllocators, type Progress } from './measure.ts';
import { type AllocatorOptions, isWhole, roundsOption, selectionOf } from './options.ts';
import { type AllocatorTable, allocatorConditions, allocatorTables, GOALS, goalsTable } from './report.ts';
import { type AllocatorResults, allocatorsText } from './results.ts';
import { fragmentationSvg, framesSvg } from './svg-fragmentation.ts';
import { throughputSvg } from './svg-throughput.ts';
import { TRACE_FILE } from './trace-file.ts';

/** The results as a document. */
export function allocatorsDocument(results: AllocatorResults, drawings: ReadonlyMap<string, string>): string {
  const tables = allocatorTables(results);
  const goals = tables.filter(({ title }) => title === GOALS);
  const others = tables.filter(({ title }) => title !== GOALS);
  const section = ({ title, note, rows }: AllocatorTable): string[] => [
    `## ${title}`,
    ...(note === undefined ? [] : [note]),
    markdownTable(rows),
  ];
  return `${[
    '# Frame allocators',
    'Written by `armature-bench allocators --record`; [what is measured, and how](../README.md#what-allocators-measures).',
    allocatorConditions(results),
    ...goals.flatMap(section),
    ...[...drawings].map(([file, alternative]) => `![${alternative}](${file})`),
    ...others.flatMap(section),
  ].join('\n\n')}\n`;
}

/** Writes results into this package: a document, all samples as JSON, drawings, and a section of the README. */
export function recordAllocators(results: AllocatorResults): void {
  const drawings = [
    ['allocators-throughput.svg', 'Churn: each allocator beside C', throughputSvg(results)],
    ['allocators-fragmentation.svg', 'Fragmentation over time', fragmentationSvg(results)],
    ['allocators-frames.svg', 'Frame maps', framesSvg(results)],
  ] as const;
  const drawn = new Map<string, string>();
  for (const [file, alternative, svg] of drawings) {
    if (svg === undefined) continue;
    drawn.set(file, alternative);
    writeResult(file, svg);
  }
  writeResult('allocators.json', allocatorsText(results));
  writeResult('allocators.md', allocatorsDocument(results, drawn));
  const content = [
    allocatorConditions(results),
    ...goalsTable(results).map(({ rows }) => markdownTable(rows)),
    ...[...drawn].map(([file, alternative]) => `![${alternative}](results/${file})`),
  ];
  writeReadmeSection('allocators-results', content.join('\n\n'));
}

/** The results for a terminal. */
export function allocatorsReport(results: AllocatorResults): string {
  const parts = allocatorTables(results).map(({ title, note, rows }) =>
    [title, ...(note === undefined ? [] : [note]), '', renderTable(rows)].join('\n'),
  );
  return [allocatorConditions(results), ...parts].join('\n\n');
}

/** The path of the guest's program in a RAM disk. */
const BUSYBOX = 'bin/busybox';

/** Runs the guest anew and writes its trace into this package. */
async function recordGuest(initrd: string | undefined, progress: Progress): Promise<string> {
  const { fileOfInitrd, recordTrace } = await import('./record-trace.ts');
  const busybox = fileOfInitrd(readFileSync(initrd ?? linuxFiles().initrd), BUSYBOX);
  progress('running the guest ...');
  const { trace } = await recordTrace(busybox);
  const { events, sizes, notes } = readTrace(trace);
  writeFileSync(TRACE_FILE, trace);
  return `${events} events, ${sizes.length} blocks\n${notes.join('\n')}`;
}

/** What is done with the results, and whether there are any. */
interface CommandOptions {
  readonly json: boolean;
  readonly record: boolean;
  readonly 'record-trace': boolean;
  readonly initrd?: string | undefined;
}

/**
 * Measures what the options choose.
 *
 * @returns what is printed
 * @throws UsageError for options that make no sense
 * @throws Error when an allocator or a program in C fails
 */
export async function allocatorsCommand(
  options: AllocatorOptions & CommandOptions,
  host: AllocatorResults['host'],
  progress: Progress,
): Promise<string> {
  if (options['record-trace']) return recordGuest(options.initrd, progress);
  const selection = selectionOf(options);
  const rounds = roundsOption(options);
  if (options.record && !isWhole(selection)) {
    throw new UsageError(
      '--record: wants everything in full: none of the options that choose, and not --quick',
    );
  }
  const results = await measureAllocators({ selection, rounds, host }, progress);
  if (options.record) recordAllocators(results);
  return options.json ? allocatorsText(results).trimEnd() : allocatorsReport(results);
}
