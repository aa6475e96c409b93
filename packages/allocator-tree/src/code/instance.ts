/** The functions of `operations.ts`, made for one allocator and one worker. */
import { ModuleCache } from '@armature/wasm-assembler';
import { batchAt, type TreeLayout, WORKER_COUNTERS, WORKER_OWN, WORKER_WORDS } from '../layout.ts';
import type { AccessKind, AtomicSteps } from './access.ts';
import { type Operations, operations } from './operations.ts';
import type { Geometry } from './scope.ts';

const modules = new ModuleCache();

function geometryOf(layout: TreeLayout, worker: number): Geometry {
  const workerAt = layout.workersAt + worker * WORKER_WORDS;
  return {
    entries: layout.childrenAt * 4,
    longest: layout.longestAt * 4,
    busy: layout.busyAt * 4,
    inside: layout.insideAt * 4,
    trees: layout.treesAt * 4,
    hints: layout.hintsAt * 4,
    counters: (workerAt + WORKER_COUNTERS) * 4,
    local: workerAt * 4,
    batch: batchAt(layout, worker) * 4,
    own: (workerAt + WORKER_OWN) * 4,
    base: layout.base,
    origin: layout.origin,
    frames: layout.count,
    childCount: layout.childCount,
    treeCount: layout.treeCount,
    treeOrder: layout.treeOrder,
  };
}

/**
 * @param host the memory, or for the kind `hosted` the functions that {@link importAccess} imports
 * @returns the functions; with the kind `atomic` also the {@link AtomicSteps}
 */
export function instantiate(
  kind: AccessKind,
  layout: TreeLayout,
  worker: number,
  host: Readonly<Record<string, WebAssembly.ImportValue>>,
): Operations & AtomicSteps {
  const geometry = geometryOf(layout, worker);
  const key = `${kind} ${Object.values(geometry).join()}`;
  return modules.instantiate<Operations & AtomicSteps>(key, () => operations(kind, geometry), host);
}
