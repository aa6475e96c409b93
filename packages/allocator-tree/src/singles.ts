/**
 * Single frames, which are most of what is asked for: the common course of taking and of freeing one, each in one
 * function, because calls between small ones take longer than the steps. The steps, their order and what makes them
 * safe are those of `children.ts` and `trees.ts`, which see to the rest.
 */
import type { Cells } from './cells.ts';
import type { Children } from './children.ts';
import {
  CHILD_FRAMES,
  CHILD_ORDER,
  CHILD_WORDS,
  EPOCH,
  FREE,
  HINT,
  HINT_SHIFT,
  HUGE,
  NO_TREE,
  PINNED,
  RUNS,
  TREE_FREE,
  type TreeLayout,
  WORKER_WORDS,
} from './layout.ts';
import type { Placement } from './placement.ts';
import type { Trees } from './trees.ts';

/** Result of {@link Singles.free} when the caller must look closer first. */
export const UNSURE = -1;

export class Singles {
  readonly #cells: Cells;
  readonly #words: Int32Array;
  readonly #children: Children;
  readonly #trees: Trees;
  readonly #placement: Placement;
  readonly #shift: number;
  readonly #local: number;
  readonly #treeWords: number;
  readonly #entries: number;
  readonly #busy: number;
  /** Without other workers no free is ever between its bits and its counter. */
  readonly #alone: boolean;

  constructor(
    cells: Cells,
    layout: TreeLayout,
    worker: number,
    children: Children,
    trees: Trees,
    placement: Placement,
  ) {
    this.#cells = cells;
    this.#words = cells.words;
    this.#children = children;
    this.#trees = trees;
    this.#placement = placement;
    this.#shift = layout.treeOrder;
    this.#local = layout.workersAt + worker * WORKER_WORDS;
    this.#treeWords = layout.treesAt;
    this.#entries = layout.childrenAt;
    this.#busy = layout.busyAt;
    this.#alone = layout.workers === 1;
  }

  /** Takes one frame. @returns its index, or -1 when none is free */
  take(): number {
    const words = this.#words;
    const cells = this.#cells;
    const placement = this.#placement;
    const local = words[this.#local]!;
    const child = placement.child;
    const at = this.#entries + child;
    const entry = words[at]!;
    if (local === NO_TREE || child >>> this.#shift !== local || (entry & FREE) === 0)
      return placement.single();
    const treeAt = this.#treeWords + local;
    const tree = words[treeAt]!;
    if ((tree & TREE_FREE) === 0 || !cells.swap(treeAt, tree, tree - 1)) return placement.single();
    const free = (entry & FREE) - 1;
    const bound = 32 - Math.clz32(free);
    const hint = (entry >>> HINT_SHIFT) & 15;
    const lowered = (entry & ~(FREE | HINT)) | free | (Math.min(hint, bound) << HINT_SHIFT);
    if (!cells.swap(at, entry, lowered)) return placement.singleIn(local);
    const first = child * CHILD_WORDS;
    for (let step = placement.word; ; ) {
      const word = first + (step & (CHILD_WORDS - 1));
      const bits = words[this.#busy + word]!;
      if (bits === -1) {
        step++;
        continue;
      }
      const bit = ~bits & (bits + 1);
      if (!cells.swap(this.#busy + word, bits, bits | bit)) continue;
      placement.word = step & (CHILD_WORDS - 1);
      return word * 32 + 31 - Math.clz32(bit);
    }
  }

  /**
   * Frees one frame.
   *
   * @returns 0 when it did, or `UNSURE` when the frame is not used, or its child has more than single frames
   */
  free(index: number): number {
    const words = this.#words;
    const cells = this.#cells;
    const child = index >>> CHILD_ORDER;
    const entryAt = this.#entries + child;
    const wordAt = this.#busy + (index >>> 5);
    const bit = 1 << (index & 31);
    if ((words[entryAt]! & (HUGE | RUNS | PINNED)) !== 0) return UNSURE;
    let bits: number;
    do {
      bits = words[wordAt]!;
      if ((bits & bit) === 0) return UNSURE;
    } while (!cells.swap(wordAt, bits, bits & ~bit));
    const entry = words[entryAt]!;
    const free = (entry & FREE) + 1;
    const hint = (entry >>> HINT_SHIFT) & 15;
    // The common course: the frame joins no block larger than the hint says, and the counter passes no power of two.
    const block = hint < 5 ? ((1 << (1 << hint)) - 1) << (index & 31 & -(1 << hint)) : 0;
    const common =
      hint < CHILD_ORDER &&
      free !== CHILD_FRAMES &&
      (this.#alone || (free & (free - 1)) !== 0) &&
      (hint < 5 ? (words[wordAt]! & block) !== 0 : words[wordAt] !== 0);
    const raised = ((entry & ~(FREE | HINT)) | free | (hint << HINT_SHIFT)) + EPOCH;
    if (!common || !cells.swap(entryAt, entry, raised | 0)) {
      const rose = this.#children.giveBack(child, 1, index);
      if (rose > 0) this.#trees.raise(child, rose);
    }
    cells.add(this.#treeWords + (child >>> this.#shift), 1);
    return 0;
  }
}
