/** Where frames of an order come from: which tree a worker reserves, and which child it takes frames of. */
import type { Children } from './children.ts';
import { hintOf } from './children.ts';
import {
  CHILD_FRAMES,
  CHILD_ORDER,
  FREE,
  NO_TREE,
  TREE_FREE,
  TREE_RESERVED,
  type TreeLayout,
  WHOLE,
} from './layout.ts';
import type { Trees } from './trees.ts';

/** Trees that are compared before the best of them is taken. */
const COMPARED = 64;

/** Where the searches of a worker go on. */
export interface Cursors {
  readonly child: number;
  readonly word: number;
  readonly tree: number;
  readonly blocks: number;
  readonly huge: number;
}

export class Placement {
  readonly #children: Children;
  readonly #trees: Trees;
  readonly #treeFrames: number;
  /** Child and word where the last single frame was. */
  child = 0;
  word = 0;
  #tree = 0;
  #blocks = 0;
  #huge = 0;
  /** Whether the last pick left out a tree only because another worker has it. */
  #passedOver = false;

  constructor(layout: TreeLayout, children: Children, trees: Trees) {
    this.#children = children;
    this.#trees = trees;
    this.#treeFrames = CHILD_FRAMES << layout.treeOrder;
  }

  get cursors(): Cursors {
    return { child: this.child, word: this.word, tree: this.#tree, blocks: this.#blocks, huge: this.#huge };
  }

  set cursors({ child, word, tree, blocks, huge }: Cursors) {
    this.child = child;
    this.word = word;
    this.#tree = tree;
    this.#blocks = blocks;
    this.#huge = huge;
  }

  /** Takes one frame. @returns its index, or -1 when none is free */
  single(): number {
    const trees = this.#trees;
    for (;;) {
      const local = trees.local();
      if (local !== NO_TREE && trees.take(local, 1)) return this.singleIn(local);
      const tree = this.#pick(1, 0);
      if (tree < 0) return this.#passedOver ? this.#steal() : -1;
      trees.reserve(tree);
    }
  }

  /**
   * Takes 2^order frames, naturally aligned, order 1 to 8. The tree is not reserved for it: single frames go on where
   * they were, so that they don't break up a tree that still has blocks.
   *
   * @returns the first index, or -1
   */
  block(order: number): number {
    const trees = this.#trees;
    const frames = 1 << order;
    let tree = this.#blocks;
    while (tree >= 0) {
      if (trees.hint(tree) > order && trees.take(tree, frames)) {
        const index = this.#blockIn(tree, order);
        if (index >= 0) {
          this.#blocks = tree;
          return index;
        }
      }
      tree = this.#pick(frames, order);
    }
    return this.#passedOver ? this.#stealBlock(order) : -1;
  }

  /** Takes a whole child. @returns its first index, or -1 */
  huge(): number {
    const trees = this.#trees;
    for (let step = 0, tree = this.#huge; step < trees.count; step++) {
      if (trees.hint(tree) >= WHOLE && trees.take(tree, CHILD_FRAMES)) {
        const index = this.#wholeIn(tree);
        if (index >= 0) {
          this.#huge = tree;
          return index;
        }
      }
      if (++tree === trees.count) tree = 0;
    }
    return -1;
  }

  /**
   * Takes single frames until `out` is full or none is left.
   *
   * @param origin is added to each index
   * @returns how many
   */
  many(out: Int32Array, origin: number): number {
    const trees = this.#trees;
    let slot = 0;
    while (slot < out.length) {
      const local = trees.local();
      const free = local === NO_TREE ? 0 : trees.word(local) & TREE_FREE;
      const some = Math.min(free, out.length - slot);
      if (some > 0 && trees.take(local, some)) {
        for (const end = slot + some; slot < end; ) {
          const child = this.#singleChild(local);
          if (child >= 0) slot += this.#children.takeMany(child, end - slot, out, slot, origin);
        }
      }
      if (some > 0) continue;
      const tree = this.#pick(1, 0);
      if (tree >= 0) {
        trees.reserve(tree);
        continue;
      }
      const index = this.#passedOver ? this.#steal() : -1;
      if (index < 0) break;
      out[slot++] = origin + index;
    }
    return slot;
  }

  /** With the right to a frame of the tree: takes it. There is one, though others may move it about. */
  singleIn(tree: number): number {
    for (;;) {
      const child = this.#singleChild(tree);
      if (child < 0) continue;
      const index = this.#children.takeSingle(child, this.word);
      if (index >= 0) {
        this.word = (index >>> 5) & 15;
        return index;
      }
    }
  }

  /** The child of a tree to take single frames of: the one before, or else one in part used, or else a free one. */
  #singleChild(tree: number): number {
    const trees = this.#trees;
    const before = this.child;
    if (before >>> trees.shift === tree && this.#children.free(before) !== 0) return before;
    const end = trees.endChild(tree);
    let best = -1;
    let least = CHILD_FRAMES + 1;
    for (let child = trees.firstChild(tree); child < end; child++) {
      const free = this.#children.free(child);
      if (free === 0 || free >= least) continue;
      least = free;
      best = child;
    }
    if (best >= 0) {
      this.child = best;
      this.word = 0;
    }
    return best;
  }

  /** With the right to the frames: takes a block of the tree, or gives the right back and lowers the hint. */
  #blockIn(tree: number, order: number): number {
    const trees = this.#trees;
    const frames = 1 << order;
    const end = trees.endChild(tree);
    let free = -1;
    for (let child = trees.firstChild(tree); child < end; child++) {
      const entry = this.#children.entry(child);
      if ((entry & FREE) < frames || hintOf(entry) <= order) continue;
      if ((entry & FREE) === CHILD_FRAMES) {
        if (free < 0) free = child;
        continue;
      }
      const index = this.#tryBlock(child, order);
      if (index >= 0) return index;
    }
    if (free >= 0) {
      const index = this.#tryBlock(free, order);
      if (index >= 0) return index;
    }
    trees.give(tree, frames);
    trees.lower(tree);
    return -1;
  }

