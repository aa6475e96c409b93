/**
 * The upper level: trees of children, each with the number of its free frames, and for each worker the tree that it
 * has reserved, which the others leave alone while there are more.
 *
 * A frame is taken from the top down (tree, child, bits) and freed from the bottom up. So the children of a tree have
 * at least as many free frames as its word and all rights taken from it together. A reservation is a mark: the number
 * of free frames stays in the tree's word. Were it moved to the worker, another could find it in neither place and
 * give up while frames are free.
 *
 * A tree's hint is at least the hints of its children: whoever raises a child's hint raises the tree's after it, and
 * whoever lowers a tree's looks at the children again after it.
 */
import type { Cells } from './cells.ts';
import type { Children } from './children.ts';
import { NO_TREE, TREE_FREE, TREE_RESERVED, type TreeLayout, WHOLE, WORKER_WORDS } from './layout.ts';
import { largestOrder } from './words.ts';

export class Trees {
  readonly count: number;
  readonly shift: number;
  readonly #cells: Cells;
  readonly #words: Int32Array;
  readonly #children: Children;
  /** Where tree words and hints begin, and where this worker's local word is. */
  readonly #treeWords: number;
  readonly #hints: number;
  readonly #local: number;

  constructor(cells: Cells, layout: TreeLayout, worker: number, children: Children) {
    this.count = layout.treeCount;
    this.shift = layout.treeOrder;
    this.#cells = cells;
    this.#words = cells.words;
    this.#children = children;
    this.#treeWords = layout.treesAt;
    this.#hints = layout.hintsAt;
    this.#local = layout.workersAt + worker * WORKER_WORDS;
  }

  word(tree: number): number {
    return this.#words[this.#treeWords + tree]!;
  }

  hint(tree: number): number {
    return this.#words[this.#hints + tree]!;
  }

  /** First child of a tree. */
  firstChild(tree: number): number {
    return tree << this.shift;
  }

  /** One past the last child of a tree. */
  endChild(tree: number): number {
    return Math.min((tree + 1) << this.shift, this.#children.count);
  }

  /** The tree that the worker has reserved, or -1. */
  local(): number {
    return this.#words[this.#local]!;
  }

  /** Takes the right to frames of a tree. @returns whether there were so many */
  take(tree: number, frames: number): boolean {
    const at = this.#treeWords + tree;
    for (;;) {
      const word = this.#words[at]!;
      if ((word & TREE_FREE) < frames) return false;
      if (this.#cells.swap(at, word, word - frames)) return true;
    }
  }

  /** Counts frames of a tree as free. */
  give(tree: number, frames: number): void {
    this.#cells.add(this.#treeWords + tree, frames);
  }

  /** Makes a tree the worker's, when nobody has it, and gives back the one before. @returns whether it did */
  reserve(tree: number): boolean {
    const word = this.word(tree);
    if ((word & TREE_RESERVED) !== 0) return false;
    if (!this.#cells.swap(this.#treeWords + tree, word, word | TREE_RESERVED)) return false;
    this.#swapLocal(tree);
    return true;
  }

  /** Gives the worker's tree back. */
  release(): void {
    this.#swapLocal(NO_TREE);
  }

  /** Raises a tree's hint after a child's rose to `hint`. */
  raise(child: number, hint: number): void {
    this.#raiseTo(child >>> this.shift, hint === WHOLE ? this.#hintAround(child) : hint);
  }

  /** Lowers a tree's hint to what its children say. */
  lower(tree: number): void {
    const before = this.hint(tree);
    const hint = this.hintByChildren(tree);
    if (hint < before && this.#cells.swap(this.#hints + tree, before, hint)) {
      // A child may have risen after it was looked at, and before the tree's hint fell.
      this.#raiseTo(tree, this.hintByChildren(tree));
    }
  }

  /** What the hint of a tree must at least be: one more than the largest order that its children may have free. */
  hintByChildren(tree: number): number {
    const first = this.firstChild(tree);
    const end = this.endChild(tree);
    let hint = 0;
    let whole = 0;
    for (let child = first; child < end; child++) {
      const found = this.#children.hintNow(child);
      if (found === WHOLE) whole |= 1 << (child - first);
      else hint = Math.max(hint, found);
    }
    return whole === 0 ? hint : WHOLE + largestOrder(~whole);
  }

  /** The hint that the free children around a free child ask for. */
  #hintAround(child: number): number {
    let hint = WHOLE;
    for (let order = 1; order <= this.shift; order++) {
      const first = child & -(1 << order);
      const end = first + (1 << order);
      if (end > this.#children.count) break;
      for (let each = first; each < end; each++) {
        if (this.#children.hintNow(each) !== WHOLE) return hint;
      }
      hint++;
    }
    return hint;
  }

  #raiseTo(tree: number, hint: number): void {
    const at = this.#hints + tree;
    for (;;) {
      const before = this.#cells.loadNow(at);
      if (before >= hint || this.#cells.swap(at, before, hint)) return;
    }
  }

  #swapLocal(next: number): void {
    const old = this.#cells.exchange(this.#local, next);
    if (old !== NO_TREE) this.#cells.and(this.#treeWords + old, ~TREE_RESERVED);
  }
}
