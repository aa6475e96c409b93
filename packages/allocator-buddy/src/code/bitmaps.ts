/** Free blocks as bitmaps with one summary level: the block at the lowest address is handed out first. */
import {
  add,
  and,
  bit,
  block,
  type Code,
  constant,
  increase,
  isZero,
  jumpIf,
  less,
  loop,
  not,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  when,
  words,
} from '@armature/wasm-assembler';
import type { MakeLists } from './lists.ts';

/** Functions, and the steps that call them. */
export const bitmapsOf: MakeLists = (scope) => {
  const { inner, layout } = scope;
  const [starts, firstBlocks, freeBlocks, lowest] = [
    words(layout.starts),
    words(layout.firstBlocks),
    words(layout.freeBlocks),
    words(layout.lowest),
  ];
  const [bits, summary] = [words(layout.bits), words(layout.summary)];
  const five = constant(5);
  const blockOf = (index: Code, order: Code): Code =>
    subtract(shiftRight(add(index, constant(layout.base)), order), firstBlocks(order).get);

  const push = inner(2, 0, (local, index, order) => {
    const [number, at, top] = [local(), local(), local()];
    return [
      number.set(blockOf(index!.get, order!.get)),
      at.set(add(starts(order!.get).get, shiftRight(number.get, five))),
      top.set(shiftRight(at.get, five)),
      bits(at.get).set(or(bits(at.get).get, bit(number.get))),
      summary(top.get).set(or(summary(top.get).get, bit(at.get))),
      when(less(top.get, lowest(order!.get).get), lowest(order!.get).set(top.get)),
      freeBlocks(order!.get).set(add(freeBlocks(order!.get).get, constant(1))),
    ];
  });

  /** @returns the order's bit when it has no block any more, else 0 */
  const remove = inner(2, 1, (local, index, order) => {
    const [number, at, top, left] = [local(), local(), local(), local()];
    return [
      number.set(blockOf(index!.get, order!.get)),
      at.set(add(starts(order!.get).get, shiftRight(number.get, five))),
      left.set(and(bits(at.get).get, not(bit(number.get)))),
      bits(at.get).set(left.get),
      when(isZero(left.get), [
        top.set(shiftRight(at.get, five)),
        summary(top.get).set(and(summary(top.get).get, not(bit(at.get)))),
      ]),
      left.set(subtract(freeBlocks(order!.get).get, constant(1))),
      freeBlocks(order!.get).set(left.get),
      shiftLeft(isZero(left.get), order!.get),
    ];
  });

  const first = inner(1, 1, (local, order) => {
    const [top, at] = [local(), local()];
    return [
      top.set(lowest(order!.get).get),
      block('found', [
        loop('word', [jumpIf('found', summary(top.get).get), increase(top), jumpIf('word', constant(1))]),
      ]),
      lowest(order!.get).set(top.get),
      at.set(add(shiftLeft(top.get, five), trailingZeros(summary(top.get).get))),
      top.set(shiftLeft(subtract(at.get, starts(order!.get).get), five)),
      top.set(add(top.get, trailingZeros(bits(at.get).get))),
      subtract(shiftLeft(add(firstBlocks(order!.get).get, top.get), order!.get), constant(layout.base)),
    ];
  });

  return () => ({
    push: (index, order, available) => [push(index, order), available.set(or(available.get, bit(order)))],
    pushFirst: (index, order) => push(index, order),
    remove: (index, order, available) => available.set(and(available.get, not(remove(index, order)))),
    first: (index, order) => index.set(first(order)),
    takeFirst: (index, order, available) => [
      index.set(first(order)),
      available.set(and(available.get, not(remove(index.get, order)))),
    ],
  });
};
