import { type Row, rowById } from '@armature/isa';
import type { Fields } from '../emitter/emitter.ts';
import type { Choice, Semantics } from '../semantics/definition.ts';
import { allSemantics } from '../semantics/index.ts';
import type { Code } from '../wasm/code.ts';
import { InterpreterEmitter, type InterpreterFunctions } from './emitter.ts';
import type { OperandSlot } from './record.ts';

/** Handlers that no instruction names. */
export const HANDLER = {
  /** The record is empty: decode it. Must be 0. */
  decode: 0,
  /** After the last record of a page: go on in the next page. */
  pageEnd: 1,
  /** UNDEFINED. */
  undefined: 2,
} as const;

const FIRST_HANDLER = 3;

/** A variant of a row: its handler, and how the operands of its record are computed. */
export interface Variant {
  readonly handler: number;
  readonly slots: readonly OperandSlot[];
}

/** Everything the decoder needs about a row. */
export interface RowPlan {
  readonly row: Row;
  readonly choices: readonly Choice[];
  /** By mixed-radix number of the choices' values; near branches first where there are two forms. */
  readonly near: readonly Variant[];
  readonly far: readonly Variant[];
  /** Distance of a direct branch in bytes; rows with one have two forms. */
  readonly distance: ((fields: Fields) => number) | undefined;
}

export interface HandlerSet {
  readonly plans: ReadonlyMap<string, RowPlan>;
  /** Code of handlers {@link FIRST_HANDLER} and up. */
  readonly codes: readonly Code[];
}

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

/** Instantiates all semantics; handlers with the same code become one, whatever row they came from. */
export function buildHandlers(functions: InterpreterFunctions, state: number): HandlerSet {
  const codes: Code[] = [];
  const byLength = new Map<number, number[]>();
  const intern = (code: Code): number => {
    const candidates = byLength.get(code.length) ?? [];
    const found = candidates.find((index) => same(codes[index].view(), code.view()));
    if (found !== undefined) return FIRST_HANDLER + found;
    const index = codes.push(code) - 1;
    byLength.set(code.length, [...candidates, index]);
    return FIRST_HANDLER + index;
  };
  const plans = new Map<string, RowPlan>();
  for (const semantics of allSemantics.values()) {
    plans.set(semantics.row, planRow(semantics, functions, state, intern));
  }
  return { plans, codes };
}

function planRow(
  semantics: Semantics,
  functions: InterpreterFunctions,
  state: number,
  intern: (code: Code) => number,
): RowPlan {
  const row = rowById(semantics.row);
  if (row === undefined)
    throw new Error(`semantics for ${semantics.row}, which the decode table does not have`);
  const names = Object.keys(semantics.choices);
  const choices = Object.values(semantics.choices);
  const near: Variant[] = [];
  const far: Variant[] = [];
  let distance: RowPlan['distance'];
  const combinations = choices.reduce((count, { values }) => count * values, 1);
  for (let combination = 0; combination < combinations; combination++) {
    const values = splitCombination(names, choices, combination);
    const emit = (isNear: boolean): InterpreterEmitter => {
      const emitter = new InterpreterEmitter(semantics, values, isNear, functions, state);
      emitter.run();
      return emitter;
    };
    const first = emit(true);
    near.push({ handler: intern(first.code), slots: first.layout.slots });
    if (first.branchDistance === undefined) continue;
    distance = first.branchDistance;
    const second = emit(false);
    far.push({ handler: intern(second.code), slots: second.layout.slots });
  }
  return { row, choices, near, far, distance };
}

function splitCombination(
  names: readonly string[],
  choices: readonly Choice[],
  combination: number,
): Record<string, number> {
  const values: Record<string, number> = {};
  let rest = combination;
  for (let index = 0; index < names.length; index++) {
    values[names[index]] = rest % choices[index].values;
    rest = Math.floor(rest / choices[index].values);
  }
  return values;
}

/** The inverse of {@link splitCombination}: which variant an instruction is. */
export function combinationOf(choices: readonly Choice[], fields: Fields): number {
  let combination = 0;
  for (let index = choices.length - 1; index >= 0; index--) {
    combination = combination * choices[index].values + choices[index].of(fields);
  }
  return combination;
}
