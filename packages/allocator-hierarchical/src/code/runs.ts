/** Which frames continue the run of the frame before them, and runs of any length. */
import {
  add,
  and,
  atLeastUnsigned,
  type Code,
  choose,
  constant,
  differ,
  equal,
  exclusiveOr,
  giveResult,
  isZero,
  less,
  or,
  shiftRight,
  subtract,
  when,
} from '@armature/wasm-assembler';
import {
  HUGE_FRAMES,
  KIND,
  TAG_CROSSED,
  TAG_SINGLES,
  TAG_WHOLE,
  TAG_WHOLE_INSIDE,
  WORDS,
} from '../layout.ts';
import type { Marks } from './marks.ts';
import { eachHuge, eachWord, type Ranges } from './ranges.ts';
import { COUNT, type Scope } from './scope.ts';

export function defineRuns(
  { define, inner, layout, bits, summary, tag }: Scope,
  { toggleTag, toggleMarks, markedWord }: Marks,
  { takeRange, releaseRange }: Ranges,
) {
  const hugeOf = (index: Code): Code => shiftRight(index, constant(9));

  /** One word of the map as bits. */
  const runWord = inner(1, 1, (local, at) => {
    const [kind, number] = [local(), local()];
    return [
      kind.set(and(tag(shiftRight(at!.get, constant(4))).get, constant(KIND))),
      number.set(and(at!.get, constant(WORDS - 1))),
      when(equal(kind.get, constant(TAG_SINGLES)), giveResult(constant(0))),
      when(
        less(constant(TAG_WHOLE_INSIDE), kind.get),
        giveResult(markedWord(shiftRight(at!.get, constant(4)), kind.get, number.get)),
      ),
      // The first frame of a run has no mark.
      choose(constant(-1), constant(-2), or(number.get, differ(kind.get, constant(TAG_WHOLE)))),
    ];
  });

  /** Whether a frame continues a run. */
  const continues = (index: Code): Code =>
    and(shiftRight(runWord(shiftRight(index, constant(5))), index), constant(1));

  /** Marks frames of one huge frame, or takes their marks back. */
  const togglePart = inner(2, 0, (local, from, to) =>
    eachWord({ from: from!, to: to!, end: local() }, (at, mask) => toggleMarks(at, mask)),
  );

  /** Marks a run, or takes its marks back. */
  const toggleRun = inner(2, 0, (local, index, to) => {
    const [from, end, inside] = [local(), local(), local()];
    return [
      from.set(index!.get),
      eachHuge({ from, to: to!, end }, [
        inside.set(differ(from.get, index!.get)),
        when(
          equal(subtract(end.get, from.get), constant(HUGE_FRAMES)),
          toggleTag(hugeOf(from.get), choose(constant(TAG_WHOLE_INSIDE), constant(TAG_WHOLE), inside.get)),
          [
            from.set(add(from.get, isZero(inside.get))),
            when(
              differ(from.get, end.get),
              togglePart(from.get, end.get),
              when(
                differ(end.get, to!.get),
                toggleTag(hugeOf(subtract(end.get, constant(1))), constant(TAG_CROSSED)),
              ),
            ),
          ],
        ),
      ]),
    ];
  });

  /** Whether exactly this run was handed out; a single frame may be reserved instead. */
  const isRun = inner(2, 1, (local, index, to) => {
    const from = local();
    const no = giveResult(constant(0));
    const end = local();
    return [
      when(
        and(
          isZero(isZero(and(summary(hugeOf(index!.get)).get, constant(COUNT)))),
          shiftRight(bits(shiftRight(index!.get, constant(5))).get, index!.get),
        ),
        no,
      ),
      when(or(continues(index!.get), continues(to!.get)), no),
      from.set(add(index!.get, constant(1))),
      when(differ(from.get, to!.get), [
        eachWord({ from, to: to!, end }, (at, mask) => when(exclusiveOr(and(runWord(at), mask), mask), no)),
      ]),
      constant(1),
    ];
  });

  /** Takes free frames, which are a run if `marked` is not 0. */
  define('takeFrames', 3, 0, (_, index, count, marked) => [
    count!.set(add(index!.get, count!.get)),
    takeRange(index!.get, count!.get),
    when(marked!.get, toggleRun(index!.get, count!.get)),
  ]);

  define('freeRun', 2, 1, (local, index, count) => {
    const end = local();
    const refused = giveResult(constant(-1));
    return [
      when(
        or(
          atLeastUnsigned(subtract(index!.get, constant(layout.first)), constant(layout.end - layout.first)),
          atLeastUnsigned(subtract(count!.get, constant(1)), subtract(constant(layout.end), index!.get)),
        ),
        refused,
      ),
      end.set(add(index!.get, count!.get)),
      when(isZero(isRun(index!.get, end.get)), refused),
      toggleRun(index!.get, end.get),
      releaseRange(index!.get, end.get),
      constant(0),
    ];
  });
  return { togglePart, isRun, runWord };
}

export type Runs = ReturnType<typeof defineRuns>;
