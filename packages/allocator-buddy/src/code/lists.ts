/** The free blocks of each order: steps that the functions are written with. */
import type { Code, Variable } from '@armature/wasm-assembler';
import type { MakeLocal, Scope } from './scope.ts';

/**
 * Steps of one function. Indices and orders are read more than once, so they are constants or variables.
 * `available`: a variable with the word of that name, which the function reads before and writes afterwards.
 */
export interface Lists {
  /** Adds a free block. */
  push(index: Code, order: Code, available: Variable): Code;
  /** Adds a free block of an order that has none; the caller adds the order to `available`. */
  pushFirst(index: Code, order: Code): Code;
  /** Removes a free block. */
  remove(index: Code, order: Code, available: Variable): Code;
  /** Sets a variable to the block to hand out next; there must be one. */
  first(index: Variable, order: Code): Code;
  /** The same, and removes it. */
  takeFirst(index: Variable, order: Code, available: Variable): Code;
}

/** Makes the steps for a function, with local variables of their own. */
export type MakeLists = (scope: Scope) => (local: MakeLocal) => Lists;
