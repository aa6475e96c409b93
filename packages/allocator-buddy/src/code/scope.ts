/** What the functions are written with. */
import {
  add,
  type Code,
  constant,
  load,
  loadByte,
  type ModuleBuilder,
  shiftLeft,
  store,
  storeByte,
  type Variable,
} from '@armature/wasm-assembler';
import type { Layout } from '../layout.ts';

/** A place in memory. */
export interface Place {
  readonly get: Code;
  set(value: Code): Code;
}

/** Makes local variables of the function that is written. */
export type MakeLocal = () => Variable;

export const bit = (number: Code): Code => shiftLeft(constant(1), number);
export const not = (value: Code): Code => [value, constant(-1), 0x73];
export const increase = (variable: Variable, by = 1): Code => variable.set(add(variable.get, constant(by)));

/** A word at a fixed address. */
export const word = (address: number): Place => ({
  get: load(constant(0), address),
  set: (value) => store(constant(0), value, address),
});

/** Words from an address on, by number. */
export const words =
  (address: number) =>
  (number: Code): Place => {
    const at = shiftLeft(number, constant(2));
    return { get: load(at, address), set: (value) => store(at, value, address) };
  };

export function scopeOf(builder: ModuleBuilder, layout: Layout) {
  const define: ModuleBuilder['define'] = (...parts) => builder.define(...parts);
  const inner: ModuleBuilder['inner'] = (...parts) => builder.inner(...parts);
  const kind = (index: Code): Place => ({
    get: loadByte(index, layout.kinds),
    set: (value) => storeByte(index, value, layout.kinds),
  });
  return { define, inner, layout, kind };
}

export type Scope = ReturnType<typeof scopeOf>;
