/** Where runs begin: how many do in each group of frames, and which groups have any. */
import {
  add,
  and,
  bit,
  type Code,
  constant,
  isZero,
  not,
  or,
  shiftRight,
  subtract,
  when,
  words,
} from '@armature/wasm-assembler';
import { GROUP } from '../layout.ts';
import type { MakeLocal, Scope } from './scope.ts';

/** Steps of one function, with local variables of their own. */
export function startsOf({ counter, layout }: Scope, local: MakeLocal) {
  const [group, count, at, left] = [local(), local(), local(), local()];
  const five = constant(5);
  const groups = words(layout.groups);
  const upper = words(layout.words);
  return {
    addStart: (index: Code): Code => [
      group.set(shiftRight(index, constant(GROUP))),
      count.set(counter(group.get).get),
      counter(group.get).set(add(count.get, constant(1))),
      when(isZero(count.get), [
        at.set(shiftRight(group.get, five)),
        groups(at.get).set(or(groups(at.get).get, bit(group.get))),
        left.set(shiftRight(at.get, five)),
        upper(left.get).set(or(upper(left.get).get, bit(at.get))),
      ]),
    ],

    deleteStart: (index: Code): Code => [
      group.set(shiftRight(index, constant(GROUP))),
      count.set(subtract(counter(group.get).get, constant(1))),
      counter(group.get).set(count.get),
      when(isZero(count.get), [
        at.set(shiftRight(group.get, five)),
        left.set(and(groups(at.get).get, not(bit(group.get)))),
        groups(at.get).set(left.get),
        when(isZero(left.get), [
          left.set(shiftRight(at.get, five)),
          upper(left.get).set(and(upper(left.get).get, not(bit(at.get)))),
        ]),
      ]),
    ],
  };
}
