/** What is done to the whole allocator while nobody uses it: emptying it, and checking it. */
import { type Children, hintOf } from './children.ts';
import {
  CHILD_FRAMES,
  CHILD_WORDS,
  CONTINUES,
  FREE,
  HINT,
  HINT_SHIFT,
  HUGE,
  NO_TREE,
  PINNED,
  RUNS,
  TREE_RESERVED,
  type TreeLayout,
  type TreeViews,
  WHOLE,
  WORKER_WORDS,
} from './layout.ts';
import type { ReservationLog } from './reservation-log.ts';
import type { Trees } from './trees.ts';
import { maskOf, popcount } from './words.ts';

/** The allocator, as arrays and as its two levels. */
export interface Parts {
  readonly layout: TreeLayout;
  readonly views: TreeViews;
  readonly children: Children;
  readonly trees: Trees;
  readonly log: ReservationLog;
}

/** Frees every managed frame and forgets who holds what. */
export function clearAll({ layout, views, children, trees }: Omit<Parts, 'log'>): void {
  const first = layout.base - layout.origin;
  const end = first + layout.count;
  for (let child = 0; child < layout.childCount; child++) {
    const words = [child * CHILD_WORDS, (child + 1) * CHILD_WORDS] as const;
    views.busy.fill(0, ...words);
    // Inside maps that were never used are not touched, so that they take no memory.
    if ((views.children[child]! & RUNS) !== 0) views.inside.fill(0, ...words);
  }
  setBusy(views.busy, 0, first);
  setBusy(views.busy, end, layout.childCount * CHILD_FRAMES);
  for (let child = 0; child < layout.childCount; child++) {
    const free = Math.min(end, (child + 1) * CHILD_FRAMES) - Math.max(first, child * CHILD_FRAMES);
    const hint = free === CHILD_FRAMES ? WHOLE : children.largestOrder(child) + 1;
    views.children[child] = free | (hint << HINT_SHIFT);
  }
  for (let tree = 0; tree < layout.treeCount; tree++) {
    views.trees[tree] = 0;
    views.hints[tree] = trees.hintByChildren(tree);
  }
  for (let worker = 0; worker < layout.workers; worker++) views.locals[worker * WORKER_WORDS] = NO_TREE;
}

function setBusy(words: Int32Array, from: number, to: number): void {
  for (let at = from >>> 5; at * 32 < to; at++) words[at]! |= maskOf(at, from, to);
}

/** The names of the invariants that do not hold. */
export function brokenInvariants(parts: Parts): string[] {
  const invariants: Record<string, boolean> = {
    'frames-outside': framesOutside(parts),
    'child-counters': childCounters(parts),
    'child-hints': childHints(parts),
    runs: runsAreWhole(parts),
    locals: localsAreReserved(parts),
    'tree-hints': treeHints(parts),
    reservations: reservationsAreRuns(parts),
  };
  return Object.keys(invariants).filter((name) => !invariants[name]);
}

/** Frames outside the range are busy, and no run comes in from there. */
function framesOutside({ layout, children }: Parts): boolean {
  const first = layout.base - layout.origin;
  const end = first + layout.count;
  const apart = (index: number): boolean => children.isBusy(index) && !children.isInside(index);
  for (let index = 0; index < first; index++) if (!apart(index)) return false;
  for (let index = end; index < layout.childCount * CHILD_FRAMES; index++) if (!apart(index)) return false;
  return !children.isInside(first);
}

function childCounters({ views }: Parts): boolean {
  return views.children.every((entry, child) => {
    const words = views.busy.subarray(child * CHILD_WORDS, (child + 1) * CHILD_WORDS);
    const set = words.reduce((sum, word) => sum + popcount(word), 0);
    if ((entry & HUGE) !== 0) return (entry & FREE) === 0 && set === 0;
    return (entry & CONTINUES) === 0 && (entry & FREE) === CHILD_FRAMES - set;
  });
}

function childHints({ views, children }: Parts): boolean {
  return views.children.every((entry, child) => {
    const hint = hintOf(entry);
    if ((entry & HUGE) !== 0) return (entry & HINT) === 0;
    return (entry & FREE) === CHILD_FRAMES ? hint === WHOLE : hint > children.largestOrder(child);
  });
}

/** A frame inside a run follows a used one, and only children that say so have such frames. */
function runsAreWhole({ views }: Parts): boolean {
  let before = 0;
  for (let child = 0; child < views.children.length; child++) {
    const entry = views.children[child]!;
    if ((entry & CONTINUES) !== 0 && before === 0) return false;
    for (let at = child * CHILD_WORDS; at < (child + 1) * CHILD_WORDS; at++) {
      const busy = views.busy[at]!;
      const inside = views.inside[at]!;
      if ((inside & ~(busy & ((busy << 1) | before))) !== 0) return false;
      if (inside !== 0 && (entry & RUNS) === 0) return false;
      before = busy >>> 31;
    }
    if ((entry & HUGE) !== 0) before = 1;
  }
  return true;
}

/** The local words of the workers that have a tree. */
function localsOf({ layout, views }: Parts): number[] {
  return Array.from({ length: layout.workers }, (_, worker) => views.locals[worker * WORKER_WORDS]!).filter(
    (local) => local !== NO_TREE,
  );
}

/** Each worker's tree is reserved and nobody else's, and no other tree is reserved. */
function localsAreReserved(parts: Parts): boolean {
  const held = new Set(localsOf(parts));
  return (
    held.size === localsOf(parts).length &&
    [...held].every((tree) => tree >= 0 && tree < parts.layout.treeCount) &&
    parts.views.trees.every((word, tree) => word === (held.has(tree) ? TREE_RESERVED : 0))
  );
}

function treeHints({ layout, views, trees }: Parts): boolean {
  return views.hints.every(
    (hint, tree) => hint >= trees.hintByChildren(tree) && hint <= WHOLE + layout.treeOrder,
  );
}

/** Reserved frames are runs of their own, in children that say so. */
function reservationsAreRuns({ layout, children, log }: Parts): boolean {
  const taken = new Set<number>();
  const end = layout.base - layout.origin + layout.count;
  let frames = 0;
  for (const { frame, count } of log.list()) {
    const first = frame - layout.origin;
    if (count < 1 || frame < layout.base || first + count > end) return false;
    for (let index = first; index < first + count; index++) {
      const pinned = (children.entry(index >>> 9) & PINNED) !== 0;
      const inRun = children.isBusy(index) && children.isInside(index) === index > first;
      if (!pinned || !inRun || taken.has(index)) return false;
      taken.add(index);
    }
    if (first + count < end && children.isInside(first + count)) return false;
    frames += count;
  }
  return frames === log.frames;
}
