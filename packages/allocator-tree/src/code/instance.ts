/** The functions of `operations.ts`, made for one allocator and one worker. */
import type { TreeLayout } from '../layout.ts';
import type { AccessKind, AtomicSteps } from './access.ts';
import { CONSTANTS, type Operations, operations } from './operations.ts';

const modules = new Map<AccessKind, WebAssembly.Module>();

function valuesOf(layout: TreeLayout): Record<(typeof CONSTANTS)[number], number> {
  return {
    entries: layout.childrenAt * 4,
    busy: layout.busyAt * 4,
    inside: layout.insideAt * 4,
    trees: layout.treesAt * 4,
    hints: layout.hintsAt * 4,
    origin: layout.origin,
    first: layout.base - layout.origin,
    count: layout.count,
    childCount: layout.childCount,
    treeCount: layout.treeCount,
    treeOrder: layout.treeOrder,
  };
}

/**
 * @param host the memory, and for the kind `hosted` the functions `load` and `swap`
 * @returns the functions; with the kind `atomic` also the {@link AtomicSteps}
 */
export function instantiate(
  kind: AccessKind,
  layout: TreeLayout,
  host: Readonly<Record<string, WebAssembly.ImportValue>>,
): Operations & AtomicSteps {
  let module = modules.get(kind);
  if (module === undefined) {
    module = new WebAssembly.Module(operations(kind));
    modules.set(kind, module);
  }
  const { exports } = new WebAssembly.Instance(module, { host: { ...host, ...valuesOf(layout) } });
  return exports as unknown as Operations & AtomicSteps;
}