  #tryBlock(child: number, order: number): number {
    const index = this.#children.takeBlock(child, order);
    if (index < 0 && order > 5) {
      // Words that were taken and put back may have raised the child's hint.
      this.#trees.raise(child, this.#children.hintNow(child));
    }
    return index;
  }

  /** With the right to a child's frames: takes a free child of the tree, or gives the right back and lowers the hint. */
  #wholeIn(tree: number): number {
    const trees = this.#trees;
    const end = trees.endChild(tree);
    for (let child = trees.firstChild(tree); child < end; child++) {
      if (this.#children.free(child) === CHILD_FRAMES && this.#children.takeWhole(child, false)) {
        return child << CHILD_ORDER;
      }
    }
    trees.give(tree, CHILD_FRAMES);
    trees.lower(tree);
    return -1;
  }

  /**
   * The tree to reserve for blocks of an order: of those nobody has reserved, rather one in part used than a free one,
   * and rather one that will last. -1 when there is none.
   */
  #pick(frames: number, order: number): number {
    const trees = this.#trees;
    const { count } = trees;
    // Single frames have had all of the worker's own tree.
    const own = order === 0 ? NO_TREE : trees.local();
    this.#passedOver = false;
    let best = -1;
    let bestScore = -1;
    let compared = 0;
    for (let step = 0, tree = this.#tree; step < count; step++) {
      if (++tree >= count) tree = 0;
      if (order > 0 && trees.hint(tree) <= order) continue;
      const word = trees.word(tree);
      const free = word & TREE_FREE;
      if (free < frames) continue;
      if ((word & TREE_RESERVED) !== 0 && tree !== own) {
        this.#passedOver = true;
        continue;
      }
      const score = free === this.#treeFrames ? 0 : this.#treeFrames - free;
      if (score > bestScore) {
        best = tree;
        bestScore = score;
      }
      if (++compared === COMPARED) break;
    }
    if (best >= 0 && order === 0) this.#tree = best;
    return best;
  }

  /** Takes one frame of a tree that another worker has reserved. */
  #steal(): number {
    const trees = this.#trees;
    for (let tree = 0; tree < trees.count; tree++) {
      if (trees.take(tree, 1)) return this.singleIn(tree);
    }
    return -1;
  }

  #stealBlock(order: number): number {
    const trees = this.#trees;
    for (let tree = 0; tree < trees.count; tree++) {
      if (trees.hint(tree) <= order || !trees.take(tree, 1 << order)) continue;
      const index = this.#blockIn(tree, order);
      if (index >= 0) return index;
    }
    return -1;
  }
}
