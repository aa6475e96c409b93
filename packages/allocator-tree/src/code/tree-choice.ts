/** Which tree and child a search looks into. */

import {
  add,
  and,
  anyOf,
  atLeast,
  atLeastUnsigned,
  block,
  type Code,
  constant,
  countOnes,
  differ,
  eachAdd,
  eachAnd,
  eachEqual,
  eachGreater,
  eachLeast,
  eachOr,
  eachShiftLeft,
  eachSubtract,
  eachWithout,
  equal,
  giveResult,
  greater,
  increase,
  isZero,
  jump,
  jumpIf,
  lane,
  less,
  lessUnsigned,
  loop,
  shiftLeft,
  shiftRight,
  signs,
  splat,
  subtract,
  vectorOf,
  when,
} from '@armature/wasm-assembler';
import { CHILD_FRAMES, FREE, MOST_CHILDREN_ORDER, MOST_TREE_ORDER, TREE_RESERVED } from '../layout.ts';
import type { Hints } from './hints.ts';
import { free, type Geometry, RESULT, type Scope, word } from './scope.ts';
import { sumsOfFour } from './sums.ts';

/** Trees that are compared before the best of them is taken. */
const COMPARED = 64;

export function defineTreeChoice(
  scope: Scope,
  { lower, lowerChild }: Hints,
  { treeOrder, treeCount }: Pick<Geometry, 'treeOrder' | 'treeCount'>,
) {
  const { at, cursor, define, inner, peek, peekFour, store, swap, mayHave, firstOf } = scope;
  /** Offsets of the words of four trees' children, in vectors. */
  const childrenOfFour = Array.from({ length: 1 << treeOrder }, (_, index) => index * 16);

  const nextTree = define('nextTree', 2, 1, (local, tree, order) => {
    const address = local();
    return [
      loop(
        'tree',
        ...when(atLeast(tree!.get, at.treeCount), giveResult(constant(RESULT.none))),
        // Behind the last tree are zeros.
        ...when(isZero(and(tree!.get, constant(3))), [
          loop(
            'four',
            ...address.set(word(at.hints, tree!.get)),
            ...when(isZero(anyOf(eachGreater(peekFour(address.get), splat(order!.get)))), [
              ...increase(tree!, 4),
              ...jumpIf('four', less(tree!.get, at.treeCount)),
              ...giveResult(constant(RESULT.none)),
            ]),
          ),
        ]),
        ...when(greater(peek(word(at.hints, tree!.get)), order!.get), giveResult(tree!.get)),
        ...increase(tree!),
        ...jump('tree'),
      ),
      ...constant(RESULT.none),
    ];
  });

  /** The places of four children in their tree; what is behind the tree comes after all that is in it. */
  const placesFrom = (first: number): Code => {
    const place = (index: number): number => (first + index < 1 << treeOrder ? first + index : -1);
    return vectorOf(place(0), place(1), place(2), place(3));
  };
  /** Numbers of four trees in the order in which they are looked at, and how far their free frames are shifted for them. */
  const [firstFour, places] = [vectorOf(0, 1, 2, 3), MOST_CHILDREN_ORDER - treeOrder];
  /** All trees, four at a time. */
  const ring = Math.ceil(treeCount / 4) * 4;

  const pick = inner(2, 1, (local, order, own) => {
    const [start, tree, left, compared, found] = [local(), local(), local(), local(), local()];
    const [eligible, frames, passed, place, best] = [
      local('vector'),
      local('vector'),
      local('vector'),
      local('vector'),
      local('vector'),
    ];
    const lowerWhere = (index: number): Code =>
      when(lane(passed.get, index), lower(add(tree.get, constant(index))));
    const raiseBest = (index: number): Code => [
      ...left.set(lane(best.get, index)),
      ...when(lessUnsigned(left.get, found.get), found.set(left.get)),
    ];
    return [
      ...cursor.passedOver.set(constant(0)),
      ...best.set(splat(constant(-1))),
      ...start.set(add(cursor.tree.get, constant(1))),
      ...when(atLeast(start.get, constant(ring)), start.set(constant(0))),
      ...tree.set(and(start.get, constant(-4))),
      // Those of the first four that come before the first have places below zero: as they are kept, the last ones.
      ...place.set(eachSubtract(firstFour, splat(and(start.get, constant(3))))),
      ...left.set(constant(ring)),
      block(
        'enough',
        loop(
          'four',
          // Behind the last tree are zeros.
          ...eligible.set(eachGreater(peekFour(word(at.hints, tree.get)), splat(order!.get))),
          ...when(anyOf(eligible.get), [
            ...found.set(word(at.entries, firstOf(tree))),
            ...frames.set(
              sumsOfFour(
                childrenOfFour.map((offset) => peekFour(found.get, offset)),
                constant(FREE),
              ),
            ),
            ...passed.set(
              eachAnd(eligible.get, eachGreater(splat(shiftLeft(constant(1), order!.get)), frames.get)),
            ),
            ...when(anyOf(passed.get), [
              // Not looked at again before something is freed there.
              ...[0, 1, 2, 3].flatMap(lowerWhere),
              ...eligible.set(eachWithout(eligible.get, passed.get)),
            ]),
            // Trees that are reserved, but for the worker's own.
            ...passed.set(
              eachWithout(
                eachAnd(eligible.get, eachGreater(peekFour(word(at.trees, tree.get)), splat(constant(0)))),
                eachEqual(firstFour, splat(subtract(own!.get, tree.get))),
              ),
            ),
            ...when(anyOf(passed.get), [
              ...cursor.passedOver.set(constant(1)),
              ...eligible.set(eachWithout(eligible.get, passed.get)),
            ]),
            // The fewest free frames, and of equal ones those that come first: the rest of the word is the place.
            ...best.set(
              eachLeast(
                best.get,
                eachOr(
                  eachOr(
                    eachShiftLeft(frames.get, constant(places)),
                    eachAnd(place.get, splat(constant((1 << places) - 1))),
                  ),
                  eachEqual(eligible.get, splat(constant(0))),
                ),
              ),
            ),
            ...compared.set(add(compared.get, countOnes(signs(eligible.get)))),
            ...jumpIf('enough', atLeast(compared.get, constant(COMPARED))),
          ]),
          ...place.set(eachAdd(place.get, splat(constant(4)))),
          ...increase(tree, 4),
          ...when(atLeast(tree.get, constant(ring)), tree.set(constant(0))),
          ...increase(left, -4),
          ...jumpIf('four', left.get),
        ),
      ),
      ...found.set(constant(-1)),
      ...[0, 1, 2, 3].flatMap(raiseBest),
      ...when(equal(found.get, constant(-1)), giveResult(constant(RESULT.none))),
      ...found.set(and(found.get, constant((1 << places) - 1))),
      ...when(atLeast(found.get, constant(ring)), increase(found, -(1 << places))),
      ...tree.set(add(start.get, found.get)),
      ...when(atLeast(tree.get, constant(ring)), increase(tree, -ring)),
      ...when(isZero(order!.get), cursor.tree.set(tree.get)),
      ...tree.get,
    ];
  });

  const reserve = inner(1, 1, (local, tree) => {
    const before = local();
    return [
      ...before.set(peek(word(at.trees, tree!.get))),
      ...when(before.get, giveResult(constant(0))),
      ...when(
        isZero(swap(word(at.trees, tree!.get), before, constant(TREE_RESERVED))),
        giveResult(constant(0)),
      ),
      ...before.set(peek(at.local)),
      ...store(at.local, tree!.get),
      // Only the worker that has a tree gives it back.
      ...when(atLeast(before.get, constant(0)), store(word(at.trees, before.get), constant(0))),
      ...constant(1),
    ];
  });

  /** The child of a tree to take single frames of, rather one in part used than a free one: its address, or 0. */
  const singleChild = inner(1, 1, (local, tree) => {
    const [address, key, least] = [local(), local(), local()];
    const best = local('vector');
    /** One less than the free frames, so that none is the most, and behind that the child's place in the tree. */
    const keys = (first: number): Code =>
      eachOr(
        eachShiftLeft(
          eachSubtract(eachAnd(peekFour(address.get, first * 4), splat(constant(FREE))), splat(constant(1))),
          constant(MOST_TREE_ORDER),
        ),
        placesFrom(first),
      );
    return [
      ...address.set(word(at.entries, firstOf(tree!))),
      ...best.set(
        Array.from({ length: Math.ceil((1 << treeOrder) / 4) }, (_, index) => keys(index * 4)).reduce(
          (all, each) => eachLeast(all, each),
        ),
      ),
      ...least.set(lane(best.get, 0)),
      ...[1, 2, 3].flatMap((index) => [
        ...key.set(lane(best.get, index)),
        ...when(lessUnsigned(key.get, least.get), least.set(key.get)),
      ]),
      // Behind the last child are zeros.
      ...when(atLeastUnsigned(least.get, constant(-1 << MOST_TREE_ORDER)), giveResult(constant(0))),
      ...word(address.get, and(least.get, constant((1 << MOST_TREE_ORDER) - 1))),
    ];
  });

  const nextChild = define('nextChild', 0, 1, (local) => {
    const [tree, address] = [local(), local()];
    return [
      ...tree.set(peek(at.local)),
      loop(
        'tree',
        ...when(atLeast(tree.get, constant(0)), [
          ...address.set(singleChild(tree.get)),
          ...when(address.get, [
            ...cursor.entry.set(address.get),
            ...cursor.word.set(add(at.busy, shiftLeft(subtract(address.get, at.entries), constant(4)))),
            ...giveResult(constant(1)),
          ]),
        ]),
        ...tree.set(pick(constant(0), constant(RESULT.none))),
        ...when(less(tree.get, constant(0)), giveResult(constant(0))),
        ...when(isZero(reserve(tree.get)), tree.set(peek(at.local))),
        ...jump('tree'),
      ),
      ...constant(0),
    ];
  });

  /**
   * A child of a tree that has a block by its bits, rather one in part used than a free one: its address, or 0. Lowers the
   * hints of others.
   */
  const childWithBlock = inner(2, 1, (local, tree, order) => {
    const [address, end, entry, whole, frames] = [local(), local(), local(), local(), local()];
    return [
      ...frames.set(shiftLeft(constant(1), order!.get)),
      ...address.set(word(at.entries, firstOf(tree!))),
      ...end.set(add(address.get, shiftLeft(constant(4), at.treeOrder))),
      loop(
        'child',
        ...entry.set(peek(address.get)),
        ...when(mayHave(entry, order!.get, frames.get), [
          ...when(
            equal(free(entry.get), constant(CHILD_FRAMES)),
            when(isZero(whole.get), whole.set(address.get)),
            when(
              greater(lowerChild(shiftRight(subtract(address.get, at.entries), constant(2))), order!.get),
              giveResult(address.get),
            ),
          ),
        ]),
        ...increase(address, 4),
        ...jumpIf('child', less(address.get, end.get)),
      ),
      ...whole.get,
    ];
  });

  const seekBlock = define('seekBlock', 1, 1, (local, order) => {
    const [tree, address] = [local(), local()];
    return [
      ...tree.set(shiftRight(subtract(cursor.blockEntry.get, at.entries), add(constant(2), at.treeOrder))),
      loop(
        'tree',
        ...when(greater(peek(word(at.hints, tree.get)), order!.get), [
          ...address.set(childWithBlock(tree.get, order!.get)),
          ...when(address.get, [
            ...when(differ(address.get, cursor.blockEntry.get), [
              ...cursor.blockEntry.set(address.get),
              ...cursor.blockWord.set(
                add(at.busy, shiftLeft(subtract(address.get, at.entries), constant(4))),
              ),
            ]),
            ...giveResult(constant(1)),
          ]),
          ...lower(tree.get),
        ]),
        ...tree.set(pick(order!.get, peek(at.local))),
        ...jumpIf('tree', atLeast(tree.get, constant(0))),
      ),
      ...constant(0),
    ];
  });

  return { nextTree, nextChild, seekBlock };
}

export type TreeChoice = ReturnType<typeof defineTreeChoice>;
