/**
 * What is done most, as WebAssembly functions of one call each: taking and freeing single frames, whole children and
 * blocks inside a word, and looking through the trees. A call into WebAssembly takes about a nanosecond, and an atomic
 * instruction there a quarter of an `Atomics` call. The steps, their order and what makes them safe are described in
 * `children.ts` and `trees.ts`, which see to the rest.
 */
import { CHILD_WORDS } from '../layout.ts';

import { type AccessKind, defineAtomicSteps } from './access.ts';
import {
  add,
  and,
  atLeast,
  choose,
  constant,
  ModuleBuilder,
  shiftLeft,
  shiftRight,
  subtract,
  when,
} from './assembler.ts';
import { defineBlocks } from './blocks.ts';
import { defineHints } from './hints.ts';
import { defineRunSearch } from './run-search.ts';
import { type Geometry, type Scope, scopeOf, word } from './scope.ts';
import { defineSingleFrames } from './single-frames.ts';
import { defineTreeChoice } from './tree-choice.ts';
import { defineWholeChildren } from './whole-children.ts';

export interface Operations {
  /** Takes one frame of the child of the cursor, and counts it. @returns the frame, or `RESULT.none` when it got none */
  take(): number;
  /** Frees one frame, any integer, and counts it. @returns a status, or `RESULT.unsure` */
  free(frame: number): number;
  /** Takes a whole child, and counts it. @returns its first frame, or `RESULT.none` */
  takeWhole(): number;
  /** Frees a child that is used as a whole, given any integer, and counts it. @returns a status, or `RESULT.unsure` */
  freeWhole(frame: number): number;
  /** Takes 2^order frames of a child, order 1 to 5. @returns the first index, `RESULT.none` or `RESULT.notFound` */
  takeBlock(child: number, order: number): number;
  /**
   * Frees 2 to 16 frames, naturally aligned and managed, when they are seen at a glance to be a run that is not
   * reserved. @returns a status, or `RESULT.unsure`
   */
  freeBlock(index: number, order: number): number;
  /**
   * Counts frames of a child as free whose busy bits are clear already: an aligned block around an index. Raises the
   * hints.
   */
  giveBack(child: number, frames: number, index: number): void;
  /** The first tree from a number on whose hint is above an order, below 15, or `RESULT.none`. */
  nextTree(from: number, order: number): number;
  /**
   * The tree to take blocks of an order from: of those nobody else has reserved, rather one in part used than a free
   * one, and rather one that will last. `own` is the worker's. `RESULT.none` when there is none.
   */
  pick(order: number, own: number): number;
  /** Whether the last pick left out a tree only because another worker has it. */
  passedOver(): number;
  /**
   * Where to look for a run of free frames: an index from which on there is one, or was when it was looked at, or
   * `RESULT.none`. A run of so many frames has an aligned block in it for which the child's hint is at least `hint`.
   */
  findRun(frames: number, hint: number, from: number): number;
  /** Free frames of a tree. */
  treeFree(tree: number): number;
  /** Raises a tree's hint after a child's rose to `hint`. */
  raise(child: number, hint: number): void;
  /** Lowers a tree's hint to what its children say. */
  lower(tree: number): void;
  /** What the hint of a tree must at least be: one more than the largest order that its children may have free. */
  hintByChildren(tree: number): number;
  /** Moves the cursors. */
  seek(child: number, word: number, tree: number, whole: number): void;
  cursorChild(): number;
  cursorWord(): number;
  cursorTree(): number;
  cursorWhole(): number;
}

/** The module's bytes. The geometry is in them as constants: they are at hand where imported ones are loads in a row. */
export function operations(kind: AccessKind, geometry: Geometry): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const scope = scopeOf(builder, kind, geometry);
  const hints = defineHints(scope);
  const choice = defineTreeChoice(scope, hints);
  const singles = defineSingleFrames(scope, hints);
  defineWholeChildren(scope, hints, choice);
  defineBlocks(scope, singles);
  defineRunSearch(scope, hints);
  defineCursors(scope);
  if (kind === 'atomic') defineAtomicSteps(builder);
  return builder.bytes();
}

/** Moving and reading the cursors. */
function defineCursors({ define, at, cursor }: Scope): void {
  define('seek', 4, 0, (_, child, wordIndex, tree, whole) => [
    ...cursor.entry.set(constant(0)),
    ...when(atLeast(child!.get, constant(0)), cursor.entry.set(word(at.entries, child!.get))),
    ...cursor.word.set(word(at.busy, add(shiftLeft(child!.get, constant(4)), wordIndex!.get))),
    ...cursor.tree.set(tree!.get),
    ...cursor.whole.set(whole!.get),
  ]);
  define('cursorChild', 0, 1, () =>
    choose(shiftRight(subtract(cursor.entry.get, at.entries), constant(2)), constant(-1), cursor.entry.get),
  );
  define('cursorWord', 0, 1, () =>
    and(shiftRight(subtract(cursor.word.get, at.busy), constant(2)), constant(CHILD_WORDS - 1)),
  );
  define('cursorTree', 0, 1, () => cursor.tree.get);
  define('cursorWhole', 0, 1, () => cursor.whole.get);
  define('passedOver', 0, 1, () => cursor.passedOver.get);
}
