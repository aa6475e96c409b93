/** Where frames of an order come from: which tree a worker reserves, and which child it takes frames of. */
import type { Children } from './children.ts';
import { hintOf } from './children.ts';
import type { Operations } from './code/operations.ts';
import { CURSOR } from './code/scope.ts';
import { CHILD_FRAMES, CHILD_ORDER, CHILD_WORDS, type TreeLayout } from './layout.ts';
import type { SingleBatch } from './single-batch.ts';
import type { Trees } from './trees.ts';

/** Child of a worker that has none. */
export const NO_CHILD = -1;
/** Order of the blocks that a word of 32 frames has. */
const WORD_ORDER = 5;

/** Where the searches of a worker go on. */
export interface Cursors {
  /** Child and word of the last single frame. */
  readonly child: number;
  readonly word: number;
  /** Tree of the last single frame. */
  readonly tree: number;
  /** Child and word of the last block. */
  readonly blockChild: number;
  readonly blockWord: number;
  /** Child behind the last whole child. */
  readonly huge: number;
}

export const FIRST_CURSORS: Cursors = {
  child: NO_CHILD,
  word: 0,
  tree: 0,
  blockChild: 0,
  blockWord: 0,
  huge: 0,
};

export class Placement {
  readonly #children: Children;
  readonly #trees: Trees;
  readonly #operations: Operations;
  readonly #alone: boolean;

  constructor(layout: TreeLayout, operations: Operations, children: Children, trees: Trees) {
    this.#alone = layout.workers === 1;
    this.#operations = operations;
    this.#children = children;
    this.#trees = trees;
    this.cursors = FIRST_CURSORS;
  }

  get cursors(): Cursors {
    const operations = this.#operations;
    return {
      child: operations.cursor(CURSOR.child),
      word: operations.cursor(CURSOR.word),
      tree: operations.cursor(CURSOR.tree),
      blockChild: operations.cursor(CURSOR.blockChild),
      blockWord: operations.cursor(CURSOR.blockWord),
      huge: operations.cursor(CURSOR.whole),
    };
  }

  set cursors({ child, word, tree, blockChild, blockWord, huge }: Cursors) {
    this.#operations.seek(child, word, tree, huge);
    this.#operations.seekBlocks(blockChild, blockWord);
  }

  /** Gives the worker's tree back. */
  release(): void {
    const operations = this.#operations;
    operations.seek(NO_CHILD, 0, operations.cursor(CURSOR.tree), operations.cursor(CURSOR.whole));
    this.#trees.release();
  }

