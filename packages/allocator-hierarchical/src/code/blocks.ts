/** Aligned blocks of 2^order frames of one huge frame, order 1 to 8: where they are, and taking and freeing them. */
import {
  add,
  and,
  atLeastUnsigned,
  bit,
  block,
  type Code,
  constant,
  differ,
  equal,
  exclusiveOr,
  giveResult,
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
  subtract,
  trailingZeros,
  when,
} from '@armature/wasm-assembler';
import { FIRST_CLASS, HUGE_FRAMES, IS_STALE, WHOLE } from '../layout.ts';
import type { Levels } from './levels.ts';
import type { Marks } from './marks.ts';
import type { Ranges } from './ranges.ts';
import type { Runs } from './runs.ts';
import { bestOf, countOf, drop, type Scope } from './scope.ts';
import type { Sets } from './sets.ts';

export function defineBlocks(
  { define, inner, layout, bits, summary, occupied }: Scope,
  { lowest, lowestCommon }: Sets,
  levels: Levels,
  { clearBits, setBits }: Ranges,
  { togglePart, isRun, runWord }: Runs,
  { toggleMarksHere, removeBlockHere }: Marks,
) {
  const { alignedGroups, fullWords, changeCount, makeExact, setBest, markStale, raise } = levels;
  const { classify, changesClass, mayRaise } = levels;
  const origin = constant(layout.origin);

  /** A huge frame of the fullest class that has one with a block of an order, which there is. */
  const fullestWith = inner(1, 1, (local, order) => {
    const [classes, huge] = [local(), local()];
    return [
      classes.set(shiftRight(occupied.get, constant(FIRST_CLASS))),
      block('none', [
        loop('class', [
          jumpIf('none', isZero(classes.get)),
          huge.set(lowestCommon(add(trailingZeros(classes.get), constant(FIRST_CLASS)), order!.get)),
          when(less(constant(-1), huge.get), giveResult(huge.get)),
          classes.set(and(classes.get, subtract(classes.get, constant(1)))),
          jump('class'),
        ]),
      ]),
      lowest(order!.get),
    ];
  });

  /** The lowest free block in a huge frame, as an index, or -1. */
  const searchHuge = inner(2, 1, (local, huge, order) => {
    const [mask, at, found] = [local(), local(), local()];
    return [
      when(less(constant(5), order!.get), [
        found.set(alignedGroups(fullWords(huge!.get), subtract(order!.get, constant(5)))),
        when(isZero(found.get), giveResult(constant(-1))),
        giveResult(add(shiftLeft(huge!.get, constant(9)), shiftLeft(trailingZeros(found.get), constant(5)))),
      ]),
      mask.set(and(summary(huge!.get).get, constant(0xffff))),
      block('none', [
        loop('word', [
          jumpIf('none', isZero(mask.get)),
          at.set(add(shiftLeft(huge!.get, constant(4)), trailingZeros(mask.get))),
          found.set(alignedGroups(bits(at.get).get, order!.get)),
          when(found.get, giveResult(add(shiftLeft(at.get, constant(5)), trailingZeros(found.get)))),
          mask.set(and(mask.get, subtract(mask.get, constant(1)))),
          jump('word'),
        ]),
      ]),
      constant(-1),
    ];
  });

  const findBlock = define('findBlock', 1, 1, (local, order) => {
    const [huge, index] = [local(), local()];
    return [
      block('found', [
        loop('search', [
          when(isZero(and(shiftRight(occupied.get, order!.get), constant(1))), [
            huge.set(lowest(constant(WHOLE))),
            when(less(huge.get, constant(0)), giveResult(constant(-1))),
            giveResult(shiftLeft(huge.get, constant(9))),
          ]),
          huge.set(fullestWith(order!.get)),
          index.set(searchHuge(huge.get, order!.get)),
          jumpIf('found', less(constant(-1), index.get)),
          // The best order was too high.
          makeExact(huge.get),
          jump('search'),
        ]),
      ]),
      index.get,
    ];
  });

  /** Takes and marks a block of whole words. */
  const takeWords = inner(2, 0, (local, index, end) => {
    const huge = local();
    return [
      huge.set(shiftRight(index!.get, constant(9))),
      clearBits(index!.get, end!.get),
      drop(changeCount(huge.get, subtract(index!.get, end!.get))),
      togglePart(add(index!.get, constant(1)), end!.get),
    ];
  });

  /** Gives back a block of whole words that was handed out. */
  const freeWords = inner(3, 0, (local, index, end, order) => {
    const huge = local();
    return [
      huge.set(shiftRight(index!.get, constant(9))),
      togglePart(add(index!.get, constant(1)), end!.get),
      setBits(index!.get, end!.get),
      when(differ(changeCount(huge.get, subtract(end!.get, index!.get)), constant(HUGE_FRAMES)), [
        when(less(bestOf(summary(huge.get).get), order!.get), setBest(huge.get, order!.get)),
        raise(huge.get, index!.get),
      ]),
    ];
  });

  /** The bits of a block in its word. */
  const bitsOf = (index: Code, size: Code): Code =>
    shiftLeft(shiftRight(constant(-1), subtract(constant(32), size)), index);

  define('takeBlock', 1, 1, (local, order) => {
    const [index, at, huge, size, mask, left, before, after] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    return [
      index.set(findBlock(order!.get)),
      when(less(index.get, constant(0)), giveResult(constant(-1))),
      huge.set(shiftRight(index.get, constant(9))),
      size.set(bit(order!.get)),
      before.set(summary(huge.get).get),
      when(isZero(and(before.get, constant(IS_STALE))), [
        markStale(huge.get),
        before.set(summary(huge.get).get),
      ]),
      when(less(constant(32), size.get), [
        takeWords(index.get, add(index.get, size.get)),
        giveResult(add(origin, index.get)),
      ]),
      at.set(shiftRight(index.get, constant(5))),
      mask.set(bitsOf(index.get, size.get)),
      left.set(exclusiveOr(bits(at.get).get, mask.get)),
      bits(at.get).set(left.get),
      after.set(subtract(before.get, shiftLeft(size.get, constant(16)))),
      after.set(and(after.get, not(shiftLeft(isZero(left.get), and(at.get, constant(15)))))),
      summary(huge.get).set(after.get),
      when(changesClass(after.get, before.get), classify(huge.get, before.get)),
      toggleMarksHere(local, at.get, exclusiveOr(mask.get, bit(index.get))),
      add(origin, index.get),
    ];
  });

  define('freeBlock', 2, 1, (local, frame, order) => {
    const [index, size, end, at, huge, mask, word, before, after] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const refused = giveResult(constant(-1));
    return [
      index.set(subtract(frame!.get, origin)),
      size.set(bit(order!.get)),
      when(
        or(
          and(index.get, subtract(size.get, constant(1))),
          or(
            atLeastUnsigned(subtract(index.get, constant(layout.first)), constant(layout.end - layout.first)),
            lessUnsigned(subtract(constant(layout.end), index.get), size.get),
          ),
        ),
        refused,
      ),
      end.set(add(index.get, size.get)),
      when(less(constant(32), size.get), [
        when(isZero(isRun(index.get, end.get)), refused),
        freeWords(index.get, end.get, order!.get),
        giveResult(constant(0)),
      ]),
      at.set(shiftRight(index.get, constant(5))),
      mask.set(bitsOf(index.get, size.get)),
      removeBlockHere(local, at.get, {
        all: mask.get,
        inside: exclusiveOr(mask.get, bit(index.get)),
        goesOn: (marks) => [
          word.set(marks),
          when(isZero(and(end.get, constant(31))), word.set(runWord(add(at.get, constant(1))))),
          and(shiftRight(word.get, end.get), constant(1)),
        ],
        refuse: refused,
      }),
      huge.set(shiftRight(index.get, constant(9))),
      word.set(or(bits(at.get).get, mask.get)),
      bits(at.get).set(word.get),
      before.set(summary(huge.get).get),
      after.set(add(before.get, shiftLeft(size.get, constant(16)))),
      after.set(or(after.get, bit(and(at.get, constant(15))))),
      summary(huge.get).set(after.get),
      when(changesClass(before.get, after.get), [
        classify(huge.get, before.get),
        when(equal(countOf(after.get), constant(HUGE_FRAMES)), giveResult(constant(0))),
      ]),
      when(less(bestOf(after.get), order!.get), setBest(huge.get, order!.get)),
      when(mayRaise(size, bestOf(summary(huge.get).get), word.get, index.get), raise(huge.get, index.get)),
      constant(0),
    ];
  });
}
