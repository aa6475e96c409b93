/**
 * What is done most, as WebAssembly functions of one call each: taking and freeing single frames, whole children and
 * blocks inside a word, and looking through the trees. A call into WebAssembly takes about a nanosecond, and an atomic
 * instruction there a quarter of an `Atomics` call. The steps, their order and what makes them safe are described in
 * `children.ts` and `trees.ts`, which see to the rest.
 */

import {
  add,
  and,
  atLeast,
  type Code,
  choose,
  constant,
  equal,
  giveResult,
  ModuleBuilder,
  shiftLeft,
  shiftRight,
  subtract,
  when,
} from '@armature/wasm-assembler';
import { CHILD_WORDS } from '../layout.ts';
import { type AccessKind, defineAtomicSteps } from './access.ts';
import { defineBatches } from './batches.ts';
import { defineBlocks } from './blocks.ts';
import { defineHints } from './hints.ts';
import { defineRunSearch } from './run-search.ts';
import { CURSOR, type Geometry, RESULT, type Scope, scopeOf, word } from './scope.ts';
import { defineSingleFrames } from './single-frames.ts';
import { defineTreeChoice } from './tree-choice.ts';
import { defineWholeChildren } from './whole-children.ts';

export interface Operations {
  /** Takes one frame, and counts it. @returns the frame, or `RESULT.none` */
  take(): number;
  /** Frees one frame, any integer, and counts it. @returns a status, or `RESULT.unsure` */
  free(frame: number): number;
  /** Takes a whole child, and counts it. @returns its first frame, or `RESULT.none` */
  takeWhole(): number;
  /** Frees a child that is used as a whole, given any integer, and counts it. @returns a status, or `RESULT.unsure` */
  freeWhole(frame: number): number;
  /** Takes 2^order frames, order 1 to 5, and counts it. @returns the frame, or `RESULT.none` */
  takeBlock(order: number): number;
  /** The same of the cursor's child alone, not counted. @returns the index, or `RESULT.none` */
  takeBlockHere(order: number): number;
  /**
   * Frees 2^order frames, order 1 to 5, given any integer, and counts it, when they are seen at a glance to be a run that
   * is not reserved. @returns a status, or `RESULT.unsure`
   */
  freeBlock(frame: number, order: number): number;
  /**
   * Counts frames of a child as free whose busy bits are clear already: an aligned block around an index. Raises the
   * hints.
   */
  giveBack(child: number, frames: number, index: number): void;
  /** Gives back the right to frames of a child that were not found, and lowers its hint to what it has. */
  giveUp(child: number, frames: number): void;
  /** The first tree from a number on whose hint is above an order, or `RESULT.none`. */
  nextTree(from: number, order: number): number;
  /**
   * Moves the cursor of single frames to a child with some: of the worker's tree, rather one in part used than a free one,
   * or else of another that nobody has reserved, which becomes the worker's. @returns whether there was one
   */
  nextChild(): number;
  /**
   * Moves the cursor of blocks to a child that has one of an order, if it is at none: in the same tree, or else in
   * that of those nobody else has reserved which has fewest frames free for its hint. @returns whether there was one
   */
  seekBlock(order: number): number;
  /** Takes so many single frames, not counted, into the batch. @returns how many: fewer when it finds no more */
  takeBatch(count: number): number;
  /**
   * Whether the frames of the batch, any integers, are used, each a run of its own, and not reserved.
   *
   * @param from the number of the first, and one past that of the last
   * @returns the number of the first that needs a closer look, or `to`
   */
  checkBatch(from: number, to: number): number;
  /** Frees the first frames of the batch, managed ones and no runs of several; not counted. @returns how many were used */
  freeBatch(count: number): number;
  /**
   * Where to look for a run of free frames: an index from which on there is one, or was when it was looked at, or
   * `RESULT.none`. A run of so many frames has an aligned block in it for which the child's hint is at least `hint`.
   */
  findRun(frames: number, hint: number, from: number): number;
  /** Raises a tree's hint after a child's rose to `hint`. */
  raise(child: number, hint: number): void;
  /** Lowers a tree's hint to what its children say. */
  lower(tree: number): void;
  /** What the hint of a tree must at least be: one more than the largest order that its children may have free. */
  hintByChildren(tree: number): number;
  /** Moves the cursors of single frames and whole children. */
  seek(child: number, word: number, tree: number, whole: number): void;
  /** Moves the cursor of blocks. */
  seekBlocks(child: number, word: number): void;
  /** One of `CURSOR`. */
  cursor(which: number): number;
}

/** The module's bytes. The geometry is in them as constants: they are at hand where imported ones are loads in a row. */
export function operations(kind: AccessKind, geometry: Geometry): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const scope = scopeOf(builder, kind, geometry);
  const hints = defineHints(scope, geometry);
  const choice = defineTreeChoice(scope, hints, geometry);
  const singles = defineSingleFrames(scope, hints, choice);
  defineWholeChildren(scope, hints, choice);
  defineBlocks(scope, hints, singles, choice);
  defineBatches(scope, singles, choice);
  defineRunSearch(scope);
  defineCursors(scope);
  if (kind === 'atomic') defineAtomicSteps(builder);
  return builder.bytes();
}

/** Moving and reading the cursors. */
function defineCursors({ define, at, cursor }: Scope): void {
  const childAt = (entry: Code): Code => shiftRight(subtract(entry, at.entries), constant(2));
  const wordOf = (child: Code, index: Code): Code => word(at.busy, add(shiftLeft(child, constant(4)), index));
  const indexOf = (address: Code): Code =>
    and(shiftRight(subtract(address, at.busy), constant(2)), constant(CHILD_WORDS - 1));
  define('seek', 4, 0, (_, child, wordIndex, tree, whole) => [
    ...cursor.entry.set(constant(0)),
    ...when(atLeast(child!.get, constant(0)), cursor.entry.set(word(at.entries, child!.get))),
    ...cursor.word.set(wordOf(child!.get, wordIndex!.get)),
    ...cursor.tree.set(tree!.get),
    ...cursor.whole.set(whole!.get),
  ]);
  define('seekBlocks', 2, 0, (_, child, wordIndex) => [
    ...cursor.blockEntry.set(word(at.entries, child!.get)),
    ...cursor.blockWord.set(wordOf(child!.get, wordIndex!.get)),
  ]);
  define('cursor', 1, 1, (_, which) => {
    const cursors: Readonly<Record<keyof typeof CURSOR, Code>> = {
      child: choose(childAt(cursor.entry.get), constant(-1), cursor.entry.get),
      word: indexOf(cursor.word.get),
      tree: cursor.tree.get,
      whole: cursor.whole.get,
      blockChild: childAt(cursor.blockEntry.get),
      blockWord: indexOf(cursor.blockWord.get),
      passedOver: cursor.passedOver.get,
    };
    const names = Object.keys(cursors) as (keyof typeof CURSOR)[];
    return [
      ...names.flatMap((name) => when(equal(which!.get, constant(CURSOR[name])), giveResult(cursors[name]))),
      ...constant(RESULT.none),
    ];
  });
}
