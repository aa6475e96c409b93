/** The functions of `operations.ts`, made for one allocator and one worker. */
import { type TreeLayout, WORKER_COUNTERS, WORKER_WORDS } from '../layout.ts';
import type { AccessKind, AtomicSteps } from './access.ts';
import { CONSTANTS, type Operations, operations } from './operations.ts';

const modules = new Map<AccessKind, WebAssembly.Module>();

function valuesOf(layout: TreeLayout, worker: number): Record<(typeof CONSTANTS)[number] | 'counters', number> {
  return {
    entries: layout.childrenAt * 4,
    busy: layout.busyAt * 4,
    inside: layout.insideAt * 4,
    trees: layout.treesAt * 4,
    hints: layout.hintsAt * 4,
    base: layout.base,
    origin: layout.origin,
    originOfBytes: (layout.origin - layout.busyAt * 32) | 0,
    first: layout.base - layout.origin,
    counters: (layout.workersAt + worker * WORKER_WORDS + WORKER_COUNTERS) * 4,
    frames: layout.count,
    childCount: layout.childCount,
    treeCount: layout.treeCount,
    treeOrder: layout.treeOrder,
  };
}

/**
 * @param host the memory, and for the kind `hosted` the functions `load`, `swap` and `count`
 * @returns the functions; with the kind `atomic` also the {@link AtomicSteps}
 */
export function instantiate(
  kind: AccessKind,
  layout: TreeLayout,
  worker: number,
  host: Readonly<Record<string, WebAssembly.ImportValue>>,
): Operations & AtomicSteps {
  let module = modules.get(kind);
  if (module === undefined) {
    module = new WebAssembly.Module(operations(kind));
    modules.set(kind, module);
  }
  const { exports } = new WebAssembly.Instance(module, { host: { ...host, ...valuesOf(layout, worker) } });
  // Functions of a plain object are called faster than those of a module's exports.
  return { ...exports } as unknown as Operations & AtomicSteps;
}
