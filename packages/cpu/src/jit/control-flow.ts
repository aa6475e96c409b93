import type { Block, Region } from './region.ts';

/**
 * The order and nesting of a region's blocks, from which structured control flow follows.
 *
 * Terms: a block *dominates* another when every path from the entry to the other goes through it; the nearest such
 * block is its parent in the dominator tree; a *merge* block has several forward predecessors; a *loop header* is the
 * target of an edge from a block that it dominates.
 *
 * @see N. Ramsey, Beyond Relooper: Recursive Translation of Unstructured Control Flow to Structured Control Flow, ICFP 2022
 */
export interface ControlFlow {
  /** Blocks, each before those it can reach without going back. */
  readonly order: readonly Block[];
  /** Place of a block, by its first word, in {@link order}. */
  readonly place: ReadonlyMap<number, number>;
  /** Merge blocks by the place of their parent, last one first. */
  readonly merges: ReadonlyMap<number, readonly number[]>;
  readonly isMerge: ReadonlySet<number>;
  readonly isLoopHeader: ReadonlySet<number>;
}

/**
 * Analyses a region. Edges that lead into the middle of a loop are taken out of `successors`: they become exits.
 */
export function analyse(region: Region): ControlFlow {
  for (;;) {
    const order = reversePostorder(region);
    const place = new Map(order.map((block, index) => [block.first, index]));
    const predecessors: number[][] = order.map(() => []);
    for (const [index, block] of order.entries()) {
      for (const successor of block.successors) predecessors[place.get(successor)!].push(index);
    }
    const parents = dominatorTree(predecessors);
    if (cutIrreducible(order, place, parents)) continue;
    const isMerge = new Set<number>();
    const isLoopHeader = new Set<number>();
    const merges = new Map<number, number[]>();
    for (let index = order.length - 1; index > 0; index--) {
      const forward = predecessors[index].filter((from) => from < index).length;
      if (forward < 2) continue;
      isMerge.add(index);
      const siblings = merges.get(parents[index]);
      if (siblings === undefined) merges.set(parents[index], [index]);
      else siblings.push(index);
    }
    for (let index = 0; index < order.length; index++) {
      if (predecessors[index].some((from) => from >= index)) isLoopHeader.add(index);
    }
    return { order, place, merges, isMerge, isLoopHeader };
  }
}

function reversePostorder({ entry, blocks }: Region): Block[] {
  const visited = new Set([entry]);
  const postorder: Block[] = [];
  const stack: { block: Block; next: number }[] = [{ block: blocks.get(entry)!, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const successor = top.block.successors[top.next++];
    if (successor === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (!visited.has(successor)) {
      visited.add(successor);
      stack.push({ block: blocks.get(successor)!, next: 0 });
    }
  }
  return postorder.reverse();
}

/** Parents by place. @see Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm */
function dominatorTree(predecessors: readonly (readonly number[])[]): number[] {
  const parents = predecessors.map(() => -1);
  parents[0] = 0;
  const common = (first: number, second: number): number => {
    let [a, b] = [first, second];
    while (a !== b) {
      while (a > b) a = parents[a];
      while (b > a) b = parents[b];
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = 1; index < predecessors.length; index++) {
      let parent = -1;
      for (const from of predecessors[index]) {
        if (parents[from] === -1) continue;
        parent = parent === -1 ? from : common(from, parent);
      }
      if (parents[index] === parent) continue;
      parents[index] = parent;
      changed = true;
    }
  }
  return parents;
}

/** True when an edge went back to a block that does not dominate its start, and was cut. */
function cutIrreducible(
  order: readonly Block[],
  place: ReadonlyMap<number, number>,
  parents: readonly number[],
): boolean {
  let cut = false;
  for (const [index, block] of order.entries()) {
    const kept = block.successors.filter((successor) => {
      const target = place.get(successor)!;
      if (target > index) return true;
      let at = index;
      while (at > target) at = parents[at];
      return at === target;
    });
    if (kept.length === block.successors.length) continue;
    block.successors = kept;
    cut = true;
  }
  return cut;
}
