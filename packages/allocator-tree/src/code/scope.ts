/** What the functions are written with: the geometry, the worker's own words, and steps that several of them make. */

import {
  add,
  and,
  atLeast,
  block,
  type Code,
  constant,
  greater,
  isZero,
  jumpIf,
  leadingZeros,
  less,
  loop,
  type ModuleBuilder,
  shiftLeft,
  shiftRight,
  subtract,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { CHILD_WORDS, FREE, HINT_SHIFT } from '../layout.ts';
import { type AccessKind, importAccess } from './access.ts';

/** Results that are no frame and no status. */
export const RESULT = {
  /** There is none here. */
  none: -1,
  /** Nothing was done: the caller must look closer. */
  unsure: -1,
} as const;

export const STATUS = { ok: 0, doubleFree: 1, outOfRange: 5 } as const;
/** Order of a word of 32 frames, and the bytes of a child's words. */
export const WORD_ORDER = 5;
export const CHILD_BYTES = CHILD_WORDS * 4;

/** The bits where pairs, fours, ... of frames begin in a word. */
export const FIRST_BITS = [0x5555_5555, 0x1111_1111, 0x0101_0101, 0x0001_0001, 1];

/** Numbers of a worker's counters. */
export const COUNTER = { allocations: 0, frees: 1, failures: 2 } as const;

/** Where a worker's searches go on, and whether the last left out a tree only because another worker has it. */
export const CURSOR = {
  child: 0,
  word: 1,
  tree: 2,
  whole: 3,
  blockChild: 4,
  blockWord: 5,
  passedOver: 6,
} as const;

/** Words of a worker's own. */
const OWN = { entry: 0, word: 1, tree: 2, whole: 3, passedOver: 4, blockEntry: 5, blockWord: 6 } as const;

/** What the module is made for: addresses in bytes, and numbers. */
export interface Geometry {
  readonly entries: number;
  readonly longest: number;
  readonly busy: number;
  readonly inside: number;
  readonly trees: number;
  readonly hints: number;
  /** The worker's counters, its own words, and the word with its tree. */
  readonly counters: number;
  readonly own: number;
  readonly local: number;
  /** The worker's batch. */
  readonly batch: number;
  readonly base: number;
  readonly origin: number;
  readonly frames: number;
  readonly childCount: number;
  readonly treeCount: number;
  readonly treeOrder: number;
}

export const bits = (value: Code): Code => subtract(constant(32), leadingZeros(value));
export const free = (entry: Code): Code => and(entry, constant(FREE));
export const field = (entry: Code): Code => and(shiftRight(entry, constant(HINT_SHIFT)), constant(15));
export const word = (array: Code, index: Code): Code => add(array, shiftLeft(index, constant(2)));

/** @returns what code is written with: steps, addresses and numbers of the geometry, and the worker's own words */
export function scopeOf(builder: ModuleBuilder, kind: AccessKind, geometry: Geometry) {
  const access = importAccess(builder, kind, geometry);
  const { peek, swap, own } = access;
  const names = Object.entries(geometry).map(([name, value]) => [name, constant(value)]);
  const at = Object.fromEntries(names) as Readonly<Record<keyof Geometry, Code>>;
  /** What a busy word's first frame is more than eight times its address. */
  const originOfBytes = constant(geometry.origin - geometry.busy * 8);
  const cursor = {
    /** Addresses of the child's word, or 0, and of the busy word. */
    entry: own(OWN.entry),
    word: own(OWN.word),
    tree: own(OWN.tree),
    whole: own(OWN.whole),
    passedOver: own(OWN.passedOver),
    /** Addresses of the words of the child that blocks are taken of, and of the busy word. */
    blockEntry: own(OWN.blockEntry),
    blockWord: own(OWN.blockWord),
  };
  const define: ModuleBuilder['define'] = (...parts) => builder.define(...parts);
  const inner: ModuleBuilder['inner'] = (...parts) => builder.inner(...parts);

  /** Sets a variable to one more than the largest order that a child may have free: its hint, bounded by its counter. */
  const setHint = (hint: Variable, bound: Variable, entry: Variable): Code => [
    ...hint.set(field(entry.get)),
    ...bound.set(bits(free(entry.get))),
    ...when(less(bound.get, hint.get), hint.set(bound.get)),
  ];
  /** Whether a child has at least so many free frames, 2^order, and a hint above the order. */
  const mayHave = (entry: Variable, order: Code, frames: Code): Code =>
    and(greater(field(entry.get), order), atLeast(free(entry.get), frames));
  const endOf = (tree: Variable, end: Variable): Code => [
    ...end.set(shiftLeft(add(tree.get, constant(1)), at.treeOrder)),
    ...when(greater(end.get, at.childCount), end.set(at.childCount)),
  ];
  const firstOf = (tree: Variable): Code => shiftLeft(tree.get, at.treeOrder);
  /** Changes a word by what is read: `next` may leave with a result instead. */
  const change = (label: string, address: Variable, value: Variable, check: Code, next: Code): Code => [
    loop(
      label,
      ...value.set(peek(address.get)),
      ...check,
      ...jumpIf(label, isZero(swap(address.get, value, next))),
    ),
  ];

  /** As `changeSoon`, with what the word was a moment ago in the variable: nothing is read where that still holds. */
  const changeRead = (label: string, address: Variable, value: Variable, check: Code, next: Code): Code => [
    block(
      `${label} done`,
      ...check,
      ...jumpIf(`${label} done`, swap(address.get, value, next)),
      ...change(label, address, value, check, next),
    ),
  ];

  /** As `change`, where others seldom come between: the loop, which costs even when it is left at once, comes second. */
  const changeSoon = (label: string, address: Variable, value: Variable, check: Code, next: Code): Code => [
    ...value.set(peek(address.get)),
    ...changeRead(label, address, value, check, next),
  ];

  return {
    ...access,
    define,
    inner,
    at,
    originOfBytes,
    cursor,
    setHint,
    mayHave,
    endOf,
    firstOf,
    change,
    changeRead,
    changeSoon,
  };
}

export type Scope = ReturnType<typeof scopeOf>;
