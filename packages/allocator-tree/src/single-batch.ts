/** Many single frames freed at once, a word at a time where neighbours come together. */
import type { Children } from './children.ts';
import { CHILD_FRAMES, type TreeLayout } from './layout.ts';
import { popcount } from './words.ts';

/** Frames that are compared for twins in one go, as a power of two: 1 GiB, a map of 32 KiB. */
const WINDOW_ORDER = 18;
const WINDOW_WORDS = 1 << (WINDOW_ORDER - 5);

export class SingleBatch {
  readonly #children: Children;
  readonly #windows: number;
  /** A bit for each frame of a window, all clear between calls. Made when a batch needs it. */
  #seen: Int32Array | undefined;

  constructor(layout: TreeLayout, children: Children) {
    this.#children = children;
    this.#windows = Math.ceil((layout.childCount * CHILD_FRAMES) / (1 << WINDOW_ORDER));
  }

  /** Whether a frame is in the batch twice. All are managed. */
  hasTwins(frames: Int32Array, origin: number): boolean {
    if (isAscending(frames)) return false;
    this.#seen ??= new Int32Array(WINDOW_WORDS);
    const seen = this.#seen;
    let twins = false;
    for (let window = 0; window < this.#windows && !twins; window++) {
      for (let slot = 0; slot < frames.length; slot++) {
        const index = frames[slot]! - origin;
        if (index >>> WINDOW_ORDER !== window) continue;
        const at = (index >>> 5) & (WINDOW_WORDS - 1);
        const bit = 1 << (index & 31);
        if ((seen[at]! & bit) !== 0) twins = true;
        seen[at]! |= bit;
      }
      for (let slot = 0; slot < frames.length; slot++) {
        const index = frames[slot]! - origin;
        if (index >>> WINDOW_ORDER === window) seen[(index >>> 5) & (WINDOW_WORDS - 1)] = 0;
      }
    }
    return twins;
  }

  /**
   * Frees the first `count` frames, which are used, each a run of its own.
   *
   * @returns how many it freed: fewer when another worker freed some of them meanwhile
   */
  release(frames: Int32Array, count: number, origin: number): number {
    let freed = 0;
    let inChild = 0;
    for (let slot = 0; slot < count; ) {
      const index = frames[slot]! - origin;
      const at = index >>> 5;
      let mask = 0;
      let next = index;
      while (next >>> 5 === at && slot < count) {
        mask |= 1 << (next & 31);
        slot++;
        next = slot < count ? frames[slot]! - origin : -1;
      }
      inChild += popcount(this.#children.clearSingles(at, mask));
      const child = index >>> 9;
      if (slot < count && next >>> 9 === child) continue;
      freed += inChild;
      this.#giveBack(child, inChild, index);
      inChild = 0;
    }
    return freed;
  }

  #giveBack(child: number, frames: number, index: number): void {
    if (frames === 1) this.#children.giveBack(child, 1, index);
    else this.#children.giveBackRun(child, frames);
  }
}

function isAscending(frames: Int32Array): boolean {
  for (let slot = 1; slot < frames.length; slot++) if (frames[slot]! <= frames[slot - 1]!) return false;
  return true;
}
