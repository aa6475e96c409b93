/** Taking and freeing single frames: the paths that most calls take. */
import {
  add,
  and,
  atLeastUnsigned,
  bit,
  block,
  type Code,
  constant,
  equal,
  giveResult,
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
} from '@armature/wasm-assembler';
import { FIRST_CLASS, SETS, WHOLE } from '../layout.ts';
import type { Levels } from './levels.ts';
import { bestOf, COUNT, IN_CLASS, ONE, type Scope } from './scope.ts';
import type { Sets } from './sets.ts';

/** The set of a huge frame of which the first frame is being taken. */
const BEING_TAKEN = SETS - 1;

export function defineFrames(scope: Scope, sets: Sets, levels: Levels) {
  const { define, inner, layout, bits, summary, current, occupied, none } = scope;
  const { join, joinSoon, leave, lowest } = sets;
  const { classOf, changeClass, setBest, mayRaise, raise, markStale } = levels;
  const origin = constant(layout.origin);

  /** The huge frame that gives single frames from now on, or -1. */
  const chooseCurrent = inner(0, 1, (local) => {
    const [set, huge] = [local(), local()];
    return [
      block('chosen', [
        loop('class', [
          set.set(shiftRight(occupied.get, constant(FIRST_CLASS))),
          when(set.get, [
            set.set(add(trailingZeros(set.get), constant(FIRST_CLASS))),
            huge.set(lowest(set.get)),
            jumpIf('chosen', and(summary(huge.get).get, constant(COUNT))),
            // Full since it gave its last frame.
            leave(set.get, huge.get),
            jump('class'),
          ]),
        ]),
        huge.set(lowest(constant(WHOLE))),
        when(less(huge.get, constant(0)), giveResult(constant(-1))),
        setBest(huge.get, constant(WHOLE - 1)),
        join(constant(BEING_TAKEN), huge.get),
      ]),
      current.set(huge.get),
      markStale(huge.get),
      huge.get,
    ];
  });

  define('take', 0, 1, (local) => {
    const [huge, value, at, word, left, after] = [local(), local(), local(), local(), local(), local()];
    return [
      huge.set(current.get),
      value.set(summary(huge.get).get),
      when(isZero(and(value.get, constant(COUNT))), [
        huge.set(chooseCurrent()),
        when(less(huge.get, constant(0)), giveResult(constant(-1))),
        value.set(summary(huge.get).get),
      ]),
      // The mask is lowest, and not 0 here.
      at.set(add(shiftLeft(huge.get, constant(4)), trailingZeros(value.get))),
      word.set(bits(at.get).get),
      left.set(and(word.get, subtract(word.get, constant(1)))),
      bits(at.get).set(left.get),
      after.set(subtract(value.get, constant(ONE))),
      when(isZero(left.get), after.set(and(after.get, subtract(after.get, constant(1))))),
      summary(huge.get).set(after.get),
      when(isZero(and(value.get, constant(IN_CLASS))), leaveClass(value, huge)),
      add(add(origin, shiftLeft(at.get, constant(5))), trailingZeros(word.get)),
    ];
  });

  /** From the lowest count of a class to the class before. */
  function leaveClass(before: Variable, huge: Variable): Code {
    const set = (less_: number): Code =>
      add(and(shiftRight(before.get, constant(22)), constant(15)), constant(FIRST_CLASS - less_));
    return [leave(set(0), huge.get), join(set(1), huge.get)];
  }

  /** After a frame came back to a huge frame with this summary before: its class may be another, and its best order. */
  const grow = inner(2, 0, (local, index, before) => {
    const huge = local();
    return [
      huge.set(shiftRight(index!.get, constant(9))),
      when(equal(and(before!.get, constant(COUNT)), constant(COUNT - 0x200 * ONE)), [
        leave(classOf(before!.get), huge.get),
        setBest(huge.get, constant(WHOLE)),
        when(equal(huge.get, current.get), current.set(none)),
        giveResult([]),
      ]),
      changeClass(huge.get, classOf(before!.get), classOf(summary(huge.get).get)),
      raise(huge.get, index!.get),
    ];
  });

  /** Counts a frame of which the bit has been set in `word`. */
  const countFreed = (
    index: Variable,
    word: Variable,
    value: Variable,
    { after, size }: { readonly after: Variable; readonly size: Variable },
  ): Code => {
    const huge = shiftRight(index.get, constant(9));
    return [
      after.set(
        or(add(value.get, constant(ONE)), bit(and(shiftRight(index.get, constant(5)), constant(15)))),
      ),
      summary(huge).set(after.get),
      when(
        or(
          // Most frees form no larger block.
          mayRaise(size, bestOf(value.get), word.get, index.get),
          isZero(and(after.get, constant(IN_CLASS))),
        ),
        grow(index.get, value.get),
        when(isZero(and(value.get, constant(COUNT))), [
          // Its first frame: it is in the fullest class now, where it may have been left.
          joinSoon(constant(FIRST_CLASS), huge),
          when(and(summary(current.get).get, constant(COUNT & ~IN_CLASS)), current.set(none)),
        ]),
      ),
    ];
  };

  define('free', 1, 1, (local, frame) => {
    const [index, value, word, after, size] = [local(), local(), local(), local(), local()];
    const refused = giveResult(constant(-1));
    return [
      index.set(subtract(frame!.get, origin)),
      when(
        atLeastUnsigned(subtract(index.get, constant(layout.first)), constant(layout.end - layout.first)),
        refused,
      ),
      value.set(summary(shiftRight(index.get, constant(9))).get),
      when(less(value.get, constant(0)), refused),
      word.set(bits(shiftRight(index.get, constant(5))).get),
      when(and(shiftRight(word.get, index.get), constant(1)), refused),
      word.set(or(word.get, bit(index.get))),
      bits(shiftRight(index.get, constant(5))).set(word.get),
      countFreed(index, word, value, { after, size }),
      constant(0),
    ];
  });

  /** Does what is left of `free` for the index of a frame of which the bit is set. */
  define('countMarked', 1, 0, (local, index) => {
    const [value, word, after, size] = [local(), local(), local(), local()];
    return [
      value.set(summary(shiftRight(index!.get, constant(9))).get),
      word.set(bits(shiftRight(index!.get, constant(5))).get),
      countFreed(index!, word, value, { after, size }),
    ];
  });
}
