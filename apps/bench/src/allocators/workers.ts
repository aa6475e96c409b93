/** Several workers on one tree allocator, each with blocks of its own; `harness.h` with -DTHREADS does the same in C. */
import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { TreeAllocator } from '@armature/allocator-tree';
import { FIRST_FRAME } from './measured-allocator.ts';
import { randomOf } from './random.ts';
import { clock, isProcessorTime, type SamplingTimes } from './sampling.ts';
import { type Cell, churnWork, occupy, picksOf, settle } from './workloads.ts';

export interface WorkersCell extends Omit<Cell, 'workload'> {
  readonly workers: number;
}

/** What a worker is given. */
interface Share {
  readonly memory: WebAssembly.Memory;
  readonly worker: number;
  readonly held: Int32Array;
  readonly order: number;
  readonly settling: number;
  readonly warmUp: number;
  /** Workers that are warm, and the phase: 0 warming up, 1 measured, 2 over. */
  readonly signals: Int32Array;
}

/** What a worker answers. */
interface Answer {
  readonly operations: number;
  /** Milliseconds by {@link clock}. */
  readonly time: number;
  readonly failures: number;
}

const [READY, PHASE] = [0, 1];

/**
 * Million operations a second of all workers together; each is a thread, also when there is one. A second is one of
 * processor time, of as many processors as there are for them: on an idle host the same as of the clock on the wall.
 */
export async function measureWorkers(
  { frames, order, occupancy, workers }: WorkersCell,
  { settling, warmUp, sample }: Omit<SamplingTimes, 'samples'>,
): Promise<{ readonly samples: readonly number[] }> {
  const allocator = new TreeAllocator({ base: FIRST_FRAME, count: frames, workers: Math.max(2, workers) });
  const held = occupy(allocator, order, occupancy, randomOf());
  allocator.drain();
  const share = Math.floor(held.length / workers);
  const signals = new Int32Array(new SharedArrayBuffer(8));
  const answers = Array.from({ length: workers }, (_, worker) => {
    const data: Share = {
      memory: allocator.memory!,
      worker,
      held: held.slice(worker * share, (worker + 1) * share),
      order,
      settling: settling / workers,
      warmUp,
      signals,
    };
    const thread = new Worker(workerFile(), { workerData: data });
    return new Promise<Answer>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', (code) => reject(new Error(`worker ${worker} ended with ${code}`)));
    });
  });
  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, milliseconds));
  const over = Promise.all(answers);
  over.catch(() => Atomics.store(signals, PHASE, 2));
  while (Atomics.load(signals, READY) < workers && Atomics.load(signals, PHASE) === 0) await pause(2);
  Atomics.compareExchange(signals, PHASE, 0, 1);
  Atomics.notify(signals, PHASE);
  await pause(sample);
  Atomics.store(signals, PHASE, 2);
  const done = await over;
  const sum = (value: (answer: Answer) => number): number =>
    done.reduce((total, each) => total + value(each), 0);
  const failures = sum((each) => each.failures);
  if (failures > 0) throw new Error(`${failures} operations failed`);
  const processors = isProcessorTime ? Math.min(workers, availableParallelism()) : workers;
  return { samples: [((sum((each) => each.operations) / sum((each) => each.time)) * processors) / 1000] };
}

/** This program's own entry, from sources or built. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../cell.ts' : './cell.js', import.meta.url);
}

/** The thread of a worker. */
export function runWorker(): void {
  const { memory, worker, held, order, settling, warmUp, signals } = workerData as Share;
  const allocator = TreeAllocator.attach(memory, { worker });
  const work = churnWork(allocator, held, picksOf(held.length, randomOf()), order);
  settle(work, settling);
  for (const from = clock(); clock() - from < warmUp; ) work.portion();
  Atomics.add(signals, READY, 1);
  Atomics.wait(signals, PHASE, 0);
  let operations = 0;
  const from = clock();
  while (Atomics.load(signals, PHASE) === 1) operations += work.portion();
  const answer: Answer = { operations, time: clock() - from, failures: work.failures };
  parentPort!.postMessage(answer);
}
