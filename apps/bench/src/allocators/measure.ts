/** Measures what was chosen: ours and the programs in C by turns, each in a process of its own. */
import { median } from '../statistics.ts';
import type { FragmentationResult } from './fragmentation.ts';
import type { Metadata } from './metadata.ts';
import {
  describedSubjects,
  type PlannedCell,
  type PlannedFragmentation,
  type PlannedWorkers,
  plannedCells,
  plannedFragmentations,
  plannedWorkers,
  type Selection,
} from './plan.ts';
import { CPrograms, cCompiler, inProcess } from './processes.ts';
import {
  type AllocatorResults,
  type CellResult,
  compared,
  type FragmentationRow,
  type MetadataResult,
  seriesOf,
  type WorkersResult,
} from './results.ts';
import { SAMPLING, type SamplingTimes } from './sampling.ts';
import type { Subject } from './subjects.ts';
import type { CellSamples } from './workloads.ts';

export type Progress = (text: string) => void;

export interface AllocatorArguments {
  readonly selection: Selection;
  readonly rounds: number;
  readonly host: AllocatorResults['host'];
}

/** 1 GiB in frames: where fragmentation and metadata are measured; 64 MiB in quick runs. */
const [FRAGMENTED, FRAGMENTED_QUICK] = [2 ** 18, 2 ** 14];
/** Metadata is measured where it is much. */
const DESCRIBED = 2 ** 20;

/** Threads scatter more than one: they are measured so many times as often. */
const WORKER_ROUNDS = 3;

/** Programs in C take no time to become fast. */
const inCTimes = ({ settling, sample, samples }: SamplingTimes): readonly number[] => [
  settling,
  20,
  sample,
  samples,
];

export function sizeText(frames: number): string {
  const mebibytes = (frames * 4096) / 2 ** 20;
  return mebibytes >= 1024 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`;
}

/**
 * Measures a selection.
 *
 * @throws Error when an allocator or a program in C fails
 */
export async function measureAllocators(
  { selection, rounds, host }: AllocatorArguments,
  progress: Progress,
): Promise<AllocatorResults> {
  const compiler = cCompiler();
  if (compiler === null) progress('gcc is not installed: nothing is compared with C');
  const programs = compiler === null ? undefined : new CPrograms();
  const times: SamplingTimes = selection.quick
    ? { settling: 500_000, warmUp: 50, sample: 50, samples: 1 }
    : SAMPLING;
  try {
    const { quick } = selection;
    const planned = {
      cells: plannedCells(selection),
      workers: plannedWorkers(selection),
      metadata: describedSubjects(selection),
      fragmentation: plannedFragmentations(selection),
    };
    const steps = Object.values(planned).reduce((sum, { length }) => sum + length, 0);
    let step = 0;
    const begin: Progress = (text) => progress(`${++step} of ${steps}: ${text} ...`);
    const cells: CellResult[] = [];
    for (const cell of planned.cells) {
      begin(cellText(cell));
      cells.push(...(await measureCells(cell, rounds, times, programs)));
    }
    return {
      host,
      compiler,
      rounds,
      quick,
      cells,
      workers: await measureWorkers(
        planned.workers,
        quick ? rounds : WORKER_ROUNDS * rounds,
        times,
        programs,
        begin,
      ),
      metadata: await measureMetadata(planned.metadata, quick, begin),
      fragmentation: await measureFragmentations(planned.fragmentation, quick, begin),
    };
  } finally {
    programs?.remove();
  }
}

function cellText({ workload, frames, order, occupancy, subjects }: PlannedCell): string {
  const details = [
    sizeText(frames),
    ...(workload === 'churn' || workload === 'fail' || workload === 'repeat' ? [`order ${order}`] : []),
    ...(workload === 'churn' ? [`${Math.round(occupancy * 100)} %`] : []),
  ];
  return `${workload} ${details.join(', ')}: ${subjects.map(({ name }) => name).join(', ')}`;
}

async function measureCells(
  { subjects, workload, frames, order, occupancy }: PlannedCell,
  rounds: number,
  times: SamplingTimes,
  programs: CPrograms | undefined,
): Promise<CellResult[]> {
  const ours = new Map<string, number[]>();
  const theirs = new Map<string, number[]>();
  const failed = new Map<string, number>();
  const add = (map: Map<string, number[]>, key: string, samples: readonly number[]): void => {
    map.set(key, [...(map.get(key) ?? []), median(samples)]);
  };
  for (let round = 0; round < rounds; round++) {
    for (const { name, inC } of subjects) {
      const { settling, warmUp, sample, samples } = times;
      const found = await inProcess<CellSamples>([
        name,
        workload,
        frames,
        order,
        occupancy,
        settling,
        warmUp,
        sample,
        samples,
      ]);
      add(ours, name, found.samples);
      failed.set(name, found.failed);
      if (programs === undefined || inC === undefined || workload === 'dma') continue;
      const args = [workload, frames, order, occupancy, ...inCTimes(times)];
      add(theirs, name, await programs.run(inC, args));
    }
  }
  return subjects.map(({ name }) => ({
    workload,
    frames,
    order,
    occupancy,
    allocator: name,
    ...compared(ours.get(name)!, theirs.get(name), workload === 'fail'),
    failed: failed.get(name)!,
  }));
}

async function measureWorkers(
  planned: readonly PlannedWorkers[],
  rounds: number,
  times: SamplingTimes,
  programs: CPrograms | undefined,
  begin: Progress,
): Promise<WorkersResult[]> {
  const results: WorkersResult[] = [];
  const sample = 3 * times.sample;
  for (const { workers, frames, order } of planned) {
    begin(`workers ${sizeText(frames)}, order ${order}: ${workers}`);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const cell = ['tree', 'workers', frames, order, 0.5, times.settling, times.warmUp, sample, workers];
      ours.push((await inProcess<{ samples: number[] }>(cell)).samples[0]!);
      if (programs === undefined) continue;
      const args = ['churn', frames, order, 0.5, times.settling, 20, sample, 1, workers];
      theirs.push((await programs.run(['tree.c', '-DTHREADS', '-pthread'], args))[0]!);
    }
    results.push({ workers, frames, order, ...compared(ours, theirs) });
  }
  return results;
}

async function measureMetadata(
  subjects: readonly Subject[],
  quick: boolean,
  begin: Progress,
): Promise<MetadataResult[]> {
  const results: MetadataResult[] = [];
  const frames = quick ? DESCRIBED / 4 : DESCRIBED;
  for (const { name } of subjects) {
    begin(`metadata: ${name}`);
    results.push({ allocator: name, ...(await inProcess<Metadata>([name, 'metadata', frames])) });
  }
  return results;
}

async function measureFragmentations(
  planned: readonly PlannedFragmentation[],
  quick: boolean,
  begin: Progress,
): Promise<FragmentationRow[]> {
  const results: FragmentationRow[] = [];
  const frames = quick ? FRAGMENTED_QUICK : FRAGMENTED;
  for (const { workload, occupancy, subject } of planned) {
    begin(`${workload} ${occupancy * 100} %: ${subject.name}`);
    const found = await inProcess<FragmentationResult>([subject.name, workload, frames, occupancy]);
    const { looks, ...rest } = found;
    results.push({
      allocator: subject.name,
      workload,
      frames: rest.guest?.frames ?? frames,
      occupancy,
      ...rest,
      series: seriesOf(looks),
    });
  }
  return results;
}
