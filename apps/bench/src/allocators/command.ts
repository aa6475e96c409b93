/** `armature-bench allocators`. */
import { renderTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { measureAllocators, type Progress } from './measure.ts';
import { type AllocatorOptions, isWhole, roundsOption, selectionOf } from './options.ts';
import { allocatorConditions, allocatorTables } from './report.ts';
import { type AllocatorResults, allocatorsText } from './results.ts';

/** The results for a terminal. */
export function allocatorsReport(results: AllocatorResults): string {
  const parts = allocatorTables(results).map(({ title, note, rows }) =>
    [title, ...(note === undefined ? [] : [note]), '', renderTable(rows)].join('\n'),
  );
  return [allocatorConditions(results), ...parts].join('\n\n');
}

/**
 * Measures what the options choose.
 *
 * @returns what is printed
 * @throws UsageError for options that make no sense
 * @throws Error when an allocator or a program in C fails
 */
export async function allocatorsCommand(
  options: AllocatorOptions & { readonly json: boolean; readonly record: boolean },
  host: AllocatorResults['host'],
  progress: Progress,
): Promise<string> {
  const selection = selectionOf(options);
  const rounds = roundsOption(options);
  if (options.record && !isWhole(selection)) {
    throw new UsageError(
      '--record: wants everything in full: none of the options that choose, and not --quick',
    );
  }
  const results = await measureAllocators({ selection, rounds, host }, progress);
  return options.json ? allocatorsText(results).trimEnd() : allocatorsReport(results);
}
