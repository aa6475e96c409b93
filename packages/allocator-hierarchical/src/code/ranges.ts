/** Bits of free frames from one index to another. */
import {
  add,
  and,
  bit,
  type Code,
  constant,
  differ,
  isZero,
  jumpIf,
  lessUnsigned,
  loop,
  not,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { HUGE_FRAMES, WORDS } from '../layout.ts';
import type { Levels } from './levels.ts';
import { bestOf, drop, minimum, type Scope } from './scope.ts';

/** A range that is not empty, and a variable for where a part of it ends. */
interface Range {
  readonly from: Variable;
  readonly to: Variable;
  readonly end: Variable;
}

/** Code for each part of a range that lies in an aligned group of `size` frames; `from` is `to` afterwards. */
const eachPart = ({ from, to, end }: Range, size: number, label: string, code: Code): Code => [
  loop(label, [
    end.set(minimum(to.get, add(or(from.get, constant(size - 1)), constant(1)))),
    code,
    from.set(end.get),
    jumpIf(label, lessUnsigned(from.get, to.get)),
  ]),
];

export const eachHuge = (range: Range, code: Code): Code => eachPart(range, HUGE_FRAMES, 'huge', code);

/** Code for each word of a range, with its number and which of its bits are in the range. */
export const eachWord = (range: Range, write: (at: Code, mask: Code) => Code): Code =>
  eachPart(
    range,
    32,
    'word',
    write(
      shiftRight(range.from.get, constant(5)),
      and(
        shiftLeft(constant(-1), range.from.get),
        shiftRight(constant(-1), subtract(constant(0), range.end.get)),
      ),
    ),
  );

export function defineRanges(
  { define, inner, layout, bits, summary }: Scope,
  { changeCount, markStale, raise }: Levels,
) {
  const wordBit = (at: Code): Code => bit(and(at, constant(WORDS - 1)));
  const summaryOf = (at: Code) => summary(shiftRight(at, constant(4)));

  /** Clears the bits of free frames of one huge frame. */
  const clearBits = inner(2, 0, (local, from, to) => {
    const left = local();
    return eachWord({ from: from!, to: to!, end: local() }, (at, mask) => [
      left.set(and(bits(at).get, not(mask))),
      bits(at).set(left.get),
      when(isZero(left.get), summaryOf(at).set(and(summaryOf(at).get, not(wordBit(at))))),
    ]);
  });

  /** Sets the bits of used frames. */
  const setBits = inner(2, 0, (local, from, to) =>
    eachWord({ from: from!, to: to!, end: local() }, (at, mask) => [
      bits(at).set(or(bits(at).get, mask)),
      summaryOf(at).set(or(summaryOf(at).get, wordBit(at))),
    ]),
  );

  /** Takes frames that are free. */
  const takeRange = inner(2, 0, (local, from, to) => {
    const [huge, end] = [local(), local()];
    const size = subtract(end.get, from!.get);
    return eachHuge({ from: from!, to: to!, end }, [
      huge.set(shiftRight(from!.get, constant(9))),
      // What is taken whole keeps its bits.
      when(differ(size, constant(HUGE_FRAMES)), [markStale(huge.get), clearBits(from!.get, end.get)]),
      drop(changeCount(huge.get, subtract(from!.get, end.get))),
    ]);
  });

  /** Raises the best order of a huge frame after frames of it were set free. */
  const raiseAround = inner(2, 0, (local, from, to) => {
    const next = local();
    const huge = shiftRight(from!.get, constant(9));
    return [
      loop('block', [
        raise(huge, from!.get),
        // What is larger than the best order and holds none of the frames so far begins there.
        next.set(subtract(bit(add(bestOf(summary(huge).get), constant(1))), constant(1))),
        from!.set(add(or(from!.get, next.get), constant(1))),
        jumpIf('block', lessUnsigned(from!.get, to!.get)),
      ]),
    ];
  });

  /** Gives back frames that `takeRange` took, in the same portions of huge frames. */
  const releaseRange = inner(2, 0, (local, from, to) => {
    const [huge, end] = [local(), local()];
    const size = subtract(end.get, from!.get);
    return eachHuge({ from: from!, to: to!, end }, [
      huge.set(shiftRight(from!.get, constant(9))),
      when(differ(size, constant(HUGE_FRAMES)), setBits(from!.get, end.get)),
      when(differ(changeCount(huge.get, size), constant(HUGE_FRAMES)), raiseAround(from!.get, end.get)),
    ]);
  });

  /** Gives back all frames to an allocator that has none. */
  define('freeAll', 0, 0, () => [
    setBits(constant(layout.first), constant(layout.end)),
    releaseRange(constant(layout.first), constant(layout.end)),
  ]);
  return { clearBits, setBits, takeRange, releaseRange };
}

export type Ranges = ReturnType<typeof defineRanges>;
