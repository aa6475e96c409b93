/** Free blocks in doubly linked rings: the block that was freed last is handed out first. */
import {
  add,
  and,
  bit,
  type Code,
  constant,
  equal,
  exclusiveOr,
  load,
  not,
  or,
  type Place,
  shiftLeft,
  store,
  subtract,
  type Variable,
} from '@armature/wasm-assembler';
import { HEADS } from '../layout.ts';
import type { MakeLists } from './lists.ts';

const NODE_BYTES = 8;

/** A ring ends where it begins, at the node of its order, so that no step asks whether there is a neighbour. */
export const ringsOf: MakeLists =
  ({ layout }) =>
  (local) => {
    const [node, next, previous] = [local(), local(), local()];
    const field =
      (offset: number) =>
      (number: Code): Place => {
        const at = shiftLeft(number, constant(3));
        return {
          get: load(at, layout.nodes + offset),
          set: (value) => store(at, value, layout.nodes + offset),
        };
      };
    const nextOf = field(0);
    const previousOf = field(NODE_BYTES / 2);
    const nodeOf = (index: Code): Code => add(index, constant(HEADS));
    const indexOf = (number: Code): Code => subtract(number, constant(HEADS));
    /** The order's bit when its ring is empty now, else 0. */
    const emptied = (order: Code, first: Variable): Code => shiftLeft(equal(first.get, order), order);
    return {
      push: (index, order, available) => [
        node.set(nodeOf(index)),
        next.set(nextOf(order).get),
        nextOf(node.get).set(next.get),
        previousOf(node.get).set(order),
        previousOf(next.get).set(node.get),
        nextOf(order).set(node.get),
        available.set(or(available.get, bit(order))),
      ],
      pushFirst: (index, order) => [
        node.set(nodeOf(index)),
        nextOf(node.get).set(order),
        previousOf(node.get).set(order),
        previousOf(order).set(node.get),
        nextOf(order).set(node.get),
      ],
      remove: (index, order, available) => [
        node.set(nodeOf(index)),
        next.set(nextOf(node.get).get),
        previous.set(previousOf(node.get).get),
        nextOf(previous.get).set(next.get),
        previousOf(next.get).set(previous.get),
        // Both are the head only when no other block is left.
        available.set(and(available.get, not(shiftLeft(equal(next.get, previous.get), order)))),
      ],
      first: (index, order) => index.set(indexOf(nextOf(order).get)),
      takeFirst: (index, order, available) => [
        node.set(nextOf(order).get),
        next.set(nextOf(node.get).get),
        nextOf(order).set(next.get),
        previousOf(next.get).set(order),
        available.set(exclusiveOr(available.get, emptied(order, next))),
        index.set(indexOf(node.get)),
      ],
    };
  };
