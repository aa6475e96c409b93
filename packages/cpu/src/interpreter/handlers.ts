import { type Feature, type Row, rowById } from '@armature/isa';
import type { Fields } from '../emitter/emitter.ts';
import type { Choice, Semantics } from '../semantics/definition.ts';
import { allSemantics } from '../semantics/index.ts';
import type { Code } from '../wasm/code.ts';
import type { ValueType } from '../wasm/opcodes.ts';
import type { InterpreterFunctions } from './calling-convention.ts';
import { InterpreterEmitter, OutlinedEmitter } from './emitter.ts';
import { BRANCH_TARGET_HANDLER, type OperandSlot } from './record.ts';

/** Handlers that no instruction names. */
export const HANDLER = {
  /** The record is empty: decode it. Must be 0. */
  decode: 0,
  /** After the last record of a page: go on in the next page. */
  pageEnd: 1,
  /** UNDEFINED. */
  undefined: 2,
  /** BTI c, j and jc, which do nothing. */
  branchTarget: BRANCH_TARGET_HANDLER,
} as const;

/** How many there are of {@link HANDLER.branchTarget}. */
export const BRANCH_TARGET_HANDLERS = 3;

export const FIRST_HANDLER = HANDLER.branchTarget + BRANCH_TARGET_HANDLERS;

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
  /** Functions that handlers call by way of the module's table, in its order. */
  readonly functions: readonly OutlinedFunction[];
}

export interface OutlinedFunction {
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

/** FNV-1a. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c_9dc5;
  for (let index = 0; index < bytes.length; index++) value = Math.imul(value ^ bytes[index], 0x0100_0193);
  return value;
}

/** A list of pieces of code without duplicates. */
class CodePool<T extends { readonly code: Code }> {
  readonly items: T[] = [];
  private readonly byHash = new Map<number, number[]>();

  /** The index of an item with the same code, which is added when there is none. */
  intern(item: T): number {
    const key = hash(item.code.view());
    const candidates = this.byHash.get(key);
    const found = candidates?.find((index) => this.items[index].code.equals(item.code));
    if (found !== undefined) return found;
    const index = this.items.push(item) - 1;
    if (candidates === undefined) this.byHash.set(key, [index]);
    else candidates.push(index);
    return index;
  }
}

/**
 * Instantiates all semantics; handlers with the same code become one, whatever row they came from.
 *
 * @param functionSignature number of the signature of functions outside the dispatch loop.
 */
export function buildHandlers(
  functions: InterpreterFunctions,
  functionSignature: number,
  state: number,
  features?: ReadonlySet<Feature>,
): HandlerSet {
  const context: BuildContext = {
    functions,
    functionSignature,
    state,
    handlers: new CodePool(),
    outlined: new CodePool(),
  };
  const plans = new Map<string, RowPlan>();
  for (const semantics of allSemantics.values()) {
    const feature = rowById(semantics.row)?.feature;
    if (feature !== undefined && features?.has(feature) === false) continue;
    plans.set(semantics.row, planRow(semantics, context));
  }
  return {
    plans,
    codes: context.handlers.items.map(({ code }) => code),
    functions: context.outlined.items,
  };
}

/** The row of BTI, whose choice `targets` says what it accepts. */
const BRANCH_TARGET = 'BTI_hints';

interface BuildContext {
  readonly functions: InterpreterFunctions;
  readonly functionSignature: number;
  readonly state: number;
  readonly handlers: CodePool<{ readonly code: Code }>;
  readonly outlined: CodePool<OutlinedFunction>;
  /** The handler of all outlined variants, once there is one. */
  caller?: number;
}

function planRow(semantics: Semantics, context: BuildContext): RowPlan {
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
      const emitter = new InterpreterEmitter(semantics, values, isNear, context.functions, context.state);
      emitter.run();
      return emitter;
    };
    if (semantics.outlined) {
      near.push(outline(semantics, values, context));
      continue;
    }
    const targets = values.targets ?? 0;
    if (semantics.row === BRANCH_TARGET && targets !== 0) {
      near.push({ handler: HANDLER.branchTarget + targets - 1, slots: [] });
      continue;
    }
    const first = emit(true);
    near.push(variantOf(first, context));
    if (first.branchDistance === undefined) continue;
    distance = first.branchDistance;
    far.push(variantOf(emit(false), context));
  }
  return { row, choices, near, far, distance };
}

function variantOf(emitter: InterpreterEmitter, { handlers }: BuildContext): Variant {
  return { handler: FIRST_HANDLER + handlers.intern(emitter), slots: emitter.layout.slots };
}

/** A variant in a function of its own. All of them share one handler, which keeps the dispatch loop small. */
function outline(
  semantics: Semantics,
  values: Readonly<Record<string, number>>,
  context: BuildContext,
): Variant {
  const { functions, state, outlined } = context;
  const body = new OutlinedEmitter(semantics, values, true, functions, state);
  body.run();
  body.tableIndex = outlined.intern({ locals: body.localTypes, code: body.code });
  context.caller ??= callerOf(semantics, context);
  return { handler: context.caller, slots: body.layout.slots };
}

/** The handler that calls functions outside the dispatch loop. */
function callerOf(semantics: Semantics, context: BuildContext): number {
  const { functions, functionSignature, state, handlers } = context;
  const emitter = new InterpreterEmitter(semantics, {}, true, functions, state);
  emitter.runFunction(functionSignature);
  return FIRST_HANDLER + handlers.intern(emitter);
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
