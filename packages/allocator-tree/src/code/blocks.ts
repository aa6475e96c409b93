/** Taking and freeing blocks that lie in one word of a child. */

import {
  add,
  and,
  atLeastUnsigned,
  block,
  type Code,
  constant,
  differ,
  equal,
  exclusiveOr,
  giveResult,
  increase,
  isZero,
  jump,
  jumpIf,
  loop,
  not,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { CHILD_FRAMES, CHILD_ORDER, HUGE, PINNED, RUNS } from '../layout.ts';
import type { Hints } from './hints.ts';
import {
  CHILD_BYTES,
  COUNTER,
  FIRST_BITS,
  free,
  RESULT,
  type Scope,
  STATUS,
  WORD_ORDER,
  word,
} from './scope.ts';
import { nextWord, type SingleFrames } from './single-frames.ts';
import type { TreeChoice } from './tree-choice.ts';

export function defineBlocks(
  scope: Scope,
  { giveUp }: Hints,
  { countFreed }: SingleFrames,
  { seekBlock }: TreeChoice,
): void {
  const { at, cursor, originOfBytes, define, peek, swap, count, changeSoon, mayHave } = scope;

  /**
   * Takes a block of the cursor's child, whose index, more eight times the address of the busy bits, is `index`. Jumps to
   * `none` when there is none by the child's word, or it has exactly `except` free frames.
   */
  const takeHere = (local: () => Variable, order: Variable, except: Code): { code: Code; index: Code } => {
    const [address, entry, wordAt, value, starts, mask] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const [frames, left] = [local(), local()];
    const keepFirst = (step: number): Code =>
      starts.set(
        and(and(starts.get, shiftRight(starts.get, constant(1 << step))), constant(FIRST_BITS[step]!)),
      );
    const code: Code = [
      ...frames.set(shiftLeft(constant(1), order.get)),
      ...address.set(cursor.blockEntry.get),
      ...changeSoon(
        'right',
        address,
        entry,
        [
          ...jumpIf('none', isZero(mayHave(entry, order.get, frames.get))),
          ...jumpIf('none', equal(free(entry.get), except)),
        ],
        or(subtract(entry.get, frames.get), constant(RUNS)),
      ),
      ...wordAt.set(cursor.blockWord.get),
      ...mask.set(shiftRight(constant(-1), subtract(constant(32), frames.get))),
      ...left.set(constant(CHILD_BYTES)),
      block(
        'taken',
        loop(
          'word',
          ...value.set(peek(wordAt.get)),
          // What is left are the first bits of free aligned blocks of the order, at least 1.
          ...starts.set(not(value.get)),
          block(
            'starts',
            ...keepFirst(0),
            ...[1, 2, 3, 4].flatMap((step) => [
              ...jumpIf('starts', equal(order.get, constant(step))),
              ...keepFirst(step),
            ]),
          ),
          ...when(starts.get, [
            ...starts.set(trailingZeros(starts.get)),
            ...jumpIf('taken', swap(wordAt.get, value, or(value.get, shiftLeft(mask.get, starts.get)))),
            ...jump('word'),
          ]),
          ...nextWord(wordAt),
          ...increase(left, -4),
          ...jumpIf('word', left.get),
        ),
        ...giveUp(shiftRight(subtract(address.get, at.entries), constant(2)), frames.get),
        ...jump('none'),
      ),
      ...cursor.blockWord.set(wordAt.get),
      // Only the block's owner changes its inside bits, but other blocks may be in the word.
      ...mask.set(shiftLeft(and(mask.get, constant(-2)), starts.get)),
      ...address.set(add(wordAt.get, subtract(at.inside, at.busy))),
      ...changeSoon('inside', address, value, [], or(value.get, mask.get)),
    ];
    return { code, index: add(shiftLeft(wordAt.get, constant(3)), starts.get) };
  };

  define('takeBlockHere', 1, 1, (local, order) => {
    const { code, index } = takeHere(local, order!, constant(0));
    return [
      block('none', ...code, ...giveResult(subtract(index, shiftLeft(at.busy, constant(3))))),
      ...constant(RESULT.none),
    ];
  });

  define('takeBlock', 1, 1, (local, order) => {
    const except = local();
    const { code, index } = takeHere(local, order!, except.get);
    return [
      // A child that has become free is left alone while there are others.
      ...except.set(constant(CHILD_FRAMES)),
      loop(
        'child',
        block('none', ...code, ...count(COUNTER.allocations), ...giveResult(add(originOfBytes, index))),
        ...except.set(constant(0)),
        ...jumpIf('child', seekBlock(order!.get)),
      ),
      ...constant(RESULT.none),
    ];
  });

  define('freeBlock', 2, 1, (local, frame, order) => {
    const [index, address, entry, insideAt, value] = [local(), local(), local(), local(), local()];
    const [frames, mask, beside, shift] = [local(), local(), local(), local()];
    const unsure = giveResult(constant(RESULT.unsure));
    return [
      ...frames.set(shiftLeft(constant(1), order!.get)),
      ...when(
        atLeastUnsigned(subtract(frame!.get, at.base), subtract(add(at.frames, constant(1)), frames.get)),
        unsure,
      ),
      ...index.set(subtract(frame!.get, at.origin)),
      ...when(and(index.get, subtract(frames.get, constant(1))), unsure),
      ...address.set(word(at.entries, shiftRight(index.get, constant(CHILD_ORDER)))),
      ...entry.set(peek(address.get)),
      ...when(differ(and(entry.get, constant(HUGE | RUNS | PINNED)), constant(RUNS)), unsure),
      ...insideAt.set(word(at.inside, shiftRight(index.get, constant(WORD_ORDER)))),
      ...shift.set(and(index.get, constant(31))),
      ...mask.set(shiftRight(constant(-1), subtract(constant(32), frames.get))),
      // The first frame is inside no run, nor is the one behind the others.
      ...beside.set(or(constant(1), shiftLeft(constant(1), frames.get))),
      ...when(equal(add(shift.get, frames.get), constant(32)), [
        // That one is in the next word, or in the next child.
        ...when(isZero(and(add(index.get, frames.get), constant(CHILD_FRAMES - 1))), unsure),
        ...when(and(peek(add(insideAt.get, constant(4))), constant(1)), unsure),
        ...beside.set(constant(1)),
      ]),
      ...beside.set(shiftLeft(beside.get, shift.get)),
      ...mask.set(shiftLeft(and(mask.get, constant(-2)), shift.get)),
      // Of two frees one clears the inside bits.
      ...changeSoon(
        'inside',
        insideAt,
        value,
        when(differ(and(value.get, or(mask.get, beside.get)), mask.get), unsure),
        exclusiveOr(value.get, mask.get),
      ),
      ...mask.set(or(mask.get, shiftLeft(constant(1), shift.get))),
      ...insideAt.set(subtract(insideAt.get, subtract(at.inside, at.busy))),
      ...changeSoon('busy', insideAt, value, [], exclusiveOr(value.get, mask.get)),
      ...value.set(exclusiveOr(value.get, mask.get)),
      ...count(COUNTER.frees),
      ...countFreed(local, address, entry, index, frames.get, value),
      ...constant(STATUS.ok),
    ];
  });
}
