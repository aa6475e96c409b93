/** Taking and freeing blocks that lie in one word of a child. */
import { CHILD_ORDER, HUGE, PINNED, RUNS } from '../layout.ts';
import {
  add,
  and,
  atLeast,
  block,
  type Code,
  constant,
  differ,
  equal,
  exclusiveOr,
  giveResult,
  isZero,
  jumpIf,
  less,
  loop,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  when,
} from './assembler.ts';
import { CHILD_BYTES, field, free, increase, RESULT, type Scope, STATUS, WORD_ORDER, word } from './scope.ts';
import type { SingleFrames } from './single-frames.ts';

export function defineBlocks(scope: Scope, { giveBack }: SingleFrames): void {
  const { at, define, peek, swap, change } = scope;

  define('takeBlock', 2, 1, (local, child, order) => {
    const [address, entry, end, value, starts, mask, frames] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const none = giveResult(constant(RESULT.none));
    const halve = (distance: number, kept: number): Code => [
      ...starts.set(and(and(starts.get, shiftRight(starts.get, constant(distance))), constant(kept))),
    ];
    const KEPT = [0x5555_5555, 0x1111_1111, 0x0101_0101, 0x0001_0001, 1];
    return [
      ...frames.set(shiftLeft(constant(1), order!.get)),
      ...mask.set(subtract(shiftLeft(constant(1), frames.get), constant(1))),
      ...when(equal(order!.get, constant(WORD_ORDER)), mask.set(constant(-1))),
      ...address.set(word(at.entries, child!.get)),
      ...change(
        'right',
        address,
        entry,
        [
          ...when(less(free(entry.get), frames.get), none),
          ...when(less(field(entry.get), add(order!.get, constant(1))), none),
        ],
        or(subtract(entry.get, frames.get), constant(RUNS)),
      ),
      ...address.set(add(at.busy, shiftLeft(child!.get, constant(6)))),
      ...end.set(add(address.get, constant(CHILD_BYTES))),
      loop(
        'word',
        ...value.set(peek(address.get)),
        ...starts.set(exclusiveOr(value.get, constant(-1))),
        // What is left are the first bits of aligned blocks of the order.
        block(
          'starts',
          ...KEPT.flatMap((kept, step) => [
            ...jumpIf('starts', equal(order!.get, constant(step))),
            ...halve(1 << step, kept),
          ]),
        ),
        ...when(starts.get, [
          ...starts.set(trailingZeros(starts.get)),
          ...jumpIf('word', isZero(swap(address.get, value, or(value.get, shiftLeft(mask.get, starts.get))))),
          // Only the block's owner changes its inside bits, but other blocks may be in the word.
          ...mask.set(shiftLeft(and(mask.get, constant(-2)), starts.get)),
          ...frames.set(add(address.get, subtract(at.inside, at.busy))),
          ...change('inside', frames, value, [], or(value.get, mask.get)),
          ...giveResult(add(shiftLeft(subtract(address.get, at.busy), constant(3)), starts.get)),
        ]),
        ...increase(address, 4),
        ...jumpIf('word', less(address.get, end.get)),
      ),
      ...constant(RESULT.notFound),
    ];
  });

  define('freeBlock', 2, 1, (local, index, order) => {
    const [address, value, frames, mask, shift] = [local(), local(), local(), local(), local()];
    const unsure = giveResult(constant(RESULT.unsure));
    return [
      ...frames.set(shiftLeft(constant(1), order!.get)),
      ...shift.set(and(index!.get, constant(31))),
      // The last block of a word may go on in the next.
      ...when(atLeast(add(shift.get, frames.get), constant(32)), unsure),
      ...when(
        differ(
          and(
            peek(word(at.entries, shiftRight(index!.get, constant(CHILD_ORDER)))),
            constant(HUGE | RUNS | PINNED),
          ),
          constant(RUNS),
        ),
        unsure,
      ),
      ...mask.set(
        shiftLeft(
          subtract(shiftLeft(constant(1), subtract(frames.get, constant(1))), constant(1)),
          add(shift.get, constant(1)),
        ),
      ),
      ...address.set(word(at.inside, shiftRight(index!.get, constant(WORD_ORDER)))),
      // Of two frees one clears the inside bits. The frames before and behind the others are inside no run.
      ...change(
        'inside',
        address,
        value,
        when(
          differ(
            and(
              value.get,
              or(
                mask.get,
                or(shiftLeft(constant(1), shift.get), shiftLeft(constant(1), add(shift.get, frames.get))),
              ),
            ),
            mask.get,
          ),
          unsure,
        ),
        exclusiveOr(value.get, mask.get),
      ),
      ...mask.set(or(mask.get, shiftLeft(constant(1), shift.get))),
      ...address.set(subtract(address.get, subtract(at.inside, at.busy))),
      ...change('busy', address, value, [], exclusiveOr(value.get, mask.get)),
      ...giveBack(shiftRight(index!.get, constant(CHILD_ORDER)), frames.get, index!.get),
      ...constant(STATUS.ok),
    ];
  });
}
