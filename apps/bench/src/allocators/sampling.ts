/** How long something is run, and how often, to know what it takes. */

/** Milliseconds; of one thread its processor time where Node tells it, so that what else the host does is not in it. */
export const clock: () => number = processorTime() ?? (() => performance.now());

/** Whether {@link clock} is a thread's processor time. */
export const isProcessorTime = processorTime() !== undefined;

function processorTime(): (() => number) | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (threadCpuUsage === undefined) return undefined;
  return () => {
    const { user, system } = threadCpuUsage();
    return (user + system) / 1000;
  };
}

export interface SamplingTimes {
  /** Operations before anything is timed: as they go on, free memory moves to where the allocator leaves it. */
  readonly settling: number;
  /** Least time before the first sample, in milliseconds. */
  readonly warmUp: number;
  /** Least time of a sample, in milliseconds. */
  readonly sample: number;
  readonly samples: number;
}

export const SAMPLING: SamplingTimes = { settling: 4_000_000, warmUp: 100, sample: 60, samples: 2 };

/** After this many milliseconds no further sample begins, and a single portion that took as long is one. */
const SLOW = 1000;

/**
 * Runs portions of work until there are enough samples.
 *
 * @param portion runs some of it and returns the number of operations, the same kind each time
 * @returns operations a millisecond, one rate a sample
 */
export function sampleRates(
  portion: () => number,
  times: Omit<SamplingTimes, 'settling'>,
  now = clock,
): number[] {
  const begin = now();
  for (let elapsed = 0; elapsed < times.warmUp; ) {
    const from = now();
    const operations = portion();
    const end = now();
    if (end - from >= SLOW) return [operations / (end - from)];
    elapsed = end - begin;
  }
  const rates: number[] = [];
  while (rates.length < times.samples) {
    const from = now();
    let operations = 0;
    let elapsed = 0;
    while (elapsed < times.sample) {
      operations += portion();
      elapsed = now() - from;
    }
    rates.push(operations / elapsed);
    if (now() - begin > SLOW) break;
  }
  return rates;
}
