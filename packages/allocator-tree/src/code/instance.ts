/** The functions of `operations.ts`, made for one allocator and one worker. */
import { batchAt, type TreeLayout, WORKER_COUNTERS, WORKER_OWN, WORKER_WORDS } from '../layout.ts';
import type { AccessKind, AtomicSteps } from './access.ts';
import { type Operations, operations } from './operations.ts';
import type { Geometry } from './scope.ts';

/** Modules that were made last, by what they were made for. */
const modules = new Map<string, WebAssembly.Module>();
const MOST_MODULES = 16;

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

function moduleFor(kind: AccessKind, geometry: Geometry): WebAssembly.Module {
  const key = `${kind} ${Object.values(geometry).join()}`;
  const module = modules.get(key) ?? new WebAssembly.Module(operations(kind, geometry));
  modules.delete(key);
  modules.set(key, module);
  for (const oldest of modules.keys()) {
    if (modules.size <= MOST_MODULES) break;
    modules.delete(oldest);
  }
  return module;
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
  const { exports } = new WebAssembly.Instance(moduleFor(kind, geometryOf(layout, worker)), { host });
  // Functions of a plain object are called faster than those of a module's exports.
  return { ...exports } as unknown as Operations & AtomicSteps;
}
