import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { TreeAllocator } from '../src/tree-allocator.ts';
import type { HammerReport, HammerTask } from './hammer.ts';

const BASE = 0x4_0003;
function hammer(task: HammerTask): Promise<HammerReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('hammer.ts', import.meta.url), {
      execArgv: ['--import', new URL('../../../tooling/sources.mjs', import.meta.url).href],
      workerData: task,
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe.each([
  { workers: 1, count: 5000, treeChildren: 2, steps: 40_000 },
  { workers: 2, count: 5000, treeChildren: 1, steps: 40_000 },
  { workers: 2, count: 1100, treeChildren: 2, steps: 40_000 },
  { workers: 4, count: 3000, treeChildren: 1, steps: 20_000 },
  { workers: 4, count: 200_000, treeChildren: 32, steps: 20_000 },
])('$workers workers, $count frames, trees of $treeChildren', ({ workers, count, treeChildren, steps }) => {
  test('no frame is handed out twice, and nothing is lost', async () => {
    const allocator = new TreeAllocator({ base: BASE, count, workers: Math.max(workers, 2), treeChildren });
    allocator.reserve(BASE + 100, 3, 'hole');
    const owners = new SharedArrayBuffer(count * 4);
    const start = new SharedArrayBuffer(4);
    const tasks = Array.from({ length: workers }, (_, worker) =>
      hammer({ memory: allocator.memory!, worker, workers, owners, start, steps, base: BASE }),
    );
    const reports = await Promise.all(tasks);
    expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
    expect(allocator.validate()).toEqual([]);
    const held = reports.reduce((sum, report) => sum + report.held, 0);
    expect(allocator.stats()).toMatchObject({ used: held, free: count - held - 3, reserved: 3 });
    expect(new Int32Array(owners).filter((owner) => owner !== 0).length).toBe(held);
    const { allocations, frees } = allocator.stats();
    expect(allocations - frees).toBe(reports.reduce((sum, report) => sum + report.runs, 0));
    // Every worker gives back all that it holds: then all memory is one piece again.
    for (const { left } of reports)
      for (const [frame, frames] of left) expect(allocator.freeRun(frame, frames)).toBe(0);
    expect(allocator.validate()).toEqual([]);
    expect(allocator.stats().free).toBe(count - 3);
    for (let worker = 0; worker < workers; worker++)
      TreeAllocator.attach(allocator.memory!, { worker }).drain();
    expect(allocator.allocRun(count - 103)).toBe(BASE + 103);
  });
});
