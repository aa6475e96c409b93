/** Runs of any length, over any number of children and trees: found, taken, checked and freed. */
import { FREE_STATUS, type FreeStatus } from '@armature/core';
import { type Children, hintOf } from './children.ts';
import type { Operations } from './code/operations.ts';
import { CHILD_FRAMES, CHILD_ORDER, CONTINUES, HUGE, RUNS, type TreeLayout, WHOLE } from './layout.ts';
import type { Trees } from './trees.ts';
import { lowestBit, maskOf } from './words.ts';

export class Runs {
  readonly #origin: number;
  /** Index of the first managed frame, and one past the last. */
  readonly #first: number;
  readonly #end: number;
  readonly #operations: Operations;
  readonly #children: Children;
  readonly #trees: Trees;

  constructor(layout: TreeLayout, operations: Operations, children: Children, trees: Trees) {
    this.#origin = layout.origin;
    this.#first = layout.base - layout.origin;
    this.#end = this.#first + layout.count;
    this.#operations = operations;
    this.#children = children;
    this.#trees = trees;
  }

  /**
   * Finds and takes a run.
   *
   * @returns its first index from `from` on, with all frames below `to`, or -1
   */
  place(count: number, align: number, from: number, to: number, boundary: number): number {
    let start = from;
    const anywhere = align === 1 && boundary === 0 && to === this.#end;
    for (;;) {
      const index =
        anywhere && start === this.#first
          ? this.#findAnywhere(count)
          : this.#find(count, align, start, to, boundary);
      if (index < 0 || this.claim(index, index + count)) return index;
      // Another worker was faster, or has not finished: what lies behind may still do.
      start = index + 1;
    }
  }

  /** Takes 2^order frames, naturally aligned, of whole children: order 10 and above. */
  placeLarge(order: number, to: number): number {
    const trees = this.#trees;
    const frames = 1 << order;
    if (order - CHILD_ORDER > trees.shift) return this.place(frames, frames, 0, to, 0);
    for (let tree = 0; tree < trees.count; tree++) {
      if (trees.hint(tree) <= order) continue;
      const from = this.#trees.firstChild(tree) * CHILD_FRAMES;
      const end = this.#trees.endChild(tree) * CHILD_FRAMES;
      const index = this.place(frames, frames, from, Math.min(end, to), 0);
      if (index >= 0) return index;
      this.#trees.lower(tree);
    }
    return -1;
  }

  /** Takes exactly the frames `from` to `to` as one run, or none of them. */
  claim(from: number, to: number): boolean {
    for (let at = from; at < to; ) {
      const child = at >>> 9;
      const end = Math.min((child + 1) * CHILD_FRAMES, to);
      if (!this.#claimPiece(child, at, end, at > from, end < to)) {
        if (at > from) this.release(from, at);
        return false;
      }
      at = end;
    }
    return true;
  }

  /**
   * Frees the frames `from` to `to`, which are one run.
   *
   * @returns whether this call did, and not another worker's
   */
  release(from: number, to: number): boolean {
    // From the end: that the last piece continues a run is what only one of two frees can undo.
    for (let end = to; end > from; ) {
      const child = (end - 1) >>> 9;
      const at = Math.max(child * CHILD_FRAMES, from);
      if (!this.#releasePiece(child, at, end, at > from) && end === to) return false;
      end = at;
    }
    return true;
  }

  /** Why a free of exactly these frames must be refused, `reserved` aside, or `ok`. */
  check(index: number, count: number, end: number): FreeStatus {
    const children = this.#children;
    if (!children.isBusy(index)) return FREE_STATUS.doubleFree;
    if (children.isInside(index)) return FREE_STATUS.notAllocated;
    const shorter = this.#endOfInside(index + 1, index + count) < index + count;
    const longer = index + count < end && children.isInside(index + count);
    return shorter || longer ? FREE_STATUS.wrongSize : FREE_STATUS.ok;
  }

  #claimPiece(child: number, from: number, to: number, continues: boolean, goesOn: boolean): boolean {
    return to - from === CHILD_FRAMES
      ? this.#children.takeWhole(child, continues)
      : this.#children.takeExactly(from, to, continues, goesOn);
  }

