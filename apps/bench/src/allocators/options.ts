/** The options of `armature-bench allocators`. */
import { UsageError } from '../usage-error.ts';
import { ALL_WORKLOADS, isEmpty, isWorkload, type Selection } from './plan.ts';
import { SUBJECTS } from './subjects.ts';

/** What the command line has. */
export interface AllocatorOptions {
  readonly allocators?: string | undefined;
  readonly workloads?: string | undefined;
  readonly sizes?: string | undefined;
  readonly orders?: string | undefined;
  readonly occupancies?: string | undefined;
  readonly rounds?: string | undefined;
  readonly quick: boolean;
}

/** The options that there are, beside `--help`. */
export const ALLOCATORS_OPTIONS: readonly string[] = [
  ...['allocators', 'workloads', 'sizes', 'orders', 'occupancies', 'rounds', 'quick'],
  ...['record', 'record-trace', 'initrd', 'json'],
];

/** Rounds of a run, and of a quick one. */
const [ROUNDS, QUICK_ROUNDS] = [3, 1];

/** The highest order that all allocators have. */
const MOST_ORDER = 10;

/** Least and largest memory, in MiB. */
const [LEAST_SIZE, MOST_SIZE] = [4, 16_384];

const SUBJECT_LINES = SUBJECTS.map(({ name, description }) => `  ${name.padEnd(18)}${description}`);

export const ALLOCATORS_USAGE = `armature-bench allocators: frame allocators, beside the same algorithms in C by turns

  armature-bench allocators [options]

  --allocators LIST   of those below; default all
  --workloads LIST    of ${ALL_WORKLOADS.slice(0, 5).join(', ')},
                      ${ALL_WORKLOADS.slice(5).join(', ')}; default all
  --sizes LIST        memory managed, powers of two from ${LEAST_SIZE}M to ${MOST_SIZE / 1024}G; default 16M,4G
  --orders LIST       of the blocks, 0 to ${MOST_ORDER}; default 0,3,9; fail: 1,4,9
  --occupancies LIST  per cent of the blocks that stay in use, in churn; default 50,90,97
  --rounds N          times that each cell is measured, default ${ROUNDS}; quick: ${QUICK_ROUNDS}
  --quick             short samples, 50 % alone, 64 MiB where fragmentation is measured
  --record            writes results/allocators.{md,json} and the drawings, and the table of the README; wants all
  --record-trace      runs the guest of the workload guest anew, and writes what it allocates into traces/
  --initrd FILE       record-trace: a RAM disk with busybox; default what armature linux fetches
  --json              everything measured, as JSON

Allocators
${SUBJECT_LINES.join('\n')}

Workloads
  churn               random blocks are freed in batches, and as many allocated
  bulk                the same by freeBatch and allocBatch
  repeat              one block is allocated and freed, again and again
  fail                a search that finds nothing: every second frame is in use
  dma                 buffers as drivers want them: aligned, below an address, not across a boundary
  workers             threads on one tree allocator
  metadata            memory that an allocator takes for itself
  uniform             rounds of single frames freed and allocated at random: what is left of huge frames
  lifetimes           processes, page tables, kernel objects and cached files that come and go: the same
  guest               what a guest on Armature allocated and freed, replayed

Examples
  armature-bench allocators --quick
  armature-bench allocators --allocators tree --workloads churn --sizes 4G --orders 0 --occupancies 50
  armature-bench allocators --allocators tree,hierarchical --workloads uniform,lifetimes
  armature-bench allocators --workloads workers --rounds 3 --json

Without gcc on the PATH nothing is compared with C.`;

const listOf = (text: string): string[] => text.split(',').map((item) => item.trim());

function namesOf(
  text: string | undefined,
  option: string,
  isKnown: (name: string) => boolean,
  known: string,
) {
  const names = text === undefined ? undefined : listOf(text);
  const unknown = names?.find((name) => !isKnown(name));
  if (unknown !== undefined) throw new UsageError(`${option}: there is no '${unknown}'; there are ${known}`);
  return names;
}

function numbersOf(
  text: string | undefined,
  option: string,
  wanted: string,
  read: (item: string) => number | undefined,
): number[] | undefined {
  if (text === undefined) return undefined;
  const numbers = listOf(text).map((item) => {
    const number = read(item);
    if (number === undefined) throw new UsageError(`${option} '${item}': ${wanted}`);
    return number;
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Frames of a size like `16M`. */
function framesOf(text: string): number | undefined {
  const match = /^(\d{1,6})\s?([MG])(?:iB)?$/i.exec(text);
  if (match === null) return undefined;
  const mebibytes = Number(match[1]) * (match[2]!.toUpperCase() === 'G' ? 1024 : 1);
  const fits = mebibytes >= LEAST_SIZE && mebibytes <= MOST_SIZE && Number.isInteger(Math.log2(mebibytes));
  return fits ? mebibytes * 256 : undefined;
}

function orderOf(text: string): number | undefined {
  return /^\d{1,2}$/.test(text) && Number(text) <= MOST_ORDER ? Number(text) : undefined;
}

function shareOf(text: string): number | undefined {
  const match = /^(\d{1,2}(?:\.\d+)?)\s?%?$/.exec(text);
  return match === null || Number(match[1]) <= 0 ? undefined : Number(match[1]) / 100;
}

/**
 * What is to be measured.
 *
 * @throws UsageError when an option makes no sense, or nothing is left
 */
export function selectionOf(options: AllocatorOptions): Selection {
  const { allocators, workloads, sizes, orders, occupancies, quick } = options;
  const names = SUBJECTS.map(({ name }) => name);
  const selection: Selection = {
    allocators: namesOf(allocators, '--allocators', (name) => names.includes(name), names.join(', ')),
    workloads: namesOf(workloads, '--workloads', isWorkload, ALL_WORKLOADS.join(', ')),
    sizes: numbersOf(
      sizes,
      '--sizes',
      `a power of two from ${LEAST_SIZE}M to ${MOST_SIZE / 1024}G, for instance 16M`,
      framesOf,
    ),
    orders: numbersOf(orders, '--orders', `a number from 0 to ${MOST_ORDER}`, orderOf),
    occupancies: numbersOf(occupancies, '--occupancies', 'per cent, above 0 and below 100', shareOf),
    quick,
  };
  if (isEmpty(selection)) throw new UsageError('the options leave nothing to measure');
  return selection;
}

/** @throws UsageError when it is no number from 1 */
export function roundsOption({ rounds, quick }: AllocatorOptions): number {
  const number = Number(rounds ?? (quick ? QUICK_ROUNDS : ROUNDS));
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`--rounds ${rounds}: a number from 1`);
  return number;
}

/** Whether everything is measured in full, which is what results are written of. */
export const isWhole = ({ allocators, workloads, sizes, orders, occupancies, quick }: Selection): boolean =>
  !quick && [allocators, workloads, sizes, orders, occupancies].every((list) => list === undefined);
