/**
 * The lists of free runs, by two levels, so that a fitting run is found with two bit searches.
 *
 * First level: the order of the largest naturally aligned block in the run. So any run of level k or above serves
 * `alloc(k)`, and none below does. The length of a run of level k is from 2^k to 2^(k+2) - 2.
 * Second level: the length in steps of 2^(k-3), which is exact up to level 3.
 */
import {
  add,
  and,
  bit,
  type Code,
  choose,
  constant,
  equal,
  greater,
  isZero,
  leadingZeros,
  not,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  type Variable,
  when,
  words,
} from '@armature/wasm-assembler';
import { headNode, STATE } from '../layout.ts';
import { type MakeLocal, next, previous, type Scope, word } from './scope.ts';

/** Bytes from the head of one list to the next, and lists of a level, as shifts. */
const HEAD_SHIFT = 3;
const CLASS_SHIFT = 5;

export const levels = word(constant(0), STATE.levels);

/** Step of the second level, as a shift; the code of `level` comes twice. */
export const stepOf = (level: Code): Code =>
  choose(subtract(level, constant(3)), constant(0), greater(level, constant(3)));

export type Lists = ReturnType<typeof listsOf>;

/** Steps of one function, with local variables of their own. Nodes, indices and lengths are constants or variables. */
export function listsOf({ layout }: Scope, local: MakeLocal) {
  const classes = words(layout.classes);
  const [order, block, level, list, head, first] = [local(), local(), local(), local(), local(), local()];
  const [after, before, left] = [local(), local(), local()];
  /** Nodes of the lists are from here on. */
  const heads = constant(headNode(layout, 0));
  const nodeOf = (number: Code): Code => add(shiftLeft(number, constant(HEAD_SHIFT)), heads);

  /** A list without a run is not looked into: `after` is its head. */
  const markEmpty: Code = [
    list.set(shiftRight(subtract(after.get, heads), constant(HEAD_SHIFT))),
    level.set(shiftRight(list.get, constant(CLASS_SHIFT))),
    left.set(and(classes(level.get).get, not(bit(list.get)))),
    classes(level.get).set(left.get),
    levels.set(and(levels.get, not(shiftLeft(isZero(left.get), level.get)))),
  ];

  return {
    classes,
    /** The list of a level and class. */
    headOf: (level: Code, own: Code): Code => nodeOf(add(shiftLeft(level, constant(CLASS_SHIFT)), own)),

    /** Puts a run at the head of its list. */
    insert: (node: Code, index: Code, length: Code): Code => [
      order.set(subtract(constant(31), leadingZeros(length))),
      block.set(bit(order.get)),
      // Where the first aligned block of the order ends, from the beginning of the run.
      first.set(
        add(and(subtract(constant(-layout.base), index), subtract(block.get, constant(1))), block.get),
      ),
      level.set(subtract(order.get, greater(first.get, length))),
      list.set(add(shiftLeft(level.get, constant(CLASS_SHIFT)), shiftRight(length, stepOf(level.get)))),
      head.set(nodeOf(list.get)),
      first.set(next(head.get).get),
      next(node).set(first.get),
      previous(node).set(head.get),
      previous(first.get).set(node),
      next(head.get).set(node),
      classes(level.get).set(or(classes(level.get).get, bit(list.get))),
      levels.set(or(levels.get, bit(level.get))),
    ],

    remove: (node: Code): Code => [
      after.set(next(node).get),
      before.set(previous(node).get),
      next(before.get).set(after.get),
      previous(after.get).set(before.get),
      // Both are the head only when no other run is left.
      when(equal(after.get, before.get), markEmpty),
    ],

    /** Sets `node` to the first of the shortest runs of the lowest of some levels, given as bits; there must be one. */
    findIn: (node: Variable, some: Code): Code => [
      level.set(trailingZeros(some)),
      list.set(add(shiftLeft(level.get, constant(CLASS_SHIFT)), trailingZeros(classes(level.get).get))),
      node.set(next(nodeOf(list.get)).get),
    ],
  };
}
