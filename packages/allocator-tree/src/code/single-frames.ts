/** Taking and freeing single frames. */

import {
  add,
  and,
  atLeast,
  atLeastUnsigned,
  block,
  type Code,
  constant,
  differ,
  equal,
  exclusiveOr,
  giveResult,
  greater,
  increase,
  isZero,
  jump,
  jumpIf,
  leadingZeros,
  less,
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
import {
  CHILD_FRAMES,
  CHILD_ORDER,
  EPOCH,
  FREE,
  HINT,
  HINT_SHIFT,
  HUGE,
  MEASURED,
  PINNED,
  RUNS,
  WHOLE,
} from '../layout.ts';
import type { Hints } from './hints.ts';
import {
  CHILD_BYTES,
  COUNTER,
  FIRST_BITS,
  field,
  free,
  RESULT,
  type Scope,
  STATUS,
  WORD_ORDER,
  word,
} from './scope.ts';
import type { TreeChoice } from './tree-choice.ts';

export function defineSingleFrames(scope: Scope, { raise }: Hints, { nextChild }: TreeChoice) {
  const { at, cursor, originOfBytes, define, inner, load, peek, swap, count, change, changeRead, setHint } =
    scope;

  define('take', 0, 1, (local) => {
    const [address, entry, wordAt, value] = [local(), local(), local(), local()];
    const takeBit = swap(wordAt.get, value, or(value.get, add(value.get, constant(1))));
    return [
      block(
        'right',
        ...address.set(cursor.entry.get),
        ...when(address.get, [
          ...entry.set(peek(address.get)),
          // Not later, because an atomic instruction lets no load behind it begin before its end.
          ...wordAt.set(cursor.word.get),
          ...value.set(peek(wordAt.get)),
          ...when(
            free(entry.get),
            jumpIf('right', swap(address.get, entry, subtract(entry.get, constant(1)))),
          ),
        ]),
        loop(
          'again',
          ...address.set(cursor.entry.get),
          ...when(address.get, entry.set(peek(address.get)), entry.set(constant(0))),
          ...when(
            free(entry.get),
            jumpIf('right', swap(address.get, entry, subtract(entry.get, constant(1)))),
            [
              ...when(isZero(nextChild()), giveResult(constant(RESULT.none))),
              ...wordAt.set(cursor.word.get),
              ...value.set(peek(wordAt.get)),
            ],
          ),
          ...jump('again'),
        ),
      ),
      block(
        'taken',
        ...when(differ(value.get, constant(-1)), jumpIf('taken', takeBit)),
        // With the right to a frame there is a clear bit somewhere.
        loop(
          'word',
          ...value.set(load(wordAt.get)),
          ...when(equal(value.get, constant(-1)), [...nextWord(wordAt), ...jump('word')]),
          ...jumpIf('word', isZero(takeBit)),
        ),
        ...cursor.word.set(wordAt.get),
      ),
      ...count(COUNTER.allocations),
      ...add(add(originOfBytes, shiftLeft(wordAt.get, constant(3))), trailingZeros(not(value.get))),
    ];
  });

  /** Whether the naturally aligned block of 2^order frames around a frame is free by its bits; order 0 to 8. */
  const isBlockFree = inner(2, 1, (local, index, order) => {
    const [address, end] = [local(), local()];
    return [
      ...address.set(word(at.busy, shiftRight(index!.get, constant(WORD_ORDER)))),
      ...when(less(order!.get, constant(WORD_ORDER)), [
        ...giveResult(isZero(and(load(address.get), blockAround(index!.get, order!.get)))),
      ]),
      ...end.set(shiftLeft(constant(4), subtract(order!.get, constant(WORD_ORDER)))),
      ...address.set(
        add(
          at.busy,
          and(
            shiftLeft(shiftRight(index!.get, constant(WORD_ORDER)), constant(2)),
            subtract(constant(0), end.get),
          ),
        ),
      ),
      ...end.set(add(address.get, end.get)),
      loop(
        'word',
        ...when(load(address.get), giveResult(constant(0))),
        ...increase(address, 4),
        ...jumpIf('word', less(address.get, end.get)),
      ),
      ...constant(1),
    ];
  });

  const giveBack = define('giveBack', 3, 0, (local, child, frames, index) => {
    const [address, entry, counted, hint, bound, next] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    return [
      ...address.set(word(at.entries, child!.get)),
      ...change(
        'again',
        address,
        entry,
        [
          ...counted.set(add(free(entry.get), frames!.get)),
          ...hint.set(field(entry.get)),
          ...next.set(and(entry.get, constant(~(FREE | HINT | MEASURED)))),
          ...when(
            equal(counted.get, constant(CHILD_FRAMES)),
            [...hint.set(constant(WHOLE)), ...next.set(and(next.get, constant(~RUNS)))],
            [
              block(
                'raised',
                loop(
                  'raise',
                  ...jumpIf('raised', atLeast(hint.get, constant(CHILD_ORDER))),
                  ...jumpIf('raised', isZero(isBlockFree(index!.get, hint.get))),
                  ...increase(hint),
                  ...jump('raise'),
                ),
              ),
            ],
          ),
          ...next.set(
            add(or(or(next.get, counted.get), shiftLeft(hint.get, constant(HINT_SHIFT))), constant(EPOCH)),
          ),
        ],
        next.get,
      ),
      ...setHint(counted, bound, next),
      ...setHint(hint, bound, entry),
      ...when(greater(counted.get, hint.get), raise(child!.get, counted.get)),
    ];
  });

  /** Counts frames of one word as free, whose bits were cleared: the rest of the word is in `value`. */
  const giveBackWord = inner(4, 0, (local, child, frames, index, value) => {
    const [address, entry, starts, least, hint, bound, next] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    return [
      ...when(isZero(value!.get), [...giveBack(child!.get, frames!.get, index!.get), ...giveResult([])]),
      // One more than the order of the largest block in the word.
      ...starts.set(exclusiveOr(value!.get, constant(-1))),
      block(
        'known',
        ...FIRST_BITS.flatMap((first, step) => [
          ...increase(least),
          ...starts.set(and(and(starts.get, shiftRight(starts.get, constant(1 << step))), constant(first))),
          ...jumpIf('known', isZero(starts.get)),
        ]),
      ),
      ...address.set(word(at.entries, child!.get)),
      ...change(
        'again',
        address,
        entry,
        [
          ...next.set(and(add(entry.get, add(frames!.get, constant(EPOCH))), constant(~MEASURED))),
          ...when(
            equal(free(next.get), constant(CHILD_FRAMES)),
            next.set(or(and(next.get, constant(~(HINT | RUNS))), constant(WHOLE << HINT_SHIFT))),
            when(
              less(field(next.get), least.get),
              next.set(or(and(next.get, constant(~HINT)), shiftLeft(least.get, constant(HINT_SHIFT)))),
            ),
          ),
        ],
        next.get,
      ),
      ...setHint(least, bound, next),
      ...setHint(hint, bound, entry),
      ...when(greater(least.get, hint.get), raise(child!.get, least.get)),
    ];
  });

  /**
   * Counts frames of a child as free, whose bits in a word were cleared: the rest of the word is in `value`, and in
   * `entry` what the child's word was before.
   * The common course: they join no block larger than the hint says, and don't make the child free.
   */
  const countFreed = (
    local: () => Variable,
    address: Variable,
    entry: Variable,
    index: Variable,
    frames: Code,
    value: Variable,
  ): Code => {
    const [hint, bound] = [local(), local()];
    const child = shiftRight(index.get, constant(CHILD_ORDER));
    return [
      block(
        'counted',
        block(
          'uncommon',
          ...changeRead(
            'count',
            address,
            entry,
            [
              ...jumpIf('uncommon', equal(add(free(entry.get), frames), constant(CHILD_FRAMES))),
              ...hint.set(field(entry.get)),
              ...when(less(hint.get, constant(CHILD_ORDER)), [
                ...when(
                  less(hint.get, constant(WORD_ORDER)),
                  jumpIf('uncommon', isZero(and(value.get, blockAround(index.get, hint.get)))),
                  jumpIf('uncommon', isZero(value.get)),
                ),
              ]),
            ],
            and(add(entry.get, add(frames, constant(EPOCH))), constant(~MEASURED)),
          ),
          ...jumpIf(
            'counted',
            equal(leadingZeros(free(entry.get)), leadingZeros(add(free(entry.get), frames))),
          ),
          // Passing a power of two the counter lifts its bound of the hint.
          ...entry.set(add(entry.get, frames)),
          ...setHint(hint, bound, entry),
          ...raise(child, hint.get),
          ...jump('counted'),
        ),
        ...giveBack(child, frames, index.get),
      ),
    ];
  };

  define('free', 1, 1, (local, frame) => {
    const [index, address, entry, wordAt, value, bit] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    return [
      ...when(
        atLeastUnsigned(subtract(frame!.get, at.base), at.frames),
        giveResult(constant(STATUS.outOfRange)),
      ),
      ...index.set(subtract(frame!.get, at.origin)),
      ...address.set(word(at.entries, shiftRight(index.get, constant(CHILD_ORDER)))),
      ...wordAt.set(word(at.busy, shiftRight(index.get, constant(WORD_ORDER)))),
      ...entry.set(peek(address.get)),
      ...value.set(peek(wordAt.get)),
      ...when(and(entry.get, constant(HUGE | RUNS | PINNED)), giveResult(constant(RESULT.unsure))),
      ...bit.set(shiftLeft(constant(1), index.get)),
      ...changeRead(
        'clear',
        wordAt,
        value,
        when(isZero(and(value.get, bit.get)), giveResult(constant(STATUS.doubleFree))),
        exclusiveOr(value.get, bit.get),
      ),
      ...value.set(exclusiveOr(value.get, bit.get)),
      ...count(COUNTER.frees),
      ...countFreed(local, address, entry, index, constant(1), value),
      ...constant(STATUS.ok),
    ];
  });

  return { giveBackWord, countFreed };
}

/** Moves an address on to the child's next word. */
export const nextWord = (wordAt: Variable): Code =>
  wordAt.set(
    or(and(wordAt.get, constant(-CHILD_BYTES)), and(add(wordAt.get, constant(4)), constant(CHILD_BYTES - 1))),
  );

export type SingleFrames = ReturnType<typeof defineSingleFrames>;

/** The bits of the naturally aligned block of 2^order frames around a frame in its word; order 0 to 4. */
function blockAround(index: Code, order: Code): Code {
  const frames = shiftLeft(constant(1), order);
  return shiftLeft(
    subtract(shiftLeft(constant(1), frames), constant(1)),
    and(index, subtract(constant(0), frames)),
  );
}
