/** Counts, best orders, and the stale list. */
import {
  add,
  and,
  bit,
  block,
  type Code,
  choose,
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
import { FIRST_CLASS, HUGE_FRAMES, IS_STALE, STALE, WHOLE, WORDS } from '../layout.ts';
import { BEST_SHIFT, bestOf, CLASS, COUNT, countOf, type Scope } from './scope.ts';
import type { Sets } from './sets.ts';

/** Of the first bits of aligned groups of 2, 4, 8, 16 and 32 bits. */
const GROUPS = [0x5555_5555, 0x1111_1111, 0x0101_0101, 0x0001_0001, 1];

export function defineLevels(scope: Scope, { join, leave, has }: Sets) {
  const { define, inner, bits, summary, stale, current, occupied, nextStale, none } = scope;
  const returnNow: Code = giveResult([]);

  /** The class of a huge frame with a summary: none (0) when it is full or free. */
  const classOf = inner(1, 1, (_, value) => [
    when(
      or(isZero(and(value!.get, constant(COUNT))), equal(bestOf(value!.get), constant(WHOLE))),
      giveResult(constant(0)),
    ),
    add(shiftRight(countOf(value!.get), constant(6)), constant(FIRST_CLASS)),
  ]);

  /** Moves a huge frame from one class to another; 0 is none. */
  const changeClass = inner(3, 0, (local, huge, from, to) => {
    const kept = local();
    return [
      when(equal(from!.get, to!.get), returnNow),
      when(from!.get, leave(from!.get, huge!.get)),
      when(to!.get, join(to!.get, huge!.get)),
      // Single frames come from the fullest class at all times.
      kept.set(classOf(summary(current.get).get)),
      when(
        or(isZero(kept.get), and(occupied.get, subtract(bit(kept.get), constant(1 << FIRST_CLASS)))),
        current.set(none),
      ),
    ];
  });

  const setBest = define('setBest', 2, 0, (local, huge, to) => {
    const [value, from] = [local(), local()];
    return [
      value.set(summary(huge!.get).get),
      from.set(bestOf(value.get)),
      when(equal(from.get, to!.get), returnNow),
      summary(huge!.get).set(
        or(and(value.get, constant(~(15 << BEST_SHIFT))), shiftLeft(to!.get, constant(BEST_SHIFT))),
      ),
      when(
        equal(from.get, constant(WHOLE)),
        [leave(constant(WHOLE), huge!.get), from.set(constant(0))],
        [when(equal(to!.get, constant(WHOLE)), [join(constant(WHOLE), huge!.get), to!.set(constant(0))])],
      ),
      block('done', [
        loop('raise', [
          jumpIf('done', equal(from.get, to!.get)),
          when(
            less(from.get, to!.get),
            [increase(from), join(from.get, huge!.get)],
            [leave(from.get, huge!.get), increase(from, -1)],
          ),
          jump('raise'),
        ]),
      ]),
    ];
  });

  /** The naturally aligned groups of 2^order bits that are all set, by their first bits; order 0 to 5. */
  const alignedGroups = inner(2, 1, (_, word, order) => [
    GROUPS.map((firsts, index) => [
      when(equal(order!.get, constant(index)), giveResult(word!.get)),
      word!.set(and(and(word!.get, shiftRight(word!.get, constant(1 << index))), constant(firsts))),
    ]),
    word!.get,
  ]);

  /** The words of a huge frame that are all free, as bits. */
  const fullWords = inner(1, 1, (local, huge) => {
    const [at, full] = [local(), local()];
    return [
      at.set(shiftLeft(huge!.get, constant(4))),
      Array.from({ length: WORDS }, (_, index) =>
        full.set(
          or(
            full.get,
            shiftLeft(equal(bits(add(at.get, constant(index))).get, constant(-1)), constant(index)),
          ),
        ),
      ),
      full.get,
    ];
  });

  const raiseWhile = (order: Variable, limit: number, label: string, larger: Code): Code => [
    block(`${label} is it`, [
      loop(label, [
        jumpIf(`${label} is it`, equal(order.get, constant(limit))),
        jumpIf(`${label} is it`, isZero(larger)),
        increase(order),
        jump(label),
      ]),
    ]),
  ];

  /** The exact order of the largest free block of a huge frame. */
  const largestOrder = inner(1, 1, (local, huge) => {
    const [value, order, found] = [local(), local(), local()];
    return [
      value.set(summary(huge!.get).get),
      found.set(countOf(value.get)),
      when(isZero(found.get), giveResult(constant(0))),
      when(equal(found.get, constant(HUGE_FRAMES)), giveResult(constant(WHOLE))),
      found.set(fullWords(huge!.get)),
      when(found.get, [
        order.set(constant(5)),
        raiseWhile(order, WHOLE, 'words', alignedGroups(found.get, subtract(order.get, constant(4)))),
        giveResult(order.get),
      ]),
      value.set(and(value.get, constant(0xffff))),
      loop('word', [
        found.set(bits(add(shiftLeft(huge!.get, constant(4)), trailingZeros(value.get))).get),
        raiseWhile(order, 4, 'bits', alignedGroups(found.get, add(order.get, constant(1)))),
        value.set(and(value.get, subtract(value.get, constant(1)))),
        jumpIf('word', value.get),
      ]),
      order.get,
    ];
  });

  /** Moves a huge frame between the sets after its count changed. `before`: its summary before. */
  const classify = inner(2, 0, (local, huge, before) => {
    const [after, from] = [local(), local()];
    return [
      after.set(summary(huge!.get).get),
      from.set(classOf(before!.get)),
      when(isZero(from.get), [when(has(constant(FIRST_CLASS), huge!.get), from.set(constant(FIRST_CLASS)))]),
      when(
        isZero(and(after.get, constant(COUNT))),
        setBest(huge!.get, constant(0)),
        when(
          equal(countOf(after.get), constant(HUGE_FRAMES)),
          setBest(huge!.get, constant(WHOLE)),
          when(equal(bestOf(after.get), constant(WHOLE)), setBest(huge!.get, constant(WHOLE - 1))),
        ),
      ),
      changeClass(huge!.get, from.get, classOf(summary(huge!.get).get)),
    ];
  });

  /** Whether counts are in different classes, or the lower one is 0: else no set changes. */
  const changesClass = (lower: Code, higher: Code): Code =>
    or(and(exclusiveOr(lower, higher), constant(CLASS)), isZero(and(lower, constant(COUNT))));

  /** Adds to the count of a huge frame, or takes off, and moves it between the sets. Returns the new count. */
  const changeCount = define('changeCount', 2, 1, (local, huge, frames) => {
    const before = local();
    return [
      before.set(summary(huge!.get).get),
      summary(huge!.get).set(add(before.get, shiftLeft(frames!.get, constant(16)))),
      classify(huge!.get, before.get),
      countOf(summary(huge!.get).get),
    ];
  });

  /** Whether the aligned block of 2^order frames around an index is free, order 1 to 9. */
  const isBlockFree = inner(2, 1, (local, index, order) => {
    const [at, end] = [local(), local()];
    return [
      at.set(shiftRight(index!.get, constant(5))),
      when(less(order!.get, constant(6)), [
        giveResult(
          isZero(
            and(
              shiftRight(not(bits(at.get).get), and(index!.get, subtract(constant(32), bit(order!.get)))),
              shiftRight(constant(-1), subtract(constant(32), bit(order!.get))),
            ),
          ),
        ),
      ]),
      end.set(bit(subtract(order!.get, constant(5)))),
      at.set(and(at.get, subtract(constant(0), end.get))),
      end.set(add(at.get, end.get)),
      loop('word', [
        when(differ(bits(at.get).get, constant(-1)), giveResult(constant(0))),
        increase(at),
        jumpIf('word', less(at.get, end.get)),
      ]),
      constant(1),
    ];
  });

  /** Raises the best order to the order of the largest free block around an index that is higher. */
  const raise = inner(2, 0, (local, huge, index) => {
    const [before, best] = [local(), local()];
    return [
      before.set(bestOf(summary(huge!.get).get)),
      best.set(before.get),
      when(less(best.get, constant(WHOLE - 1)), [
        raiseWhile(best, WHOLE - 1, 'order', isBlockFree(index!.get, add(best.get, constant(1)))),
        when(greater(best.get, before.get), setBest(huge!.get, best.get)),
      ]),
    ];
  });

  /**
   * Whether the best order may have to be raised, now that a frame of a word is free: when the block around it that is one
   * order above, or in a whole word from order 5 on, is free. `size` is changed.
   */
  const mayRaise = (size: Variable, best: Code, word: Code, index: Code): Code => [
    size.set(best),
    size.set(choose(constant(4), size.get, less(constant(4), size.get))),
    size.set(subtract(constant(32), shiftLeft(constant(2), size.get))),
    isZero(and(shiftRight(not(word), and(index, size.get)), shiftRight(constant(-1), size.get))),
  ];

  /** Lets the best order of a huge frame be too high; the one that has been so for longest is made exact. */
  const markStale = inner(1, 0, (local, huge) => {
    const [next, oldest] = [local(), local()];
    const nextOf = and(add(next.get, constant(1)), constant(STALE - 1));
    return [
      when(and(summary(huge!.get).get, constant(IS_STALE)), returnNow),
      next.set(nextStale.get),
      // Frames are taken from the current one all the time.
      when(equal(stale(next.get).get, current.get), next.set(nextOf)),
      oldest.set(stale(next.get).get),
      when(not(oldest.get), [
        summary(oldest.get).set(and(summary(oldest.get).get, constant(~IS_STALE))),
        setBest(oldest.get, largestOrder(oldest.get)),
      ]),
      stale(next.get).set(huge!.get),
      nextStale.set(nextOf),
      summary(huge!.get).set(or(summary(huge!.get).get, constant(IS_STALE))),
    ];
  });

  const makeExact = (huge: Code): Code => setBest(huge, largestOrder(huge));
  return {
    classOf,
    changeClass,
    classify,
    changesClass,
    changeCount,
    setBest,
    mayRaise,
    makeExact,
    raise,
    markStale,
    alignedGroups,
    fullWords,
  };
}

export type Levels = ReturnType<typeof defineLevels>;
