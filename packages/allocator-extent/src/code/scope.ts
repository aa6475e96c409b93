/** What the functions are written with. */
import {
  add,
  type Code,
  constant,
  load,
  loadByte,
  type ModuleBuilder,
  multiply,
  shiftLeft,
  shiftRight,
  store,
  storeByte,
  subtract,
  type Variable,
} from '@armature/wasm-assembler';
import { type Layout, NODE } from '../layout.ts';

/** A place in memory. */
export interface Place {
  readonly get: Code;
  set(value: Code): Code;
}

/** Makes local variables of the function that is written. */
export type MakeLocal = () => Variable;

export const bit = (number: Code): Code => shiftLeft(constant(1), number);
export const not = (value: Code): Code => [value, constant(-1), 0x73];

/** A word at an address and an offset. */
export const word = (address: Code, offset = 0): Place => ({
  get: load(address, offset),
  set: (value) => store(address, value, offset),
});

/** Words from an address on, by number. */
export const words =
  (address: number) =>
  (number: Code): Place =>
    word(shiftLeft(number, constant(2)), address);

export const tag = (node: Code): Place => word(node, NODE.tag);
export const tagBefore = (node: Code): Place => word(node, NODE.tagBefore);
export const next = (node: Code): Place => word(node, NODE.next);
export const previous = (node: Code): Place => word(node, NODE.previous);

/** Bytes of so many records; the code of `frames` comes twice. */
export const recordBytes = (frames: Code): Code =>
  shiftLeft(add(frames, shiftLeft(frames, constant(1))), constant(2));

/** 3 times this is 1 modulo 2^32. */
const THIRD = 0xaaaa_aaab;

export function scopeOf(builder: ModuleBuilder, layout: Layout) {
  const define: ModuleBuilder['define'] = (...parts) => builder.define(...parts);
  const inner: ModuleBuilder['inner'] = (...parts) => builder.inner(...parts);
  return {
    define,
    inner,
    layout,
    nodeAt: (index: Code): Code => add(recordBytes(index), constant(layout.records)),
    /** Divides by 12 what is a multiple of it. */
    indexOf: (node: Code): Code =>
      multiply(shiftRight(subtract(node, constant(layout.records)), constant(2)), constant(THIRD)),
    counter: (group: Code): Place => ({
      get: loadByte(group, layout.counters),
      set: (value) => storeByte(group, value, layout.counters),
    }),
  };
}

export type Scope = ReturnType<typeof scopeOf>;
