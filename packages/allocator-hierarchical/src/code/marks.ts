/** The words of marks of huge frames in which few of the 16 words have one: `marked-words.ts` says how they are kept. */
import {
  add,
  and,
  type Code,
  choose,
  constant,
  countOnes,
  differ,
  equal,
  exclusiveOr,
  giveResult,
  greater,
  isZero,
  jumpIf,
  less,
  lessUnsigned,
  load,
  loop,
  or,
  shiftLeft,
  shiftRight,
  store,
  subtract,
  trailingZeros,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { ALL_WORDS, KIND, TAG_WHOLE_INSIDE, WORDS } from '../layout.ts';
import { bit, increase, not, type Scope } from './scope.ts';

/** What marks a block in one word has. */
interface BlockMarks {
  readonly all: Code;
  readonly inside: Code;
  /** Whether the run goes on after the block, given the word. */
  goesOn(word: Code): Code;
  readonly refuse: Code;
}

export function defineMarks({ inner, layout, summary, tag, spare, marksMade, marksRoom, grow }: Scope) {
  const pool = layout.marks * 4;
  const sizeOf = (kind: Code): Code => and(kind, constant(3));
  const hasAll = (kind: Code): Code => equal(sizeOf(kind), constant(ALL_WORDS));
  /** Where a chunk is, in bytes from the pool. */
  const chunkOf = (kind: Code): Code => shiftLeft(and(kind, constant(~3)), constant(1));
  const maskAt = (chunk: Code) => ({ get: load(chunk, pool), set: (mask: Code) => store(chunk, mask, pool) });
  /** The word after the mask, from a place in bytes. */
  const wordAt = (place: Code, after = 0) => ({
    get: load(place, pool + 4 * (1 + after)),
    set: (word: Code) => store(place, word, pool + 4 * (1 + after)),
  });
  const below = (mask: Code, number: Code): Code => and(mask, subtract(bit(number), constant(1)));

  /** Where a word is, or would be, in a chunk with a mask. */
  const placeOf = (kind: Variable, mask: Code, number: Code): Code =>
    add(
      chunkOf(kind.get),
      shiftLeft(choose(number, countOnes(below(mask, number)), hasAll(kind.get)), constant(2)),
    );

  /** The kind of a chunk with room for 1, 3, 7 or all words. */
  const newChunk = inner(1, 1, (local, size) => {
    const kind = local();
    const words = add(
      shiftLeft(constant(2), size!.get),
      shiftLeft(equal(size!.get, constant(ALL_WORDS)), constant(1)),
    );
    return [
      kind.set(spare(size!.get).get),
      when(kind.get, spare(size!.get).set(maskAt(chunkOf(kind.get)).get), [
        kind.set(or(shiftLeft(marksMade.get, constant(1)), size!.get)),
        marksMade.set(add(marksMade.get, words)),
        when(lessUnsigned(marksRoom.get, marksMade.get), grow()),
      ]),
      kind.get,
    ];
  });

  const giveChunk = (kind: Variable): Code => [
    maskAt(chunkOf(kind.get)).set(spare(sizeOf(kind.get)).get),
    spare(sizeOf(kind.get)).set(kind.get),
  ];

  /** Changes bits of the tag of a huge frame. */
  const toggleTag = inner(2, 0, (_, huge, changed) => [
    tag(huge!.get).set(exclusiveOr(tag(huge!.get).get, changed!.get)),
    summary(huge!.get).set(
      or(
        and(summary(huge!.get).get, constant(0x7fff_ffff)),
        shiftLeft(isZero(isZero(tag(huge!.get).get)), constant(31)),
      ),
    ),
  ]);

  /** A huge frame without marks gets its first word. */
  const addOnly = inner(3, 0, (local, huge, number, word) => {
    const kind = local();
    return [
      kind.set(newChunk(constant(0))),
      maskAt(chunkOf(kind.get)).set(bit(number!.get)),
      wordAt(chunkOf(kind.get)).set(word!.get),
      toggleTag(huge!.get, kind.get),
    ];
  });

  /** Takes a word, which is 0 now, out of a chunk. `mask` is without it. */
  const removeWord = inner(4, 0, (local, huge, kind, place, mask) => {
    const [last, word] = [local(), local()];
    return [
      maskAt(chunkOf(kind!.get)).set(mask!.get),
      when(isZero(hasAll(kind!.get)), [
        last.set(add(chunkOf(kind!.get), shiftLeft(countOnes(mask!.get), constant(2)))),
        when(less(place!.get, last.get), [
          loop('word', [
            wordAt(place!.get).set(wordAt(place!.get, 1).get),
            increase(place!, 4),
            jumpIf('word', less(place!.get, last.get)),
          ]),
        ]),
      ]),
      // One word, or none: its chunk is needed no more.
      when(and(mask!.get, subtract(mask!.get, constant(1))), [0x0f]),
      when(mask!.get, word.set(wordAt(placeOf(kind!, mask!.get, trailingZeros(mask!.get))).get)),
      giveChunk(kind!),
      toggleTag(huge!.get, kind!.get),
      when(mask!.get, addOnly(huge!.get, trailingZeros(mask!.get), word.get)),
    ];
  });

  /** Moves the words of a chunk to one of the next size, with one more. `mask` is with it, and `number` is its own. */
  const enlarge = inner(5, 0, (local, huge, kind, number, mask, word) => {
    const [into, from, to, left] = [local(), local(), local(), local()];
    return [
      into.set(newChunk(add(sizeOf(kind!.get), constant(1)))),
      from.set(chunkOf(kind!.get)),
      to.set(chunkOf(into.get)),
      maskAt(to.get).set(mask!.get),
      when(
        hasAll(into.get),
        Array.from({ length: WORDS }, (_, each) => wordAt(to.get, each).set(constant(0))),
      ),
      left.set(mask!.get),
      loop('word', [
        to.set(placeOf(into, mask!.get, trailingZeros(left.get))),
        when(equal(trailingZeros(left.get), number!.get), wordAt(to.get).set(word!.get), [
          wordAt(to.get).set(wordAt(from.get).get),
          increase(from, 4),
        ]),
        left.set(and(left.get, subtract(left.get, constant(1)))),
        jumpIf('word', left.get),
      ]),
      giveChunk(kind!),
      toggleTag(huge!.get, exclusiveOr(kind!.get, into.get)),
    ];
  });

  /** Puts a word into a chunk that has not got it. `mask` is with it. */
  const insertWord = inner(5, 0, (local, huge, kind, number, mask, word) => {
    const [place, last] = [local(), local()];
    return [
      when(isZero(hasAll(kind!.get)), [
        when(
          greater(countOnes(mask!.get), subtract(shiftLeft(constant(2), sizeOf(kind!.get)), constant(1))),
          [enlarge(huge!.get, kind!.get, number!.get, mask!.get, word!.get), [0x0f]],
        ),
      ]),
      maskAt(chunkOf(kind!.get)).set(mask!.get),
      place.set(placeOf(kind!, mask!.get, number!.get)),
      when(isZero(hasAll(kind!.get)), [
        last.set(
          add(chunkOf(kind!.get), shiftLeft(subtract(countOnes(mask!.get), constant(1)), constant(2))),
        ),
        when(less(place.get, last.get), [
          loop('word', [
            wordAt(last.get).set(wordAt(last.get, -1).get),
            increase(last, -4),
            jumpIf('word', less(place.get, last.get)),
          ]),
        ]),
      ]),
      wordAt(place.get).set(word!.get),
    ];
  });

  /** Changes some marks of a word of the map, in a huge frame that no run covers. */
  const toggleMarksHere = (local: () => Variable, at: Code, changed: Code): Code => {
    const [kind, mask, place, left] = [local(), local(), local(), local()];
    const huge = shiftRight(at, constant(4));
    const number = and(at, constant(WORDS - 1));
    return [
      kind.set(and(tag(huge).get, constant(KIND))),
      when(isZero(kind.get), addOnly(huge, number, changed), [
        mask.set(maskAt(chunkOf(kind.get)).get),
        when(
          isZero(and(mask.get, bit(number))),
          insertWord(huge, kind.get, number, or(mask.get, bit(number)), changed),
          [
            place.set(placeOf(kind, mask.get, number)),
            left.set(exclusiveOr(wordAt(place.get).get, changed)),
            wordAt(place.get).set(left.get),
            when(isZero(left.get), removeWord(huge, kind.get, place.get, and(mask.get, not(bit(number))))),
          ],
        ),
      ]),
    ];
  };
  const toggleMarks = inner(2, 0, (local, at, changed) => toggleMarksHere(local, at!.get, changed!.get));

  /**
   * Takes back the marks `inside` of a block in a word, of which `all` are the bits; does `refuse` when the marks of these
   * frames are others, or the run goes on after the block.
   */
  const removeBlockHere = (
    local: () => Variable,
    at: Code,
    { all, inside, goesOn, refuse }: BlockMarks,
  ): Code => {
    const [kind, mask, place, word] = [local(), local(), local(), local()];
    const huge = shiftRight(at, constant(4));
    const number = and(at, constant(WORDS - 1));
    return [
      kind.set(and(tag(huge).get, constant(KIND))),
      when(less(kind.get, constant(TAG_WHOLE_INSIDE + 1)), refuse),
      mask.set(maskAt(chunkOf(kind.get)).get),
      when(isZero(and(mask.get, bit(number))), refuse),
      place.set(placeOf(kind, mask.get, number)),
      word.set(wordAt(place.get).get),
      when(differ(and(word.get, all), inside), refuse),
      when(goesOn(word.get), refuse),
      word.set(exclusiveOr(word.get, inside)),
      wordAt(place.get).set(word.get),
      when(isZero(word.get), removeWord(huge, kind.get, place.get, and(mask.get, not(bit(number))))),
    ];
  };

  /** One word of a huge frame's chunk. */
  const markedWord = inner(2, 1, (local, kind, number) => {
    const mask = local();
    return [
      mask.set(maskAt(chunkOf(kind!.get)).get),
      when(isZero(and(mask.get, bit(number!.get))), giveResult(constant(0))),
      wordAt(placeOf(kind!, mask.get, number!.get)).get,
    ];
  });
  return { toggleTag, toggleMarks, toggleMarksHere, removeBlockHere, markedWord };
}

export type Marks = ReturnType<typeof defineMarks>;
