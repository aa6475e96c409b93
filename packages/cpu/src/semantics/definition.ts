import type { Emitter, Fields } from '../emitter/emitter.ts';

/** A value of the instruction word that semantics specialise on, and how many values it has. */
export interface Choice {
  readonly values: number;
  readonly of: (fields: Fields) => number;
}

/** Semantics of one row of the decode table. */
export interface Semantics {
  /** Id of the row in `@armature/isa`. */
  readonly row: string;
  readonly choices: Readonly<Record<string, Choice>>;
  readonly emit: (e: Emitter) => void;
  /**
   * The interpreter puts it in a function outside the dispatch loop, whose size all instructions pay for: right for
   * instructions that are not among the most frequent. It can't branch then.
   */
  readonly outlined?: boolean;
}

/** The field itself, one bit. */
export const bit = (field: string): Choice => ({ values: 2, of: (fields) => fields[field] });

/** Register field equals 31. */
export const is31 = (field: string): Choice => ({
  values: 2,
  of: (fields) => (fields[field] === 31 ? 1 : 0),
});

export const SF: Readonly<Record<'sf', Choice>> = { sf: bit('sf') };

export function semantics(
  row: string,
  choices: Readonly<Record<string, Choice>>,
  emit: (e: Emitter) => void,
): Semantics {
  return { row, choices, emit };
}

/** In a function of its own: see {@link Semantics.outlined}. */
export const outlined = (one: Semantics): Semantics => ({ ...one, outlined: true });
