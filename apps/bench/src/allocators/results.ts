/** What the bench of the allocators found. */
import { jsonText } from '../json.ts';
import { median, scatter } from '../statistics.ts';
import type { FragmentationResult, Look } from './fragmentation.ts';
import type { Metadata } from './metadata.ts';
import type { Cell } from './workloads.ts';

/** One figure of each round. */
export interface Rounds {
  readonly median: number;
  /** Half the distance between the quartiles, as a share of the median. */
  readonly scatter: number;
  readonly samples: readonly number[];
}

/** An allocator in a cell: million operations a second, or the nanoseconds of a search for `fail`. */
export interface CellResult extends Cell, Compared {
  readonly allocator: string;
  /** Share of the allocations that found nothing, of `dma`. */
  readonly failed: number;
}

/** The tree allocator with several workers, and in C11 with as many threads. */
export interface WorkersResult extends Compared {
  readonly workers: number;
  readonly frames: number;
  readonly order: number;
}

export interface MetadataResult extends Metadata {
  readonly allocator: string;
}

/** A workload that breaks memory up. */
export interface FragmentationRow extends Omit<FragmentationResult, 'looks'> {
  readonly allocator: string;
  readonly workload: 'uniform' | 'lifetimes' | 'guest';
  readonly frames: number;
  readonly occupancy: number;
  /** How memory was over time: unusable free space index of order 9, share of huge frames, longest run. */
  readonly series: {
    readonly at: readonly number[];
    readonly unusable: readonly number[];
    readonly huge: readonly number[];
    readonly largestRun: readonly number[];
  };
}

/** Everything measured; what `results/allocators.json` has. */
export interface AllocatorResults {
  readonly host: { readonly cpu: string; readonly cpus: number; readonly node: string };
  /** The version line of the compiler; null where there is none. */
  readonly compiler: string | null;
  readonly rounds: number;
  readonly quick: boolean;
  readonly cells: readonly CellResult[];
  readonly workers: readonly WorkersResult[];
  readonly metadata: readonly MetadataResult[];
  readonly fragmentation: readonly FragmentationRow[];
}

export function roundsOf(samples: readonly number[]): Rounds {
  return { median: median(samples), scatter: scatter(samples), samples };
}

/** Ours beside C's, by rounds. */
export interface Compared {
  readonly ours: Rounds;
  /** The same algorithm in C. */
  readonly inC?: Rounds;
  /** How many times as fast as C, above 1 ours is faster: the median of the rounds' ratios. */
  readonly ratio?: number;
}

/**
 * Samples of the same rounds, taken by turns: what the host does for a while is in both of a round.
 *
 * @param inverse whether less is better
 */
export function compared(
  ours: readonly number[],
  inC: readonly number[] | undefined,
  inverse = false,
): Compared {
  if (inC === undefined || inC.length === 0) return { ours: roundsOf(ours) };
  const ratios = ours.map((own, round) => (inverse ? inC[round]! / own : own / inC[round]!));
  return { ours: roundsOf(ours), inC: roundsOf(inC), ratio: median(ratios) };
}

/** Looks by columns. */
export function seriesOf(looks: readonly Look[]): FragmentationRow['series'] {
  return {
    at: looks.map(({ at }) => at),
    unusable: looks.map(({ unusable }) => unusable.at(-1)!),
    huge: looks.map(({ huge }) => huge),
    largestRun: looks.map(({ largestRun }) => largestRun),
  };
}

/** As JSON, with fractions of four digits. */
export const allocatorsText = (results: AllocatorResults): string =>
  jsonText(results, (number) => (Number.isInteger(number) ? number : Number(number.toPrecision(4))));
