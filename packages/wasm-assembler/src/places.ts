/** Words and bytes of memory by number, and what is often done to words. */
import {
  add,
  type Code,
  constant,
  exclusiveOr,
  load,
  loadByte,
  shiftLeft,
  store,
  storeByte,
  type Variable,
} from './assembler.ts';

/** A place in memory. */
export interface Place {
  readonly get: Code;
  set(value: Code): Code;
}

/** The word at a fixed address in bytes. */
export const word = (address: number): Place => ({
  get: load(constant(0), address),
  set: (value) => store(constant(0), value, address),
});

/** Words from an address in bytes on, by number. */
export const words =
  (address: number) =>
  (number: Code): Place => {
    const at = shiftLeft(number, constant(2));
    return { get: load(at, address), set: (value) => store(at, value, address) };
  };

/** Bytes from an address on, by number. */
export const bytes =
  (address: number) =>
  (number: Code): Place => ({
    get: loadByte(number, address),
    set: (value) => storeByte(number, value, address),
  });

/** The word of which only the bit with the number is set; modulo 32. */
export const bit = (number: Code): Code => shiftLeft(constant(1), number);
export const not = (value: Code): Code => exclusiveOr(value, constant(-1));
export const increase = (variable: Variable, by = 1): Code => variable.set(add(variable.get, constant(by)));