  /** Takes one frame after a search found none. @returns its index, or -1 when none is free */
  single(): number {
    const operations = this.#operations;
    for (;;) {
      const stolen = operations.cursor(CURSOR.passedOver) !== 0 ? this.#steal() : -1;
      if (stolen >= 0 || !this.#mayHave(0)) return stolen;
      while (operations.nextChild() !== 0) {
        const index = this.#children.takeSingle(operations.cursor(CURSOR.child));
        if (index >= 0) return index;
      }
    }
  }

  /** Takes a whole child after a search found none, and counts it. @returns its first frame, or -1 */
  whole(): number {
    while (this.#mayHave(CHILD_ORDER)) {
      const frame = this.#operations.takeWhole();
      if (frame >= 0) return frame;
    }
    return -1;
  }

  /**
   * Takes 2^order frames, naturally aligned, order 1 to 8. The tree is not reserved for it: single frames go on where
   * they were, so that they don't break up a tree that still has blocks.
   *
   * @returns the first index, or -1
   */
  block(order: number): number {
    const operations = this.#operations;
    for (;;) {
      while (operations.seekBlock(order) !== 0) {
        const index = this.#tryBlock(order);
        if (index >= 0) return index;
      }
      const stolen = this.#operations.cursor(CURSOR.passedOver) !== 0 ? this.#stealBlock(order) : -1;
      if (stolen >= 0 || !this.#mayHave(order)) return stolen;
    }
  }

  /** As {@link block} after a search found none. */
  blockAgain(order: number): number {
    const stolen = this.#operations.cursor(CURSOR.passedOver) !== 0 ? this.#stealBlock(order) : -1;
    return stolen >= 0 || !this.#mayHave(order) ? stolen : this.block(order);
  }

  /**
   * Takes single frames until `out` is full or none is left.
   *
   * @param origin is added to each index
   * @returns how many
   */
  many(batch: SingleBatch, out: Int32Array, origin: number): number {
    for (let slot = 0; ; ) {
      slot += batch.take(out, slot);
      if (slot === out.length) return slot;
      const index = this.#operations.cursor(CURSOR.passedOver) !== 0 ? this.#steal() : -1;
      if (index >= 0) out[slot++] = origin + index;
      else if (!this.#mayHave(0)) return slot;
    }
  }

  /**
   * Whether a search that found nothing should be made again: it has lowered all hints, so one that is high again tells
   * that another worker has freed something where it had looked before.
   */
  #mayHave(order: number): boolean {
    return !this.#alone && this.#operations.nextTree(0, order) >= 0;
  }

  /** The child of a tree to take single frames of: rather one in part used than a free one. */
  #singleChild(tree: number): number {
    const trees = this.#trees;
    const end = trees.endChild(tree);
    let best = NO_CHILD;
    let least = CHILD_FRAMES + 1;
    for (let child = trees.firstChild(tree); child < end; child++) {
      const free = this.#children.free(child);
      if (free === 0 || free >= least) continue;
      least = free;
      best = child;
    }
    return best;
  }

  /** Takes a block of the child where blocks are taken. @returns the first index, or -1 */
  #tryBlock(order: number): number {
    const operations = this.#operations;
    if (order > WORD_ORDER) {
      const child = operations.cursor(CURSOR.blockChild);
      const index = this.#children.takeWords(child, order);
      // Words that were taken and put back may have raised the child's hint.
      if (index < 0) this.#trees.raise(child, this.#children.hintNow(child));
      return index;
    }
    return operations.takeBlockHere(order);
  }

  /** Takes one frame of a tree that another worker has reserved. @returns its index, or -1 */
  #steal(): number {
    const trees = this.#trees;
    const operations = this.#operations;
    for (let tree = operations.nextTree(0, 0); tree >= 0; tree = operations.nextTree(tree + 1, 0)) {
      for (;;) {
        const child = this.#singleChild(tree);
        if (child < 0) break;
        const index = this.#children.takeSingle(child);
        if (index >= 0) return index;
      }
      trees.lower(tree);
    }
    return -1;
  }

  #stealBlock(order: number): number {
    const trees = this.#trees;
    const operations = this.#operations;
    for (let tree = operations.nextTree(0, order); tree >= 0; tree = operations.nextTree(tree + 1, order)) {
      const end = trees.endChild(tree);
      for (let child = trees.firstChild(tree); child < end; child++) {
        if (hintOf(this.#children.entry(child)) <= order) continue;
        operations.seekBlocks(child, 0);
        const index = this.#tryBlock(order);
        if (index >= 0) return index;
      }
      trees.lower(tree);
    }
    return -1;
  }
}

/** Whether a value is where a worker's searches may go on. */
export function areCursors(value: unknown, { childCount, treeCount }: TreeLayout): value is Cursors {
  if (typeof value !== 'object' || value === null) return false;
  const { child, word, tree, blockChild, blockWord, huge } = value as Record<string, unknown>;
  const within = (each: unknown, from: number, bound: number): boolean =>
    Number.isInteger(each) && (each as number) >= from && (each as number) < bound;
  return (
    within(child, NO_CHILD, childCount) &&
    within(word, 0, CHILD_WORDS) &&
    within(tree, 0, treeCount) &&
    within(blockChild, 0, childCount) &&
    within(blockWord, 0, CHILD_WORDS) &&
    within(huge, 0, childCount + 1)
  );
}
