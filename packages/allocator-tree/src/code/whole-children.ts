/** Taking and freeing children as a whole. */

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
  less,
  loop,
  or,
  rotateRight,
  shiftLeft,
  shiftRight,
  subtract,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import {
  CHILD_FRAMES,
  CHILD_ORDER,
  CONTINUES,
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
import { COUNTER, free, RESULT, type Scope, STATUS, word } from './scope.ts';
import type { TreeChoice } from './tree-choice.ts';

export function defineWholeChildren(
  scope: Scope,
  { lower, raise, raiseTo }: Hints,
  { nextTree }: TreeChoice,
): void {
  const { at, cursor, define, load, peek, swap, count, endOf, firstOf } = scope;

  /** Takes the first free child from a variable on before the end, and leaves with its frame. */
  const takeIn = (
    label: string,
    child: Variable,
    end: Variable,
    address: Variable,
    entry: Variable,
  ): Code => [
    ...address.set(word(at.entries, child.get)),
    loop(
      label,
      ...entry.set(peek(address.get)),
      ...when(equal(free(entry.get), constant(CHILD_FRAMES)), [
        ...jumpIf(
          label,
          isZero(
            swap(address.get, entry, or(and(entry.get, constant(~(FREE | HINT | RUNS))), constant(HUGE))),
          ),
        ),
        ...cursor.whole.set(add(child.get, constant(1))),
        ...count(COUNTER.allocations),
        ...giveResult(add(at.origin, shiftLeft(child.get, constant(CHILD_ORDER)))),
      ]),
      ...increase(child),
      ...increase(address, 4),
      ...jumpIf(label, less(child.get, end.get)),
    ),
  ];

  define('takeWhole', 0, 1, (local) => {
    const [tree, start, next, wrapped] = [local(), local(), local(), local()];
    const [address, child, end, entry] = [local(), local(), local(), local()];
    return [
      // On from the last one to the end of its tree, then tree by tree.
      ...child.set(cursor.whole.get),
      ...start.set(shiftRight(child.get, at.treeOrder)),
      block(
        'rest',
        ...endOf(start, end),
        ...jumpIf('rest', atLeast(child.get, end.get)),
        ...takeIn('here', child, end, address, entry),
      ),
      ...next.set(add(start.get, constant(1))),
      loop(
        'tree',
        ...tree.set(nextTree(next.get, constant(CHILD_ORDER))),
        ...when(or(less(tree.get, constant(0)), and(wrapped.get, greater(tree.get, start.get))), [
          ...when(wrapped.get, giveResult(constant(RESULT.none))),
          ...wrapped.set(constant(1)),
          ...next.set(constant(0)),
          ...jump('tree'),
        ]),
        ...child.set(firstOf(tree)),
        ...endOf(tree, end),
        ...takeIn('child', child, end, address, entry),
        ...lower(tree.get),
        ...next.set(add(tree.get, constant(1))),
        ...jump('tree'),
      ),
      ...constant(RESULT.none),
    ];
  });

  define('freeWhole', 1, 1, (local, frame) => {
    const [child, address, entry] = [local(), local(), local()];
    const unsure = giveResult(constant(RESULT.unsure));
    return [
      // Of a frame that is not a child's first the low bits come to the top.
      ...child.set(rotateRight(subtract(frame!.get, at.origin), constant(CHILD_ORDER))),
      ...when(atLeastUnsigned(child.get, at.childCount), unsure),
      ...address.set(word(at.entries, child.get)),
      ...entry.set(peek(address.get)),
      // Behind the last child are zeros. A run that goes on is told by the next child.
      ...when(
        or(
          differ(and(entry.get, constant(HUGE | CONTINUES | PINNED)), constant(HUGE)),
          and(peek(add(address.get, constant(4))), constant(RUNS | CONTINUES)),
        ),
        unsure,
      ),
      ...when(
        isZero(
          swap(
            address.get,
            entry,
            and(
              add(
                exclusiveOr(entry.get, constant(HUGE)),
                constant(EPOCH + (WHOLE << HINT_SHIFT) + CHILD_FRAMES),
              ),
              constant(~MEASURED),
            ),
          ),
        ),
        unsure,
      ),
      ...count(COUNTER.frees),
      // Larger blocks are there only with the child beside it.
      ...when(
        differ(free(load(word(at.entries, exclusiveOr(child.get, constant(1))))), constant(CHILD_FRAMES)),
        raiseTo(shiftRight(child.get, at.treeOrder), constant(WHOLE)),
        raise(child.get, constant(WHOLE)),
      ),
      ...constant(STATUS.ok),
    ];
  });
}
