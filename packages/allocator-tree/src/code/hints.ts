/** Hints: what may be free in a child and in a tree, and how many frames are. */
import { CHILD_FRAMES, WHOLE } from '../layout.ts';
import {
  add,
  and,
  block,
  constant,
  differ,
  divideUnsigned,
  equal,
  giveResult,
  greater,
  isZero,
  jump,
  jumpIf,
  less,
  loop,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  when,
} from './assembler.ts';
import { bits, field, free, increase, type Scope, word } from './scope.ts';

export function defineHints(scope: Scope) {
  const { at, define, load, peek, swap, smaller, endOf, firstOf } = scope;

  const hintOf = define('hintOf', 1, 1, (local, entry) => {
    const [hint, bound] = [local(), local()];
    return [...hint.set(field(entry!.get)), ...bound.set(bits(free(entry!.get))), ...smaller(hint, bound)];
  });

  const raiseTo = define('raiseTo', 2, 0, (local, tree, hint) => {
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
    const [order, each, end] = [local(), local(), local()];
    return [
      block(
        'known',
        ...jumpIf('known', differ(hint!.get, constant(WHOLE))),
        // Free children around a free one make larger blocks.
        loop(
          'order',
          ...increase(order),
          ...jumpIf('known', greater(order.get, at.treeOrder)),
          ...each.set(and(child!.get, shiftLeft(constant(-1), order.get))),
          ...end.set(add(each.get, shiftLeft(constant(1), order.get))),
          ...jumpIf('known', greater(end.get, at.childCount)),
          loop(
            'child',
            ...jumpIf('known', differ(free(load(word(at.entries, each.get))), constant(CHILD_FRAMES))),
            ...increase(each),
            ...jumpIf('child', less(each.get, end.get)),
          ),
          ...increase(hint!),
          ...jump('order'),
        ),
      ),
      ...raiseTo(shiftRight(child!.get, at.treeOrder), hint!.get),
    ];
  });

  const hintByChildren = define('hintByChildren', 1, 1, (local, tree) => {
    const [child, end, hint, found, whole, order, pairs] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    return [
      ...child.set(firstOf(tree!)),
      ...endOf(tree!, end),
      loop(
        'child',
        ...found.set(hintOf(load(word(at.entries, child.get)))),
        ...when(
          equal(found.get, constant(WHOLE)),
          whole.set(or(whole.get, shiftLeft(constant(1), subtract(child.get, firstOf(tree!))))),
          when(greater(found.get, hint.get), hint.set(found.get)),
        ),
        ...increase(child),
        ...jumpIf('child', less(child.get, end.get)),
      ),
      ...when(isZero(whole.get), giveResult(hint.get)),
      // `whole` keeps the first child of each aligned block of 2^order free ones.
      loop(
        'order',
        ...pairs.set(and(whole.get, shiftRight(whole.get, shiftLeft(constant(1), order.get)))),
        ...when(
          less(order.get, constant(4)),
          pairs.set(
            and(
              pairs.get,
              divideUnsigned(
                constant(-1),
                subtract(shiftLeft(constant(1), shiftLeft(constant(2), order.get)), constant(1)),
              ),
            ),
          ),
          pairs.set(and(pairs.get, constant(1))),
        ),
        ...when(pairs.get, [
          ...whole.set(pairs.get),
          ...increase(order),
          ...jumpIf('order', less(order.get, constant(5))),
        ]),
      ),
      ...add(constant(WHOLE), order.get),
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

  const treeFree = define('treeFree', 1, 1, (local, tree) => {
    const [child, end, frames] = [local(), local(), local()];
    return [
      ...child.set(firstOf(tree!)),
      ...endOf(tree!, end),
      loop(
        'child',
        ...frames.set(add(frames.get, free(peek(word(at.entries, child.get))))),
        ...increase(child),
        ...jumpIf('child', less(child.get, end.get)),
      ),
      ...frames.get,
    ];
  });
  return { hintOf, raiseTo, raise, lower, treeFree };
}

/** How the hints are read and changed. */
export type Hints = ReturnType<typeof defineHints>;
