/** Hints: what may be free in a child and in a tree. */

import {
  add,
  and,
  anyOf,
  block,
  type Code,
  constant,
  differ,
  eachAnd,
  eachEqual,
  eachNot,
  eachOr,
  eachShiftRight,
  equal,
  exclusiveOr,
  giveResult,
  greater,
  increase,
  isZero,
  jumpIf,
  less,
  loop,
  multiply,
  or,
  shiftLeft,
  shiftRight,
  signs,
  splat,
  when,
} from '@armature/wasm-assembler';
import { CHILD_FRAMES, CHILD_ORDER, CHILD_WORDS, HINT, HINT_SHIFT, WHOLE } from '../layout.ts';
import {
  CHILD_BYTES,
  FIRST_BITS,
  field,
  free,
  type Geometry,
  type Scope,
  WORD_ORDER,
  word,
} from './scope.ts';

export function defineHints(scope: Scope, { treeOrder }: Pick<Geometry, 'treeOrder'>) {
  const { at, define, inner, load, peekFour, swap, change, firstOf, setHint } = scope;
  const children = 1 << treeOrder;

  const raiseTo = inner(2, 0, (local, tree, hint) => {
    const [address, before] = [local(), local()];
    return [
      ...address.set(word(at.hints, tree!.get)),
      ...before.set(load(address.get)),
      ...when(less(before.get, hint!.get), [
        loop(
          'again',
          ...before.set(load(address.get)),
          ...when(less(before.get, hint!.get), jumpIf('again', isZero(swap(address.get, before, hint!.get)))),
        ),
      ]),
    ];
  });

  const raise = define('raise', 2, 0, (local, child, hint) => {
    const each = local();
    /** Free children around a free one make larger blocks: looks at the other half of the block of 2^order. */
    const joined = (order: number): Code => [
      ...each.set(exclusiveOr(and(child!.get, constant(-1 << (order - 1))), constant(1 << (order - 1)))),
      ...each.set(word(at.entries, each.get)),
      ...Array.from({ length: 1 << (order - 1) }, (_, index) =>
        jumpIf('known', differ(free(load(add(each.get, constant(index * 4)))), constant(CHILD_FRAMES))),
      ).flat(),
      ...increase(hint!),
    ];
    return [
      block(
        'known',
        ...jumpIf('known', differ(hint!.get, constant(WHOLE))),
        // Behind the last child are zeros.
        ...Array.from({ length: treeOrder }, (_, order) => joined(order + 1)).flat(),
      ),
      ...raiseTo(shiftRight(child!.get, at.treeOrder), hint!.get),
    ];
  });

  const hintByChildren = define('hintByChildren', 1, 1, (local, tree) => {
    const [address, entry, hint, found, bound, whole] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const look = (index: number): Code => [
      ...entry.set(load(add(address.get, constant(index * 4)))),
      ...setHint(found, bound, entry),
      ...when(
        equal(found.get, constant(WHOLE)),
        whole.set(or(whole.get, constant(1 << index))),
        when(greater(found.get, hint.get), hint.set(found.get)),
      ),
    ];
    /** `whole` keeps the first child of each aligned block of 2^order free ones. */
    const join = (order: number): Code => [
      ...whole.set(
        and(
          and(whole.get, shiftRight(whole.get, constant(1 << (order - 1)))),
          constant(firstOfEach(children, 1 << order)),
        ),
      ),
      ...when(isZero(whole.get), giveResult(constant(WHOLE + order - 1))),
    ];
    return [
      ...address.set(word(at.entries, firstOf(tree!))),
      ...Array.from({ length: children }, (_, index) => look(index)).flat(),
      ...when(isZero(whole.get), giveResult(hint.get)),
      ...Array.from({ length: treeOrder }, (_, order) => join(order + 1)).flat(),
      ...constant(WHOLE + treeOrder),
    ];
  });

  const lower = define('lower', 1, 0, (local, tree) => {
    const [address, before, hint] = [local(), local(), local()];
    return [
      ...address.set(word(at.hints, tree!.get)),
      ...before.set(load(address.get)),
      ...hint.set(hintByChildren(tree!.get)),
      ...when(less(hint.get, before.get), [
        ...when(
          swap(address.get, before, hint.get),
          // A child may have risen after it was looked at, and before the tree's hint fell.
          raiseTo(tree!.get, hintByChildren(tree!.get)),
        ),
      ]),
    ];
  });

  /** One more than the order of the largest block that a child has free by its bits, up to half of the child. */
  const hintByBits = inner(1, 1, (local, child) => {
    const [address, whole, hint] = [local(), local(), local()];
    const four = [0, 1, 2, 3].map(() => local('vector'));
    const any = anyOf(four.map(({ get }) => get).reduce((all, each) => eachOr(all, each)));
    /** Keeps the first word of each aligned group of 2^step free ones. */
    const joinWords = (step: number): Code => [
      ...whole.set(
        and(
          and(whole.get, shiftRight(whole.get, constant(1 << (step - 1)))),
          constant(firstOfEach(CHILD_WORDS, 1 << step)),
        ),
      ),
      ...when(isZero(whole.get), giveResult(constant(WORD_ORDER + step))),
    ];
    return [
      ...address.set(add(at.busy, multiply(child!.get, constant(CHILD_BYTES)))),
      ...four.flatMap((each, index) => each.set(eachNot(peekFour(address.get, index * 16)))),
      ...whole.set(
        four
          .map((each, index) =>
            shiftLeft(signs(eachEqual(each.get, splat(constant(-1)))), constant(index * 4)),
          )
          .reduce((all, each) => or(all, each)),
      ),
      ...when(whole.get, [...[1, 2, 3].flatMap(joinWords), ...giveResult(constant(CHILD_ORDER))]),
      block(
        'found',
        ...jumpIf('found', isZero(any)),
        ...increase(hint),
        ...FIRST_BITS.slice(0, -1).flatMap((first, step) => [
          ...four.flatMap((each) =>
            each.set(
              eachAnd(
                eachAnd(each.get, eachShiftRight(each.get, constant(1 << step))),
                splat(constant(first)),
              ),
            ),
          ),
          ...jumpIf('found', isZero(any)),
          ...increase(hint),
        ]),
      ),
      ...hint.get,
    ];
  });

  const lowerChild = inner(1, 1, (local, child) => {
    const [address, entry, hint] = [local(), local(), local()];
    return [
      ...address.set(word(at.entries, child!.get)),
      ...entry.set(load(address.get)),
      ...when(equal(free(entry.get), constant(CHILD_FRAMES)), giveResult(constant(WHOLE))),
      ...hint.set(hintByBits(child!.get)),
      ...when(
        less(hint.get, field(entry.get)),
        // Only when nothing was freed while the bits were looked at.
        when(swap(address.get, entry, withHint(entry.get, hint.get)), []),
      ),
      ...hint.get,
    ];
  });

  const giveUp = define('giveUp', 2, 0, (local, child, frames) => {
    const [address, entry, next, hint, bound] = [local(), local(), local(), local(), local()];
    return [
      ...address.set(word(at.entries, child!.get)),
      ...change(
        'again',
        address,
        entry,
        [
          ...next.set(add(entry.get, frames!.get)),
          ...hint.set(constant(WHOLE)),
          ...when(differ(free(next.get), constant(CHILD_FRAMES)), hint.set(hintByBits(child!.get))),
          ...next.set(withHint(next.get, hint.get)),
        ],
        next.get,
      ),
      // The lower counter may have let another worker lower the tree's hint.
      ...setHint(frames!, bound, entry),
      ...setHint(hint, bound, next),
      ...when(greater(hint.get, frames!.get), raise(child!.get, hint.get)),
    ];
  });

  return { raiseTo, raise, lower, lowerChild, giveUp };
}

const withHint = (entry: Code, hint: Code): Code =>
  or(and(entry, constant(~HINT)), shiftLeft(hint, constant(HINT_SHIFT)));

/** How the hints are read and changed. */
export type Hints = ReturnType<typeof defineHints>;

/** The lowest bit of each group of so many bits. */
function firstOfEach(bits: number, group: number): number {
  let mask = 0;
  for (let bit = 0; bit < bits; bit += group) mask |= 1 << bit;
  return mask;
}
