/**
 * The upper level: trees of children, and for each worker the tree that it has reserved, which the others leave alone
 * while there are more.
 *
 * A tree's hint is at least the hints of its children: whoever raises a child's hint raises the tree's after it, and
 * whoever lowers a tree's looks at the children again after it. So a free frame, block or child is found by the hints.
 * How many frames of a tree are free is added up where it matters; a counter would be one more step of each call.
 */
import type { Cells } from './cells.ts';
import type { Operations } from './code/operations.ts';
import { FREE, NO_TREE, TREE_RESERVED, type TreeLayout, WORKER_WORDS } from './layout.ts';

export class Trees {
  readonly count: number;
  readonly shift: number;
  readonly #cells: Cells;
  readonly #words: Int32Array;
  readonly #operations: Operations;
  readonly #childCount: number;
  /** Where tree words, child words and hints begin, and where this worker's local word is. */
  readonly #treeWords: number;
  readonly #entries: number;
  readonly #hints: number;
  readonly #local: number;

  constructor(cells: Cells, layout: TreeLayout, worker: number) {
    this.count = layout.treeCount;
    this.shift = layout.treeOrder;
    this.#cells = cells;
    this.#words = cells.words;
    this.#operations = cells.operations;
    this.#childCount = layout.childCount;
    this.#treeWords = layout.treesAt;
    this.#entries = layout.childrenAt;
    this.#hints = layout.hintsAt;
    this.#local = layout.workersAt + worker * WORKER_WORDS;
  }

  hint(tree: number): number {
    return this.#words[this.#hints + tree]!;
  }

  /** Free frames of a tree. */
  free(tree: number): number {
    let frames = 0;
    const end = this.#entries + this.endChild(tree);
    for (let at = this.#entries + this.firstChild(tree); at < end; at++) frames += this.#words[at]! & FREE;
    return frames;
  }

  /** First child of a tree. */
  firstChild(tree: number): number {
    return tree << this.shift;
  }

  /** One past the last child of a tree. */
  endChild(tree: number): number {
    return Math.min((tree + 1) << this.shift, this.#childCount);
  }

  /** Gives the worker's tree back. */
  release(): void {
    const old = this.#cells.exchange(this.#local, NO_TREE);
    if (old !== NO_TREE) this.#cells.and(this.#treeWords + old, ~TREE_RESERVED);
  }

  /** Raises a tree's hint after a child's rose to `hint`. */
  raise(child: number, hint: number): void {
    this.#operations.raise(child, hint);
  }

  /** Lowers a tree's hint to what its children say. */
  lower(tree: number): void {
    this.#operations.lower(tree);
  }

  /** What the hint of a tree must at least be: one more than the largest order that its children may have free. */
  hintByChildren(tree: number): number {
    return this.#operations.hintByChildren(tree);
  }
}
