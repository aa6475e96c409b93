/** Free blocks in doubly linked rings: the block that was freed last is handed out first. */
import {
  add,
  and,
  atLeast,
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
  when,
} from '@armature/wasm-assembler';
import { HEADS } from '../layout.ts';
import type { MakeLists } from './lists.ts';

const NODE_BYTES = 8;

/**
 * The last node of an order leads back to its head, and so does the first one. What leads from the head to the last one is
 * not kept: the next step would wait for the write, while a branch that nearly always goes one way costs little.
 */
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
    const isBlock = (number: Variable): Code => atLeast(number.get, constant(HEADS));
    return {
      push: (index, order, available) => [
        node.set(nodeOf(index)),
        next.set(nextOf(order).get),
        nextOf(node.get).set(next.get),
        previousOf(node.get).set(order),
        when(isBlock(next), previousOf(next.get).set(node.get)),
        nextOf(order).set(node.get),
        available.set(or(available.get, bit(order))),
      ],
      pushFirst: (index, order) => [
        node.set(nodeOf(index)),
        nextOf(node.get).set(order),
        previousOf(node.get).set(order),
        nextOf(order).set(node.get),
      ],
      remove: (index, order, available) => [
        node.set(nodeOf(index)),
        next.set(nextOf(node.get).get),
        previous.set(previousOf(node.get).get),
        when(isBlock(next), previousOf(next.get).set(previous.get)),
        nextOf(previous.get).set(next.get),
        // Both are the head only when no other block is left.
        when(equal(next.get, previous.get), available.set(and(available.get, not(bit(order))))),
      ],
      first: (index, order) => index.set(indexOf(nextOf(order).get)),
      takeFirst: (index, order, available) => [
        node.set(nextOf(order).get),
        next.set(nextOf(node.get).get),
        nextOf(order).set(next.get),
        when(
          isBlock(next),
          previousOf(next.get).set(order),
          available.set(exclusiveOr(available.get, bit(order))),
        ),
        index.set(indexOf(node.get)),
      ],
    };
  };
