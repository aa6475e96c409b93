/**
 * One measurement in a process of its own, for `armature-bench allocators`; the last line of its output is JSON.
 *
 *     cell ALLOCATOR WORKLOAD FRAMES ORDER OCCUPANCY [SETTLING WARM-UP-MS SAMPLE-MS SAMPLES]
 *     cell tree workers FRAMES ORDER OCCUPANCY [SETTLING WARM-UP-MS SAMPLE-MS WORKERS]
 *     cell ALLOCATOR metadata|uniform|lifetimes|guest FRAMES OCCUPANCY
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { runJob } = await import('./allocators/jobs.ts');
  console.log(JSON.stringify(await runJob(process.argv.slice(2))));
} else {
  const { runWorker } = await import('./allocators/workers.ts');
  runWorker();
}
