/** What is done to the whole allocator while nobody uses it: emptying it, and checking it. */
import type { Children } from './children.ts';
import { hintOf } from './children.ts';
import {
  CHILD_FRAMES,
  CHILD_WORDS,
  CONTINUES,
  FREE,
  HINT_SHIFT,
  HUGE,
  LOCAL_FREE,
  LOCAL_SHIFT,
  NO_TREE,
  PINNED,
  RUNS,
  TREE_FREE,
  TREE_RESERVED,
  type TreeLayout,
  WHOLE,
  WORKER_WORDS,
} from './layout.ts';
import type { ReservationLog } from './reservation-log.ts';
import type { Trees } from './trees.ts';
import { maskOf, popcount } from './words.ts';

/** Frees every managed frame and forgets who holds what. */
export function clearAll(layout: TreeLayout, children: Children, trees: Trees): void {
  const first = layout.base - layout.origin;
  const end = first + layout.count;
  for (let child = 0; child < layout.childCount; child++) {
    const words = [child * CHILD_WORDS, (child + 1) * CHILD_WORDS] as const;
    children.busy.fill(0, ...words);
    // Inside maps that were never used are not touched, so that they take no memory.
    if ((children.entries[child]! & RUNS) !== 0) children.inside.fill(0, ...words);
  }
  setBusy(children.busy, 0, first);
  setBusy(children.busy, end, layout.childCount * CHILD_FRAMES);
  for (let child = 0; child < layout.childCount; child++) {
    const free = Math.min(end, (child + 1) * CHILD_FRAMES) - Math.max(first, child * CHILD_FRAMES);
    const hint = free === CHILD_FRAMES ? WHOLE : children.largestOrder(child) + 1;
    children.entries[child] = free | (hint << HINT_SHIFT);
  }
  for (let tree = 0; tree < layout.treeCount; tree++) {
    trees.words[tree] = childFrames(children, trees, tree);
    trees.hints[tree] = trees.hintByChildren(tree);
  }
  for (let worker = 0; worker < layout.workers; worker++) trees.locals[worker * WORKER_WORDS] = NO_TREE;
}

function setBusy(words: Int32Array, from: number, to: number): void {
  for (let at = from >>> 5; at * 32 < to; at++) words[at]! |= maskOf(at, from, to);
}

function childFrames(children: Children, trees: Trees, tree: number): number {
  let frames = 0;
  for (let child = trees.firstChild(tree); child < trees.endChild(tree); child++) {
    frames += children.entries[child]! & FREE;
  }
  return frames;
}

/** The names of the invariants that do not hold. */
export function brokenInvariants(
  layout: TreeLayout,
  children: Children,
  trees: Trees,
  log: ReservationLog,
): string[] {
  const invariants: Record<string, boolean> = {
    'frames-outside': framesOutside(layout, children),
    'child-counters': childCounters(children),
    'child-hints': childHints(children),
    runs: runsAreWhole(children),
    locals: localsAreReserved(layout, trees),
    'tree-counters': treeCounters(layout, children, trees),
    'tree-hints': treeHints(layout, trees),
    reservations: reservationsAreRuns(layout, children, log),
  };
  return Object.keys(invariants).filter((name) => !invariants[name]);
}

/** Frames outside the range are busy, and no run comes in from there. */
function framesOutside(layout: TreeLayout, children: Children): boolean {
  const first = layout.base - layout.origin;
  const end = first + layout.count;
  for (let index = 0; index < first; index++) {
    if (!children.isBusy(index) || children.isInside(index)) return false;
  }
  for (let index = end; index < layout.childCount * CHILD_FRAMES; index++) {
    if (!children.isBusy(index) || children.isInside(index)) return false;
  }
  return !children.isInside(first);
}

function childCounters({ entries, busy }: Children): boolean {
  return entries.every((entry, child) => {
    const words = busy.subarray(child * CHILD_WORDS, (child + 1) * CHILD_WORDS);
    const set = words.reduce((sum, word) => sum + popcount(word), 0);
    if ((entry & HUGE) !== 0) return (entry & FREE) === 0 && set === 0;
    return (entry & CONTINUES) === 0 && (entry & FREE) === CHILD_FRAMES - set;
  });
}

function childHints(children: Children): boolean {
  return children.entries.every((entry, child) => {
    const hint = hintOf(entry);
    if ((entry & HUGE) !== 0) return hint === 0;
    if ((entry & FREE) === CHILD_FRAMES) return hint === WHOLE;
    return hint < WHOLE && hint > children.largestOrder(child);
  });
}

/** A frame inside a run follows a used one, and only children that say so have such frames. */
function runsAreWhole(children: Children): boolean {
  const { entries, busy, inside } = children;
  let before = 0;
  for (let child = 0; child < entries.length; child++) {
    const entry = entries[child]!;
    if ((entry & CONTINUES) !== 0 && before === 0) return false;
    for (let at = child * CHILD_WORDS; at < (child + 1) * CHILD_WORDS; at++) {
      const word = busy[at]!;
      if ((inside[at]! & ~(word & ((word << 1) | before))) !== 0) return false;
      if (inside[at] !== 0 && (entry & RUNS) === 0) return false;
      before = word >>> 31;
    }
    if ((entry & HUGE) !== 0) before = 1;
  }
  return true;
}

/** Each worker's tree is reserved and nobody else's, and no other tree is reserved. */
function localsAreReserved(layout: TreeLayout, { words, locals }: Trees): boolean {
  const held = Array.from({ length: layout.workers }, (_, worker) => locals[worker * WORKER_WORDS]!)
    .filter((local) => local !== NO_TREE)
    .map((local) => local >>> LOCAL_SHIFT);
  const reserved = words.reduce((sum, word) => sum + ((word & TREE_RESERVED) !== 0 ? 1 : 0), 0);
  return (
    reserved === held.length &&
    new Set(held).size === held.length &&
    held.every((tree) => tree < layout.treeCount && (words[tree]! & TREE_RESERVED) !== 0)
  );
}

function treeCounters(layout: TreeLayout, children: Children, trees: Trees): boolean {
  const frames = Array.from(trees.words, (word) => word & TREE_FREE);
  for (let worker = 0; worker < layout.workers; worker++) {
    const local = trees.locals[worker * WORKER_WORDS]!;
    if (local !== NO_TREE) frames[local >>> LOCAL_SHIFT]! += local & LOCAL_FREE;
  }
  return (
    frames.every((count, tree) => count === childFrames(children, trees, tree)) &&
    trees.words.every((word) => (word & ~(TREE_FREE | TREE_RESERVED)) === 0)
  );
}

function treeHints(layout: TreeLayout, trees: Trees): boolean {
  return trees.hints.every(
    (hint, tree) => hint >= trees.hintByChildren(tree) && hint <= WHOLE + layout.treeOrder,
  );
}

/** Reserved frames are runs of their own, in children that say so. */
function reservationsAreRuns(layout: TreeLayout, children: Children, log: ReservationLog): boolean {
  const taken = new Set<number>();
  let frames = 0;
  for (const { frame, count } of log.list()) {
    const first = frame - layout.origin;
    if (count < 1 || frame < layout.base || frame + count > layout.base + layout.count) return false;
    for (let index = first; index < first + count; index++) {
      const pinned = (children.entries[index >>> 9]! & PINNED) !== 0;
      const inside = children.isInside(index) === index > first;
      if (!children.isBusy(index) || !pinned || !inside || taken.has(index)) return false;
      taken.add(index);
    }
    if (first + count < layout.base - layout.origin + layout.count && children.isInside(first + count))
      return false;
    frames += count;
  }
  return frames === log.frames;
}
