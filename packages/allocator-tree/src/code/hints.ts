/** Hints: what may be free in a child and in a tree. */

import {
  add,
  and,
  block,
  type Code,
  constant,
  differ,
  equal,
  exclusiveOr,
  giveResult,
  greater,
  isZero,
  jumpIf,
  less,
  loop,
  or,
  shiftRight,
  when,
} from '@armature/wasm-assembler';
import { CHILD_FRAMES, WHOLE } from '../layout.ts';
import { free, type Geometry, increase, type Scope, word } from './scope.ts';

export function defineHints(scope: Scope, { treeOrder }: Pick<Geometry, 'treeOrder'>) {
  const { at, define, inner, load, swap, firstOf, setHint } = scope;
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

  return { raiseTo, raise, lower };
}

/** How the hints are read and changed. */
export type Hints = ReturnType<typeof defineHints>;

/** The lowest bit of each group of so many bits. */
function firstOfEach(bits: number, group: number): number {
  let mask = 0;
  for (let bit = 0; bit < bits; bit += group) mask |= 1 << bit;
  return mask;
}
