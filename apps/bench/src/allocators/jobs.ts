/** What a process of its own can be asked to do. */

import { FIRST_FRAME } from './measured-allocator.ts';
import { measureMetadata } from './metadata.ts';
import { SAMPLING } from './sampling.ts';
import { subjectOf } from './subjects.ts';
import { measureCell, WORKLOADS, type Workload } from './workloads.ts';

const isWorkload = (text: string): text is Workload => (WORKLOADS as readonly string[]).includes(text);

/**
 * @param args as the command line has them
 * @returns what is printed as JSON
 * @throws Error for a job that there is not, or that fails
 */
export async function runJob(args: readonly string[]): Promise<unknown> {
  const [name = '', job = '', ...rest] = args;
  const subject = subjectOf(name);
  const [frames = Number.NaN, ...more] = rest.map(Number);
  if (!Number.isInteger(frames) || frames < 1 || more.some(Number.isNaN)) {
    throw new Error(`not a cell: ${args.join(' ')}`);
  }
  const create = await subject.load();
  if (isWorkload(job)) {
    const [
      order = 0,
      occupancy = 0.5,
      settling = SAMPLING.settling,
      warmUp = SAMPLING.warmUp,
      sample = SAMPLING.sample,
      samples = SAMPLING.samples,
    ] = more;
    return measureCell(
      create({ base: FIRST_FRAME, count: frames }),
      { workload: job, frames, order, occupancy },
      { settling, warmUp, sample, samples },
    );
  }
  const [occupancy = 0.5] = more;
  if (job === 'metadata') return measureMetadata(create, frames);
  if (job === 'workers') {
    const [
      order = 0,
      share = 0.5,
      settling = SAMPLING.settling,
      warmUp = SAMPLING.warmUp,
      sample = SAMPLING.sample,
      workers = 1,
    ] = more;
    const { measureWorkers } = await import('./workers.ts');
    return measureWorkers({ frames, order, occupancy: share, workers }, { settling, warmUp, sample });
  }
  const { measureLifetimes, measureUniform, replayGuest } = await import('./fragmentation.ts');
  switch (job) {
    case 'uniform':
      return measureUniform(create, frames, occupancy);
    case 'lifetimes':
      return measureLifetimes(create, frames, occupancy);
    case 'guest':
      return replayGuest(create, occupancy);
    default:
      throw new Error(`no workload '${job}'`);
  }
}
