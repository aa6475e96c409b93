/** Splitting and joining of blocks. */
import {
  add,
  atLeast,
  atLeastUnsigned,
  bit,
  block,
  type Code,
  choose,
  constant,
  differ,
  exclusiveOr,
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
  trailingZeros,
  type Variable,
  when,
  word,
} from '@armature/wasm-assembler';
import { KIND, LAST_ORDER, STATE } from '../layout.ts';
import type { Lists, MakeLists } from './lists.ts';
import type { MakeLocal, Scope } from './scope.ts';

export const available = word(STATE.available);

/** Steps of one function, with local variables of their own. */
export interface Blocks extends Lists {
  /**
   * Sets `index` to a block taken off the lists, split off a larger one when needed; there must be one. Its kind is the
   * caller's.
   */
  take(index: Variable, order: Code, orders: Variable): Code;
  /** Puts a block back, joined with its free buddies: `start` and `order` become those of what it is part of then. */
  give(start: Variable, order: Variable, orders: Variable): Code;
}

export function blocksOf(scope: Scope, makeLists: MakeLists) {
  const { define, kind, layout } = scope;
  const { base, count, topOrder } = layout;
  const makeSteps = makeLists(scope);
  // With such a base, the buddy of an index is that of its frame.
  const isAligned = (base & ((1 << topOrder) - 1)) === 0;
  const frameOf = (index: Code): Code => (isAligned ? index : add(index, constant(base)));
  const indexOf = (frame: Code): Code => (isAligned ? frame : subtract(frame, constant(base)));

  const steps = (local: MakeLocal): Blocks => {
    const lists = makeSteps(local);
    const [at, size, buddy, lower] = [local(), local(), local(), local()];
    return {
      ...lists,
      take: (index, order, orders) => [
        at.set(add(order, trailingZeros(shiftRight(orders.get, order)))),
        lists.takeFirst(index, at.get, orders),
        when(greater(at.get, order), [
          // What is split off is all of its order: there was none between.
          orders.set(or(orders.get, subtract(bit(at.get), bit(order)))),
          loop('split', [
            at.set(subtract(at.get, constant(1))),
            buddy.set(add(index.get, bit(at.get))),
            kind(buddy.get).set(at.get),
            lists.pushFirst(buddy.get, at.get),
            jumpIf('split', greater(at.get, order)),
          ]),
        ]),
      ],
      give: (start, order, orders) => [
        size.set(bit(order.get)),
        block('joined', [
          loop('order', [
            jumpIf('joined', atLeast(order.get, constant(topOrder))),
            buddy.set(indexOf(exclusiveOr(frameOf(start.get), size.get))),
            jumpIf('joined', atLeastUnsigned(buddy.get, constant(count))),
            jumpIf('joined', differ(kind(buddy.get).get, order.get)),
            lists.remove(buddy.get, order.get, orders),
            lower.set(choose(start.get, buddy.get, less(start.get, buddy.get))),
            kind(add(lower.get, size.get)).set(constant(KIND.inside)),
            start.set(lower.get),
            order.set(add(order.get, constant(1))),
            size.set(shiftLeft(size.get, constant(1))),
            jump('order'),
          ]),
        ]),
        kind(start.get).set(order.get),
        lists.push(start.get, order.get, orders),
      ],
    };
  };

  define('take', 1, 1, (local, order) => {
    const { take } = steps(local);
    const [index, orders] = [local(), local()];
    return [
      orders.set(available.get),
      when(isZero(shiftRight(orders.get, order!.get)), giveResult(constant(-1))),
      take(index, order!.get, orders),
      kind(index.get).set(or(order!.get, constant(KIND.used))),
      available.set(orders.get),
      index.get,
    ];
  });

  define('give', 2, 0, (local, index, order) => {
    const { give } = steps(local);
    const orders = local();
    return [orders.set(available.get), give(index!, order!, orders), available.set(orders.get)];
  });

  define('giveBlock', 2, 1, (local, frame, order) => {
    const { give } = steps(local);
    const [index, orders] = [local(), local()];
    return [
      index.set(subtract(frame!.get, constant(base))),
      when(
        or(
          atLeastUnsigned(index.get, constant(count)),
          atLeastUnsigned(order!.get, constant(LAST_ORDER + 1)),
        ),
        giveResult(constant(-1)),
      ),
      when(differ(kind(index.get).get, or(order!.get, constant(KIND.used))), giveResult(constant(-1))),
      orders.set(available.get),
      give(index, order!, orders),
      available.set(orders.get),
      constant(0),
    ];
  });

  define('push', 2, 0, (local, index, order) => {
    const { push } = steps(local);
    const orders = local();
    return [orders.set(available.get), push(index!.get, order!.get, orders), available.set(orders.get)];
  });

  define('remove', 2, 0, (local, index, order) => {
    const { remove } = steps(local);
    const orders = local();
    return [orders.set(available.get), remove(index!.get, order!.get, orders), available.set(orders.get)];
  });

  define('first', 1, 1, (local, order) => {
    const { first } = steps(local);
    const index = local();
    return [first(index, order!.get), index.get];
  });

  return steps;
}
