/**
 * The upper level: trees of children, each with the number of its free frames, and for each worker the tree that it
 * has reserved, with the number of frames it holds there.
 *
 * A frame is taken from the top down (tree or local word, child, bits) and freed from the bottom up. So the children
 * of a tree have at least as many free frames as its word, the locals on it, and all rights taken from them together.
 *
 * A tree's hint is at least the hints of its children: whoever raises a child's hint raises the tree's after it, and
 * whoever lowers a tree's looks at the children again after it.
 */
import type { Cells } from './cells.ts';
import type { Children } from './children.ts';
import {
  LOCAL_FREE,
  LOCAL_SHIFT,
  NO_TREE,
  TREE_FREE,
  TREE_RESERVED,
  type TreeLayout,
  WHOLE,
  WORKER_WORDS,
} from './layout.ts';
import { largestOrder } from './words.ts';

export class Trees {
  readonly count: number;
  readonly shift: number;
  readonly #cells: Cells;
  readonly #words: Int32Array;
  readonly #children: Children;
  /** Where tree words, hints and local words begin, and where this worker's local word is. */
  readonly #treeWords: number;
  readonly #hints: number;
  readonly #locals: number;
  readonly #local: number;
  readonly #workers: number;

  constructor(cells: Cells, layout: TreeLayout, worker: number, children: Children) {
    this.count = layout.treeCount;
    this.shift = layout.treeOrder;
    this.#cells = cells;
    this.#words = cells.words;
    this.#children = children;
    this.#treeWords = layout.treesAt;
    this.#hints = layout.hintsAt;
    this.#locals = layout.workersAt;
    this.#local = layout.workersAt + worker * WORKER_WORDS;
    this.#workers = layout.workers;
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

  /** The worker's local word. */
  local(): number {
    return this.#words[this.#local]!;
  }

  /** Takes frames from the local word as it was read. @returns whether it was still that */
  takeLocal(local: number, frames: number): boolean {
    return this.#cells.swap(this.#local, local, local - frames);
  }

  /** Returns frames to whoever holds the tree. */
  give(tree: number, frames: number): void {
    const cells = this.#cells;
    for (;;) {
      const local = this.#words[this.#local]!;
      if (local === NO_TREE || local >>> LOCAL_SHIFT !== tree) break;
      if (cells.swap(this.#local, local, local + frames)) return;
    }
    cells.add(this.#treeWords + tree, frames);
  }

  /** Moves what others have freed in the worker's tree into its local word. @returns whether there was anything */
  sync(local: number): boolean {
    if (local === NO_TREE) return false;
    const tree = local >>> LOCAL_SHIFT;
    const at = this.#treeWords + tree;
    for (;;) {
      const word = this.#words[at]!;
      if ((word & TREE_FREE) === 0) return false;
      if (!this.#cells.swap(at, word, word & ~TREE_FREE)) continue;
      this.give(tree, word & TREE_FREE);
      return true;
    }
  }

  /** Makes a tree the worker's, when nobody has it, and gives back the one before. @returns whether it did */
  reserve(tree: number): boolean {
    const word = this.word(tree);
    if ((word & TREE_RESERVED) !== 0) return false;
    if (!this.#cells.swap(this.#treeWords + tree, word, TREE_RESERVED)) return false;
    this.#swapLocal((tree << LOCAL_SHIFT) | (word & TREE_FREE));
    return true;
  }

  /** Gives the worker's tree back. */
  release(): void {
    this.#swapLocal(NO_TREE);
  }

  /**
   * Takes the right to frames of a tree from wherever they are held.
   *
   * @returns whether all were found
   */
  take(tree: number, frames: number): boolean {
    let missing = frames - this.#takeWord(tree, frames);
    for (let worker = 0; missing > 0 && worker < this.#workers; worker++) {
      missing -= this.#takeLocalOf(worker, tree, missing);
    }
    if (missing === 0) return true;
    if (missing < frames) this.give(tree, frames - missing);
    return false;
  }

  /** Frames of a tree that are free, with those that workers hold. */
  freeFrames(tree: number): number {
    let frames = this.word(tree) & TREE_FREE;
    for (let worker = 0; worker < this.#workers; worker++) {
      const local = this.#words[this.#locals + worker * WORKER_WORDS]!;
      if (local !== NO_TREE && local >>> LOCAL_SHIFT === tree) frames += local & LOCAL_FREE;
    }
    return frames;
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
    const cells = this.#cells;
    const old = cells.exchange(this.#local, next);
    if (old === NO_TREE) return;
    const at = this.#treeWords + (old >>> LOCAL_SHIFT);
    for (;;) {
      const word = this.#words[at]!;
      if (cells.swap(at, word, (word & ~TREE_RESERVED) + (old & LOCAL_FREE))) return;
    }
  }

  /** Takes up to `most` frames that nobody holds. @returns how many */
  #takeWord(tree: number, most: number): number {
    const at = this.#treeWords + tree;
    for (;;) {
      const word = this.#words[at]!;
      const some = Math.min(word & TREE_FREE, most);
      if (some === 0 || this.#cells.swap(at, word, word - some)) return some;
    }
  }

  /** Takes up to `most` frames that a worker holds in a tree. @returns how many */
  #takeLocalOf(worker: number, tree: number, most: number): number {
    const at = this.#locals + worker * WORKER_WORDS;
    for (;;) {
      const local = this.#words[at]!;
      if (local === NO_TREE || local >>> LOCAL_SHIFT !== tree) return 0;
      const some = Math.min(local & LOCAL_FREE, most);
      if (some === 0 || this.#cells.swap(at, local, local - some)) return some;
    }
  }
}
