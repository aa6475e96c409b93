/** Sets of huge frames. */
import {
  add,
  and,
  bit,
  type Code,
  constant,
  giveResult,
  increase,
  isZero,
  jumpIf,
  less,
  loop,
  multiply,
  not,
  or,
  type Place,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  when,
} from '@armature/wasm-assembler';
import type { Scope } from './scope.ts';

export function defineSets({ inner, layout, occupied, sets, tops }: Scope) {
  const setWords = constant(layout.setWords);
  const setTops = constant(layout.setTops);
  /** The word of a set that a huge frame is in, and the word of the summary above it. */
  const wordOf = (set: Code, huge: Code): Place =>
    sets(add(multiply(set, setWords), shiftRight(huge, constant(5))));
  const topOf = (set: Code, huge: Code): Place =>
    tops(add(multiply(set, setTops), shiftRight(huge, constant(10))));
  const topBit = (huge: Code): Code => bit(shiftRight(huge, constant(5)));

  /** Adds a huge frame to a set, without a branch; it may be a member. */
  const joinSoon = (set: Code, huge: Code): Code => {
    const [word, top] = [wordOf(set, huge), topOf(set, huge)];
    return [
      word.set(or(word.get, bit(huge))),
      top.set(or(top.get, topBit(huge))),
      occupied.set(or(occupied.get, bit(set))),
    ];
  };
  const join = inner(2, 0, (_, set, huge) => joinSoon(set!.get, huge!.get));

  /** Takes the word of a huge frame out of the summary, and the set out of `occupied` when it is empty now. */
  const emptyWord = inner(2, 0, (local, set, huge) => {
    const [at, end] = [local(), local()];
    const top = topOf(set!.get, huge!.get);
    return [
      top.set(and(top.get, not(topBit(huge!.get)))),
      at.set(multiply(set!.get, setTops)),
      end.set(add(at.get, setTops)),
      loop('top', [
        when(tops(at.get).get, giveResult([])),
        increase(at),
        jumpIf('top', less(at.get, end.get)),
      ]),
      occupied.set(and(occupied.get, not(bit(set!.get)))),
    ];
  });

  /** Takes a huge frame out of a set that it is in. */
  const leave = inner(2, 0, (local, set, huge) => {
    const left = local();
    const word = wordOf(set!.get, huge!.get);
    return [
      left.set(and(word.get, not(bit(huge!.get)))),
      word.set(left.get),
      when(isZero(left.get), emptyWord(set!.get, huge!.get)),
    ];
  });

  const has = (set: Code, huge: Code): Code => and(shiftRight(wordOf(set, huge).get, huge), constant(1));

  /** The smallest member of a set, or -1. */
  const lowest = inner(1, 1, (local, set) => {
    const [top, found] = [local(), local()];
    return [
      loop('top', [
        found.set(tops(add(multiply(set!.get, setTops), top.get)).get),
        when(found.get, [
          found.set(add(shiftLeft(top.get, constant(5)), trailingZeros(found.get))),
          giveResult(
            add(
              shiftLeft(found.get, constant(5)),
              trailingZeros(sets(add(multiply(set!.get, setWords), found.get)).get),
            ),
          ),
        ]),
        increase(top),
        jumpIf('top', less(top.get, setTops)),
      ]),
      constant(-1),
    ];
  });

  /** The smallest member of two sets, or -1. */
  const lowestCommon = inner(2, 1, (local, one, other) => {
    const [top, words, word, members] = [local(), local(), local(), local()];
    const inBoth = (part: (index: Code) => Place, size: Code, index: Code): Code =>
      and(part(add(multiply(one!.get, size), index)).get, part(add(multiply(other!.get, size), index)).get);
    return [
      loop('top', [
        words.set(inBoth(tops, setTops, top.get)),
        when(words.get, [
          loop('word', [
            word.set(add(shiftLeft(top.get, constant(5)), trailingZeros(words.get))),
            members.set(inBoth(sets, setWords, word.get)),
            when(members.get, giveResult(add(shiftLeft(word.get, constant(5)), trailingZeros(members.get)))),
            words.set(and(words.get, subtract(words.get, constant(1)))),
            jumpIf('word', words.get),
          ]),
        ]),
        increase(top),
        jumpIf('top', less(top.get, setTops)),
      ]),
      constant(-1),
    ];
  });
  return { join, joinSoon, leave, has, lowest, lowestCommon };
}

export type Sets = ReturnType<typeof defineSets>;
