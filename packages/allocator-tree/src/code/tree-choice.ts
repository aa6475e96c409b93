/** Which tree and child a search looks into. */

import {
  add,
  and,
  atLeast,
  block,
  constant,
  differ,
  giveResult,
  greater,
  isZero,
  jump,
  jumpIf,
  less,
  lessUnsigned,
  loop,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  when,
} from '@armature/wasm-assembler';
import { CHILD_FRAMES, TREE_RESERVED } from '../layout.ts';
import type { Hints } from './hints.ts';
import { free, increase, RESULT, type Scope, word } from './scope.ts';

/** Trees that are compared before the best of them is taken. */
const COMPARED = 64;

export function defineTreeChoice(scope: Scope, { lower, treeFree }: Hints) {
  const { at, cursor, define, inner, peek, store, swap, oneOfFour, mayHave, firstOf } = scope;

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
            ...when(isZero(oneOfFour(address, order!.get)), [
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

  const pick = inner(2, 1, (local, order, own) => {
    const [next, tree, wrapped, frames] = [local(), local(), local(), local()];
    const [best, score, bestScore, compared] = [local(), local(), local(), local()];
    return [
      ...cursor.passedOver.set(constant(0)),
      ...best.set(constant(RESULT.none)),
      ...bestScore.set(constant(-1)),
      ...next.set(add(cursor.tree.get, constant(1))),
      block(
        'enough',
        loop(
          'tree',
          ...tree.set(nextTree(next.get, order!.get)),
          ...when(or(less(tree.get, constant(0)), and(wrapped.get, greater(tree.get, cursor.tree.get))), [
            ...jumpIf('enough', wrapped.get),
            ...wrapped.set(constant(1)),
            ...next.set(constant(0)),
            ...jump('tree'),
          ]),
          ...next.set(add(tree.get, constant(1))),
          ...frames.set(treeFree(tree.get)),
          ...when(less(frames.get, shiftLeft(constant(1), order!.get)), [
            // Not looked at again before something is freed there.
            ...lower(tree.get),
            ...jump('tree'),
          ]),
          ...when(differ(tree.get, own!.get), [
            ...when(and(peek(word(at.trees, tree.get)), constant(TREE_RESERVED)), [
              ...cursor.passedOver.set(constant(1)),
              ...jump('tree'),
            ]),
          ]),
          ...score.set(subtract(shiftLeft(constant(CHILD_FRAMES), at.treeOrder), frames.get)),
          ...when(greater(score.get, bestScore.get), [...best.set(tree.get), ...bestScore.set(score.get)]),
          ...increase(compared),
          ...jumpIf('tree', less(compared.get, constant(COMPARED))),
        ),
      ),
      ...when(and(isZero(order!.get), atLeast(best.get, constant(0))), cursor.tree.set(best.get)),
      ...best.get,
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
    const [address, end, frames, best, least] = [local(), local(), local(), local(), local()];
    return [
      // Behind the last child are zeros.
      ...address.set(word(at.entries, firstOf(tree!))),
      ...end.set(add(address.get, shiftLeft(constant(4), at.treeOrder))),
      ...least.set(constant(CHILD_FRAMES)),
      loop(
        'child',
        // One less than the free frames: none is the most.
        ...frames.set(subtract(free(peek(address.get)), constant(1))),
        ...when(lessUnsigned(frames.get, least.get), [...least.set(frames.get), ...best.set(address.get)]),
        ...increase(address, 4),
        ...jumpIf('child', less(address.get, end.get)),
      ),
      ...best.get,
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

  /** A child of a tree that may have a block, rather one in part used than a free one: its address, or 0. */
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
          ...when(differ(free(entry.get), constant(CHILD_FRAMES)), giveResult(address.get)),
          ...when(isZero(whole.get), whole.set(address.get)),
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
