/** What the functions are written with: the memory's parts and fields of summaries. */
import {
  and,
  type Code,
  choose,
  constant,
  lessUnsigned,
  type ModuleBuilder,
  type Place,
  shiftRight,
  word,
  words,
} from '@armature/wasm-assembler';
import { type Layout, STATE } from '../layout.ts';

/** Fields of a summary. */
export const COUNT = 0x3ff_0000;
export const ONE = 0x1_0000;
/** What of the count is 0 at the border of two classes. */
export const IN_CLASS = 0x3f_0000;
/** What of the count is the number of its class. */
export const CLASS = COUNT & ~IN_CLASS;
export const BEST_SHIFT = 27;
const BEST = 15;

export const minimum = (one: Code, other: Code): Code => choose(one, other, lessUnsigned(one, other));
export const drop = (value: Code): Code => [value, 0x1a];
export const countOf = (summary: Code): Code => shiftRight(and(summary, constant(COUNT)), constant(16));
export const bestOf = (summary: Code): Code => and(shiftRight(summary, constant(BEST_SHIFT)), constant(BEST));

export function scopeOf(builder: ModuleBuilder, layout: Layout) {
  const grow = builder.importFunction('grow', 0, 0);
  const define: ModuleBuilder['define'] = (...parts) => builder.define(...parts);
  const inner: ModuleBuilder['inner'] = (...parts) => builder.inner(...parts);
  const table = (part: number): ((index: Code) => Place) => words(part * 4);
  const state = (number: number): Place => word((layout.state + number) * 4);
  return {
    define,
    inner,
    layout,
    bits: table(0),
    summary: table(layout.summaries),
    tag: table(layout.tags),
    sets: table(layout.sets),
    tops: table(layout.tops),
    stale: table(layout.state + STATE.stale),
    current: state(STATE.current),
    occupied: state(STATE.occupied),
    nextStale: state(STATE.nextStale),
    spare: table(layout.state + STATE.spare),
    marksMade: state(STATE.marksMade),
    marksRoom: state(STATE.marksRoom),
    /** Makes memory larger, so that there is room for the words that were made. */
    grow,
    none: constant(layout.hugeFrames),
  };
}

export type Scope = ReturnType<typeof scopeOf>;
