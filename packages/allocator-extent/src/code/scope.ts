/** What the functions are written with. */
import {
  add,
  bytes,
  type Code,
  constant,
  load,
  type ModuleBuilder,
  multiply,
  type Place,
  shiftLeft,
  shiftRight,
  store,
  subtract,
  type Variable,
} from '@armature/wasm-assembler';
import { type Layout, NODE } from '../layout.ts';

/** Makes local variables of the function that is written. */
export type MakeLocal = () => Variable;

/** A word at an address and an offset. */
export const word = (address: Code, offset = 0): Place => ({
  get: load(address, offset),
  set: (value) => store(address, value, offset),
});

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
    counter: bytes(layout.counters),
  };
}

export type Scope = ReturnType<typeof scopeOf>;