  #releasePiece(child: number, from: number, to: number, continues: boolean): boolean {
    const children = this.#children;
    const trees = this.#trees;
    const frames = to - from;
    if (frames === CHILD_FRAMES) {
      if (!children.clearWhole(child)) return false;
      trees.raise(child, WHOLE);
    } else {
      const cleared =
        frames === 1 && !continues ? children.clearSingle(from) : children.clearRun(from, to, continues);
      if (!cleared) return false;
      children.giveBackRun(child, frames);
    }
    return true;
  }

  /** The first index of `from` to `to` that is inside no run, or `to`. */
  #endOfInside(from: number, to: number): number {
    const children = this.#children;
    for (let at = from; at < to; ) {
      const entry = children.entry(at >>> 9);
      const end = Math.min(((at >>> 9) + 1) * CHILD_FRAMES, to);
      if ((entry & HUGE) !== 0) {
        if ((at & (CHILD_FRAMES - 1)) === 0 && (entry & CONTINUES) === 0) return at;
      } else {
        if ((entry & RUNS) === 0) return at;
        for (let word = at >>> 5; word * 32 < end; word++) {
          const outside = ~children.insideWord(word) & maskOf(word, at, end);
          if (outside !== 0) return word * 32 + lowestBit(outside);
        }
      }
      at = end;
    }
    return to;
  }

  /** The lowest index of a run anywhere. */
  #findAnywhere(count: number): number {
    const hint = hintForRun(count);
    for (let from = 0; ; ) {
      const start = this.#operations.findRun(count, hint, from);
      if (start < 0) return -1;
      const last = Math.min(start + count + CHILD_FRAMES, this.#end);
      const index = this.#findIn(count, 1, Math.max(start, this.#first), last, 0);
      if (index >= 0) return index;
      // What was noted of the child is too much by now, or another worker was faster.
      from = (start + count - 1) >>> CHILD_ORDER;
      this.#children.forgetLongest(from);
    }
  }

  /** The lowest index that fits. Only children whose hint allows for a part of the run are looked at. */
  #find(count: number, align: number, from: number, to: number, boundary: number): number {
    const trees = this.#trees;
    const hint = hintForRun(count);
    let start = from;
    for (let tree = from >>> (9 + trees.shift); tree < trees.count; tree++) {
      if (trees.hint(tree) < hint) continue;
      const end = trees.endChild(tree);
      for (let child = Math.max(trees.firstChild(tree), from >>> 9); child < end; child++) {
        const first = child * CHILD_FRAMES;
        if (first >= to) return -1;
        if (hintOf(this.#children.entry(child)) < hint) continue;
        start = Math.max(start, first - count + 1);
        const last = Math.min(to, first + CHILD_FRAMES + count - 1);
        const index = this.#findIn(count, align, start, last, boundary);
        if (index >= 0) return index;
        start = Math.max(start, last - count + 1);
      }
    }
    return -1;
  }

  /** The lowest index of `from` to `to` that fits, by the bits. */
  #findIn(count: number, align: number, from: number, to: number, boundary: number): number {
    let index = from;
    while (index + count <= to) {
      index = this.#nextClear(index, to);
      const frame = this.#origin + index;
      index += -frame & (align - 1);
      if (index + count > to) return -1;
      if (boundary !== 0) {
        const left = boundary - ((this.#origin + index) & (boundary - 1));
        if (left < count) {
          index += left;
          continue;
        }
      }
      const obstacle = this.#lastBusy(index, index + count);
      if (obstacle < 0) return index;
      index = obstacle + 1;
    }
    return -1;
  }

  #nextClear(from: number, to: number): number {
    for (let at = from >>> 5; at * 32 < to; at++) {
      const clear = ~this.#children.busyWord(at) & maskOf(at, from, to);
      if (clear !== 0) return at * 32 + lowestBit(clear);
    }
    return to;
  }

  #lastBusy(from: number, to: number): number {
    for (let at = (to - 1) >>> 5; at >= from >>> 5; at--) {
      const set = this.#children.busyWord(at) & maskOf(at, from, to);
      if (set !== 0) return at * 32 + 31 - Math.clz32(set);
    }
    return -1;
  }
}

/** A run of so many frames has an aligned block in it that lies in one child, whose hint is at least this. */
function hintForRun(count: number): number {
  return Math.min(31 - Math.clz32(count + 1), WHOLE);
}
