/** The words of marks of huge frames in which few of the 16 words have one: `marked-words.ts` says how they are kept. */
import {
  add,
  and,
  bit,
  type Code,
  choose,
  constant,
  countOnes,
  differ,
  equal,
  exclusiveOr,
  giveResult,
  increase,
  isZero,
  jumpIf,
  less,
  lessUnsigned,
  load,
  loop,
  not,
  or,
  shiftLeft,
  shiftRight,
  store,
  subtract,
  trailingZeros,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { ALL_WORDS, FIRST_KIND, firstChunkOf, KIND, ONLY_WORD, WORDS } from '../layout.ts';
import type { Scope } from './scope.ts';

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
  /** The word at a place, in bytes from the pool, or so many words after it. */
  const wordAt = (place: Code, after = 0) => ({
    get: load(place, pool + 4 * after),
    set: (word: Code) => store(place, word, pool + 4 * after),
  });
  const firstWord = (kind: Code): Code => add(chunkOf(kind), constant(4));
  const below = (mask: Code, number: Code): Code => and(mask, subtract(bit(number), constant(1)));

  /** Where a word is, or would be, in a chunk with a mask. */
  const placeOf = (kind: Variable, mask: Code, number: Code): Code =>
    add(
      firstWord(kind.get),
      shiftLeft(choose(number, countOnes(below(mask, number)), hasAll(kind.get)), constant(2)),
    );

  /** Lets so many words more be in use. */
  const make = (words: Code): Code => [
    marksMade.set(add(marksMade.get, words)),
    when(lessUnsigned(marksRoom.get, marksMade.get), grow()),
  ];

  /** The kind of a chunk with room for 3, 7 or all words. */
  const newChunk = inner(1, 1, (local, size) => {
    const kind = local();
    const words = add(shiftLeft(constant(4), size!.get), shiftLeft(hasAll(size!.get), constant(1)));
    return [
      kind.set(spare(size!.get).get),
      when(kind.get, spare(size!.get).set(maskAt(chunkOf(kind.get)).get), [
        kind.set(or(shiftLeft(marksMade.get, constant(1)), size!.get)),
        make(words),
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

  /** The place in bytes for the only word of a huge frame. */
  const onlyPlace = (huge: Code): Code => shiftLeft(huge, constant(2));
  const isOnly = (kind: Code): Code => less(kind, constant(FIRST_KIND));

  /** Changes marks of a huge frame that has one word of them, or none. */
  const toggleOnly = inner(3, 0, (local, huge, number, changed) => {
    const [kind, word, into, chunk] = [local(), local(), local(), local()];
    const own = add(number!.get, constant(ONLY_WORD));
    const isLower = less(own, kind.get);
    return [
      kind.set(and(tag(huge!.get).get, constant(KIND))),
      when(isZero(kind.get), [
        when(isZero(marksMade.get), make(constant(firstChunkOf(layout)))),
        wordAt(onlyPlace(huge!.get)).set(changed!.get),
        toggleTag(huge!.get, own),
        giveResult([]),
      ]),
      word.set(wordAt(onlyPlace(huge!.get)).get),
      when(equal(kind.get, own), [
        wordAt(onlyPlace(huge!.get)).set(exclusiveOr(word.get, changed!.get)),
        when(equal(word.get, changed!.get), toggleTag(huge!.get, kind.get)),
        giveResult([]),
      ]),
      into.set(newChunk(constant(0))),
      chunk.set(chunkOf(into.get)),
      maskAt(chunk.get).set(or(bit(number!.get), bit(and(kind.get, constant(WORDS - 1))))),
      wordAt(chunk.get, 1).set(choose(changed!.get, word.get, isLower)),
      wordAt(chunk.get, 2).set(choose(word.get, changed!.get, isLower)),
      toggleTag(huge!.get, exclusiveOr(kind.get, into.get)),
    ];
  });

  /** Takes a word, which is 0 now, out of a chunk. `mask` is without it. */
  const removeWord = inner(4, 0, (local, huge, kind, place, mask) => {
    const last = local();
    return [
      maskAt(chunkOf(kind!.get)).set(mask!.get),
      when(isZero(hasAll(kind!.get)), [
        last.set(add(firstWord(kind!.get), shiftLeft(countOnes(mask!.get), constant(2)))),
        when(less(place!.get, last.get), [
          loop('word', [
            wordAt(place!.get).set(wordAt(place!.get, 1).get),
            increase(place!, 4),
            jumpIf('word', less(place!.get, last.get)),
          ]),
        ]),
      ]),
      when(and(mask!.get, subtract(mask!.get, constant(1))), giveResult([])),
      // One word is left.
      last.set(trailingZeros(mask!.get)),
      wordAt(onlyPlace(huge!.get)).set(wordAt(placeOf(kind!, mask!.get, last.get)).get),
      giveChunk(kind!),
      toggleTag(huge!.get, exclusiveOr(kind!.get, add(last.get, constant(ONLY_WORD)))),
    ];
  });

  /** Moves the words of a chunk to one of the next size, with one more. `mask` is with it, and `number` is its own. */
  const enlarge = inner(5, 0, (local, huge, kind, number, mask, word) => {
    const [into, from, to, left] = [local(), local(), local(), local()];
    return [
      into.set(newChunk(add(sizeOf(kind!.get), constant(1)))),
      from.set(firstWord(kind!.get)),
      to.set(chunkOf(into.get)),
      maskAt(to.get).set(mask!.get),
      when(
        hasAll(into.get),
        Array.from({ length: WORDS }, (_, each) => wordAt(to.get, 1 + each).set(constant(0))),
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
        when(less(subtract(shiftLeft(constant(4), sizeOf(kind!.get)), constant(1)), countOnes(mask!.get)), [
          enlarge(huge!.get, kind!.get, number!.get, mask!.get, word!.get),
          giveResult([]),
        ]),
      ]),
      maskAt(chunkOf(kind!.get)).set(mask!.get),
      place.set(placeOf(kind!, mask!.get, number!.get)),
      when(isZero(hasAll(kind!.get)), [
        last.set(
          add(firstWord(kind!.get), shiftLeft(subtract(countOnes(mask!.get), constant(1)), constant(2))),
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
      when(isOnly(kind.get), toggleOnly(huge, number, changed), [
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
    const own = add(number, constant(ONLY_WORD));
    return [
      kind.set(and(tag(huge).get, constant(KIND))),
      when(
        isOnly(kind.get),
        [when(differ(kind.get, own), refuse), place.set(onlyPlace(huge))],
        [
          mask.set(maskAt(chunkOf(kind.get)).get),
          when(isZero(and(mask.get, bit(number))), refuse),
          place.set(placeOf(kind, mask.get, number)),
        ],
      ),
      word.set(wordAt(place.get).get),
      when(differ(and(word.get, all), inside), refuse),
      when(goesOn(word.get), refuse),
      word.set(exclusiveOr(word.get, inside)),
      wordAt(place.get).set(word.get),
      when(isZero(word.get), [
        when(
          isOnly(kind.get),
          toggleTag(huge, kind.get),
          removeWord(huge, kind.get, place.get, and(mask.get, not(bit(number)))),
        ),
      ]),
    ];
  };

  /** One word of the marks of a huge frame with a kind that no run covers. */
  const markedWord = inner(3, 1, (local, huge, kind, number) => {
    const mask = local();
    return [
      when(isOnly(kind!.get), [
        when(differ(kind!.get, add(number!.get, constant(ONLY_WORD))), giveResult(constant(0))),
        giveResult(wordAt(onlyPlace(huge!.get)).get),
      ]),
      mask.set(maskAt(chunkOf(kind!.get)).get),
      when(isZero(and(mask.get, bit(number!.get))), giveResult(constant(0))),
      wordAt(placeOf(kind!, mask.get, number!.get)).get,
    ];
  });
  return { toggleTag, toggleMarks, toggleMarksHere, removeBlockHere, markedWord };
}

export type Marks = ReturnType<typeof defineMarks>;
