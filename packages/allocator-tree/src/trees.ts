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
import { type Children, hintOf } from './children.ts';
import {
  CHILD_FRAMES,
  FREE,
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
  readonly words: Int32Array;
  readonly hints: Int32Array;
  readonly locals: Int32Array;
  readonly shift: number;
  readonly #children: Children;
  readonly #slot: number;
  readonly #workers: number;

  constructor(buffer: ArrayBufferLike, layout: TreeLayout, worker: number, children: Children) {
    this.words = new Int32Array(buffer, layout.treesAt * 4, layout.treeCount);
    this.hints = new Int32Array(buffer, layout.hintsAt * 4, layout.treeCount);
    this.locals = new Int32Array(buffer, layout.workersAt * 4, layout.workers * WORKER_WORDS);
    this.shift = layout.treeOrder;
    this.#children = children;
    this.#slot = worker * WORKER_WORDS;
    this.#workers = layout.workers;
  }

  /** First child of a tree. */
  firstChild(tree: number): number {
    return tree << this.shift;
  }

  /** One past the last child of a tree. */
  endChild(tree: number): number {
    return Math.min((tree + 1) << this.shift, this.#children.entries.length);
  }

  /** The worker's local word. */
  local(): number {
    return Atomics.load(this.locals, this.#slot);
  }

  /** Takes frames from a local word as it was read. @returns whether it was still that */
  takeLocal(local: number, frames: number): boolean {
    return Atomics.compareExchange(this.locals, this.#slot, local, local - frames) === local;
  }

  /** Returns frames to whoever holds the tree. */
  give(tree: number, frames: number): void {
    const { locals } = this;
    let local = Atomics.load(locals, this.#slot);
    while (local !== NO_TREE && local >>> LOCAL_SHIFT === tree) {
      const found = Atomics.compareExchange(locals, this.#slot, local, local + frames);
      if (found === local) return;
      local = found;
    }
    Atomics.add(this.words, tree, frames);
  }

  /** Moves what others have freed in the worker's tree into its local word. @returns whether there was anything */
  sync(local: number): boolean {
    if (local === NO_TREE) return false;
    const { words } = this;
    const tree = local >>> LOCAL_SHIFT;
    let word = Atomics.load(words, tree);
    while ((word & TREE_FREE) !== 0) {
      const found = Atomics.compareExchange(words, tree, word, word & ~TREE_FREE);
      if (found === word) {
        this.give(tree, word & TREE_FREE);
        return true;
      }
      word = found;
    }
    return false;
  }

  /** Makes a tree the worker's, when it is still free, and gives back the one before. @returns whether it did */
  reserve(tree: number): boolean {
    const { words } = this;
    const word = Atomics.load(words, tree);
    if ((word & TREE_RESERVED) !== 0) return false;
    if (Atomics.compareExchange(words, tree, word, TREE_RESERVED) !== word) return false;
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
    let missing = frames - this.#takeFrom(this.words, tree, TREE_FREE, frames);
    for (let worker = 0; worker < this.#workers && missing > 0; worker++) {
      const slot = worker * WORKER_WORDS;
      let local = Atomics.load(this.locals, slot);
      while (local !== NO_TREE && local >>> LOCAL_SHIFT === tree) {
        const some = Math.min(local & LOCAL_FREE, missing);
        if (some === 0) break;
        const found = Atomics.compareExchange(this.locals, slot, local, local - some);
        if (found === local) {
          missing -= some;
          break;
        }
        local = found;
      }
    }
    if (missing === 0) return true;
    if (missing < frames) this.give(tree, frames - missing);
    return false;
  }

  /** Frames of a tree that are free, with those that workers hold. */
  freeFrames(tree: number): number {
    let frames = Atomics.load(this.words, tree) & TREE_FREE;
    for (let worker = 0; worker < this.#workers; worker++) {
      const local = Atomics.load(this.locals, worker * WORKER_WORDS);
      if (local !== NO_TREE && local >>> LOCAL_SHIFT === tree) frames += local & LOCAL_FREE;
    }
    return frames;
  }

  /** Raises a tree's hint after a child's rose to `hint`. */
  raise(child: number, hint: number): void {
    const tree = child >>> this.shift;
    this.#raiseTo(tree, hint === WHOLE ? this.#hintAround(child) : hint);
  }

  /** Lowers a tree's hint to what its children say. */
  lower(tree: number): void {
    const { hints } = this;
    const before = Atomics.load(hints, tree);
    const hint = this.hintByChildren(tree);
    if (hint >= before) return;
    if (Atomics.compareExchange(hints, tree, before, hint) === before) {
      // A child may have risen after it was looked at, and before the tree's hint fell.
      this.#raiseTo(tree, this.hintByChildren(tree));
    }
  }

  /** What the hint of a tree must at least be: one more than the largest order that its children may have free. */
  hintByChildren(tree: number): number {
    const { entries } = this.#children;
    const first = this.firstChild(tree);
    const end = this.endChild(tree);
    let hint = 0;
    let whole = 0;
    for (let child = first; child < end; child++) {
      const entry = Atomics.load(entries, child);
      if ((entry & FREE) === CHILD_FRAMES) whole |= 1 << (child - first);
      else hint = Math.max(hint, hintOf(entry));
    }
    return whole === 0 ? hint : WHOLE + largestOrder(~whole);
  }

  /** The hint that the free children around a free child ask for. */
  #hintAround(child: number): number {
    const { entries } = this.#children;
    let hint = WHOLE;
    for (let order = 1; order <= this.shift; order++) {
      const first = child & -(1 << order);
      const end = first + (1 << order);
      if (end > entries.length) break;
      for (let each = first; each < end; each++) {
        if ((Atomics.load(entries, each) & FREE) !== CHILD_FRAMES) return hint;
      }
      hint++;
    }
    return hint;
  }

  #raiseTo(tree: number, hint: number): void {
    const { hints } = this;
    let before = Atomics.load(hints, tree);
    while (before < hint) {
      const found = Atomics.compareExchange(hints, tree, before, hint);
      if (found === before) return;
      before = found;
    }
  }

  #swapLocal(next: number): void {
    const { words } = this;
    const old = Atomics.exchange(this.locals, this.#slot, next);
    if (old === NO_TREE) return;
    const tree = old >>> LOCAL_SHIFT;
    let word = Atomics.load(words, tree);
    for (;;) {
      const given = (word & ~TREE_RESERVED) + (old & LOCAL_FREE);
      const found = Atomics.compareExchange(words, tree, word, given);
      if (found === word) return;
      word = found;
    }
  }

  /** Takes up to `most` frames from a counter in the low bits of a word. @returns how many */
  #takeFrom(words: Int32Array, at: number, mask: number, most: number): number {
    let word = Atomics.load(words, at);
    for (;;) {
      const some = Math.min(word & mask, most);
      if (some === 0) return 0;
      const found = Atomics.compareExchange(words, at, word, word - some);
      if (found === word) return some;
      word = found;
    }
  }
}
