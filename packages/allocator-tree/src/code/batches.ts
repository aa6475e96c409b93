/**
 * Taking, checking and freeing many single frames, a word of 32 at a time. The frames are in the worker's batch: words of
 * its own, which the caller reads and fills.
 */

import {
  add,
  and,
  atLeastUnsigned,
  block,
  type Code,
  constant,
  countOnes,
  eachEqual,
  equal,
  exclusiveOr,
  giveResult,
  greater,
  increase,
  isZero,
  jump,
  jumpIf,
  less,
  lessUnsigned,
  loop,
  not,
  or,
  shiftLeft,
  shiftRight,
  signs,
  splat,
  subtract,
  trailingZeros,
  when,
} from '@armature/wasm-assembler';
import { CHILD_FRAMES, CHILD_ORDER, HUGE, PINNED, RUNS } from '../layout.ts';
import { free, type Scope, WORD_ORDER, word } from './scope.ts';
import type { SingleFrames } from './single-frames.ts';
import type { TreeChoice } from './tree-choice.ts';

export function defineBatches(
  scope: Scope,
  { countFreed, giveBackWord }: SingleFrames,
  { nextChild }: TreeChoice,
): void {
  const { at, cursor, originOfBytes, define, inner, load, peek, peekFour, swap, changeRead, batch } = scope;

  /** A bit for each of a child's words that is not full. */
  const openWords = inner(1, 1, (_, address) => {
    const full = [0, 16, 32, 48].map((offset) =>
      signs(eachEqual(peekFour(address!.get, offset), splat(constant(-1)))),
    );
    return exclusiveOr(
      full.map((each, index) => shiftLeft(each, constant(index * 4))).reduce((all, each) => or(all, each)),
      constant(0xffff),
    );
  });

  define('takeBatch', 1, 1, (local, count) => {
    const [slot, address, entry, wanted, first] = [local(), local(), local(), local(), local()];
    const [open, wordAt, value, taken, rest, left] = [local(), local(), local(), local(), local(), local()];
    /** Leaves as many of the bits as are wanted. */
    const lowestWanted: Code = [
      ...rest.set(taken.get),
      ...left.set(wanted.get),
      loop(
        'one',
        ...rest.set(and(rest.get, subtract(rest.get, constant(1)))),
        ...increase(left, -1),
        ...jumpIf('one', left.get),
      ),
      ...taken.set(exclusiveOr(taken.get, rest.get)),
    ];
    return [
      loop(
        'child',
        ...address.set(cursor.entry.get),
        ...when(address.get, [
          ...entry.set(peek(address.get)),
          ...wanted.set(free(entry.get)),
          ...when(
            greater(wanted.get, subtract(count!.get, slot.get)),
            wanted.set(subtract(count!.get, slot.get)),
          ),
          ...when(wanted.get, [
            ...jumpIf('child', isZero(swap(address.get, entry, subtract(entry.get, wanted.get)))),
            ...first.set(add(at.busy, shiftLeft(subtract(address.get, at.entries), constant(4)))),
            // With the right to frames there are as many clear bits somewhere.
            loop(
              'look',
              // What others gave back meanwhile is seen: without an atomic step a host may read the vectors once for all.
              ...value.set(load(first.get)),
              ...open.set(openWords(first.get)),
              loop(
                'word',
                ...jumpIf('look', isZero(open.get)),
                ...wordAt.set(word(first.get, trailingZeros(open.get))),
                ...open.set(and(open.get, subtract(open.get, constant(1)))),
                block(
                  'told',
                  loop(
                    'again',
                    ...value.set(peek(wordAt.get)),
                    ...taken.set(not(value.get)),
                    ...jumpIf('told', isZero(taken.get)),
                    ...when(greater(countOnes(taken.get), wanted.get), lowestWanted),
                    ...jumpIf('again', isZero(swap(wordAt.get, value, or(value.get, taken.get)))),
                  ),
                  ...wanted.set(subtract(wanted.get, countOnes(taken.get))),
                  ...value.set(add(originOfBytes, shiftLeft(wordAt.get, constant(3)))),
                  loop(
                    'frame',
                    ...batch.put(slot.get, add(value.get, trailingZeros(taken.get))),
                    ...increase(slot),
                    ...taken.set(and(taken.get, subtract(taken.get, constant(1)))),
                    ...jumpIf('frame', taken.get),
                  ),
                ),
                ...jumpIf('word', wanted.get),
              ),
            ),
            ...cursor.word.set(wordAt.get),
            ...when(equal(slot.get, count!.get), giveResult(slot.get)),
          ]),
        ]),
        ...jumpIf('child', nextChild()),
      ),
      ...slot.get,
    ];
  });

  define('checkBatch', 2, 1, (local, slot, count) => {
    const [frame, index, entry, value] = [local(), local(), local(), local()];
    const wordOf = (array: Code): Code => word(array, shiftRight(index.get, constant(WORD_ORDER)));
    const bitOf = (bits: Code): Code => and(shiftRight(bits, index.get), constant(1));
    const unsure = giveResult(slot!.get);
    return [
      block(
        'checked',
        loop(
          'frame',
          ...jumpIf('checked', equal(slot!.get, count!.get)),
          ...frame.set(batch.get(slot!.get)),
          ...when(atLeastUnsigned(subtract(frame.get, at.base), at.frames), unsure),
          ...index.set(subtract(frame.get, at.origin)),
          ...entry.set(peek(word(at.entries, shiftRight(index.get, constant(CHILD_ORDER))))),
          ...value.set(peek(wordOf(at.busy))),
          ...when(isZero(bitOf(value.get)), unsure),
          ...when(and(entry.get, constant(HUGE | RUNS | PINNED)), [
            ...when(and(entry.get, constant(HUGE | PINNED)), unsure),
            // Inside no run, nor is the frame behind it, which may be in the next word or child.
            ...when(bitOf(peek(wordOf(at.inside))), unsure),
            ...increase(index),
            ...when(isZero(and(index.get, constant(CHILD_FRAMES - 1))), unsure),
            ...when(bitOf(peek(wordOf(at.inside))), unsure),
          ]),
          ...increase(slot!),
          ...jump('frame'),
        ),
      ),
      ...count!.get,
    ];
  });

  define('freeBatch', 1, 1, (local, count) => {
    const [slot, index, next, address, entry] = [local(), local(), local(), local(), local()];
    const [wordAt, value, mask, freed] = [local(), local(), local(), local()];
    const child = shiftRight(index.get, constant(CHILD_ORDER));
    return [
      ...when(isZero(count!.get), giveResult(constant(0))),
      ...next.set(subtract(batch.get(constant(0)), at.origin)),
      loop(
        'word',
        ...index.set(next.get),
        ...address.set(word(at.entries, child)),
        ...wordAt.set(word(at.busy, shiftRight(index.get, constant(WORD_ORDER)))),
        ...entry.set(peek(address.get)),
        ...value.set(peek(wordAt.get)),
        ...mask.set(constant(0)),
        block(
          'together',
          loop(
            'more',
            ...mask.set(or(mask.get, shiftLeft(constant(1), next.get))),
            ...increase(slot),
            ...jumpIf('together', equal(slot.get, count!.get)),
            ...next.set(subtract(batch.get(slot.get), at.origin)),
            ...jumpIf('more', lessUnsigned(exclusiveOr(next.get, index.get), constant(1 << WORD_ORDER))),
          ),
        ),
        ...changeRead('clear', wordAt, value, [], and(value.get, not(mask.get))),
        // Others may have freed some of them meanwhile.
        ...mask.set(and(mask.get, value.get)),
        ...value.set(exclusiveOr(value.get, mask.get)),
        ...freed.set(add(freed.get, countOnes(mask.get))),
        ...when(mask.get, [
          ...index.set(or(and(index.get, constant(-1 << WORD_ORDER)), trailingZeros(mask.get))),
          ...when(
            and(mask.get, subtract(mask.get, constant(1))),
            giveBackWord(child, countOnes(mask.get), index.get, value.get),
            countFreed(local, address, entry, index, constant(1), value),
          ),
        ]),
        ...jumpIf('word', less(slot.get, count!.get)),
      ),
      ...freed.get,
    ];
  });
}
