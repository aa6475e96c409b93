/** Which tree a search looks into. */
import { CHILD_FRAMES, TREE_RESERVED } from '../layout.ts';
import {
  add,
  and,
  atLeast,
  block,
  type Code,
  constant,
  differ,
  giveResult,
  greater,
  isZero,
  jump,
  jumpIf,
  less,
  loop,
  or,
  shiftLeft,
  subtract,
  type Variable,
  when,
} from './assembler.ts';
import type { Hints } from './hints.ts';
import { increase, RESULT, type Scope, word } from './scope.ts';

/** Trees that are compared before the best of them is taken. */
const COMPARED = 64;
/** Bit that a hint above an order sets once 15 less the order is added to it. */
const ABOVE = 16;

export function defineTreeChoice(scope: Scope, { lower, treeFree }: Hints) {
  const { at, cursor, define, peek } = scope;

  /** Whether one of four trees from a multiple of four on has a hint above 15 less `gap`. */
  const groupHas = (tree: Variable, gap: Code, address: Variable): Code => {
    const raised = (index: number): Code => add(peek(add(address.get, constant(index * 4))), gap);
    return [
      ...address.set(word(at.hints, tree.get)),
      ...and(or(or(raised(0), raised(1)), or(raised(2), raised(3))), constant(ABOVE)),
    ];
  };

  define('nextTree', 2, 1, (local, tree, order) => {
    const [gap, address] = [local(), local()];
    return [
      ...gap.set(subtract(constant(15), order!.get)),
      loop(
        'tree',
        ...when(atLeast(tree!.get, at.treeCount), giveResult(constant(RESULT.none))),
        ...when(isZero(and(tree!.get, constant(3))), [
          ...when(isZero(groupHas(tree!, gap.get, address)), [...increase(tree!, 4), ...jump('tree')]),
        ]),
        ...when(greater(peek(word(at.hints, tree!.get)), order!.get), giveResult(tree!.get)),
        ...increase(tree!),
        ...jump('tree'),
      ),
      ...constant(RESULT.none),
    ];
  });

  /** Goes on with the tree after the next four when none of them has a hint above 15 less `gap`. */
  const skipFour = (label: string, next: Variable, left: Variable, gap: Code, address: Variable): Code => [
    ...when(and(isZero(and(next.get, constant(3))), atLeast(left.get, constant(4))), [
      ...when(less(add(next.get, constant(3)), at.treeCount), [
        ...when(isZero(groupHas(next, gap, address)), [
          ...increase(next, 4),
          ...left.set(subtract(left.get, constant(4))),
          ...jump(label),
        ]),
      ]),
    ]),
  ];

  define('pick', 2, 1, (local, order, own) => {
    const [next, tree, left, gap, address, frames] = [local(), local(), local(), local(), local(), local()];
    const [best, score, bestScore, compared] = [local(), local(), local(), local()];
    return [
      ...cursor.passedOver.set(constant(0)),
      ...best.set(constant(RESULT.none)),
      ...bestScore.set(constant(-1)),
      ...gap.set(subtract(constant(15), order!.get)),
      ...next.set(add(cursor.tree.get, constant(1))),
      ...left.set(at.treeCount),
      block(
        'enough',
        loop(
          'tree',
          ...jumpIf('enough', isZero(left.get)),
          ...when(atLeast(next.get, at.treeCount), next.set(constant(0))),
          ...skipFour('tree', next, left, gap.get, address),
          ...tree.set(next.get),
          ...increase(next),
          ...left.set(subtract(left.get, constant(1))),
          ...jumpIf('tree', less(peek(word(at.hints, tree.get)), add(order!.get, constant(1)))),
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
  return { skipFour };
}

export type TreeChoice = ReturnType<typeof defineTreeChoice>;
