import { type Feature, rowById } from '@armature/isa';
import type { Fields } from '../emitter/emitter.ts';
import type { Choice, Semantics } from '../semantics/definition.ts';
import { allSemantics } from '../semantics/index.ts';
import type { Code } from '../wasm/code.ts';
import type { ValueType } from '../wasm/opcodes.ts';
import type { InterpreterFunctions } from './calling-convention.ts';
import { InterpreterEmitter, OutlinedEmitter } from './emitter.ts';
import { BRANCH_TARGET_HANDLER } from './record.ts';

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

/** Numbers of a row's variants, each by mixed-radix number of the choices' values; see {@link combinationOf}. */
export interface RowNumbers {
  /** Handlers. */
  readonly near: readonly number[];
  /** Those of direct branches out of their page. Rows of direct branches only. */
  readonly far?: readonly number[];
  /** Indices in the module's table. Rows outside the dispatch loop only. */
  readonly functions?: readonly number[];
}

/** By row id. Plain data. */
export type HandlerNumbers = Readonly<Record<string, RowNumbers>>;

export interface HandlerSet {
  readonly numbers: HandlerNumbers;
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
 * @param isOutlined whether an instruction is in such a function.
 */
export function buildHandlers(
  functions: InterpreterFunctions,
  functionSignature: number,
  state: number,
  features?: ReadonlySet<Feature>,
  isOutlined: (semantics: Semantics) => boolean = ({ outlined }) => outlined === true,
): HandlerSet {
  const context: BuildContext = {
    functions,
    functionSignature,
    state,
    isOutlined,
    handlers: new CodePool(),
    outlined: new CodePool(),
  };
  const numbers: Record<string, RowNumbers> = {};
  for (const semantics of allSemantics.values()) {
    const feature = rowById(semantics.row)?.feature;
    if (feature !== undefined && features?.has(feature) === false) continue;
    numbers[semantics.row] = buildRow(semantics, context);
  }
  return {
    numbers,
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
  readonly isOutlined: (semantics: Semantics) => boolean;
  readonly handlers: CodePool<{ readonly code: Code }>;
  readonly outlined: CodePool<OutlinedFunction>;
  /** The handler of all outlined variants, once there is one. */
  caller?: number;
}

function buildRow(semantics: Semantics, context: BuildContext): RowNumbers {
  const near: number[] = [];
  const far: number[] = [];
  const functions: number[] = [];
  const combinations = combinationCount(semantics.choices);
  const isOutlined = context.isOutlined(semantics);
  for (let combination = 0; combination < combinations; combination++) {
    const values = splitCombination(semantics.choices, combination);
    if (isOutlined) {
      functions.push(outline(semantics, values, context));
      context.caller ??= callerOf(semantics, context);
      near.push(context.caller);
      continue;
    }
    const accepted = acceptedTargets(semantics, values);
    if (accepted !== 0) {
      near.push(HANDLER.branchTarget + accepted - 1);
      continue;
    }
    const emit = (isNear: boolean): InterpreterEmitter => {
      const emitter = new InterpreterEmitter(semantics, values, isNear, context.functions, context.state);
      emitter.run();
      return emitter;
    };
    const first = emit(true);
    near.push(FIRST_HANDLER + context.handlers.intern(first));
    if (first.branchDistance !== undefined) far.push(FIRST_HANDLER + context.handlers.intern(emit(false)));
  }
  return { near, ...(far.length > 0 && { far }), ...(functions.length > 0 && { functions }) };
}

/** What a variant of BTI accepts; 0 for everything else, which has a handler like others. */
export function acceptedTargets(semantics: Semantics, values: Readonly<Record<string, number>>): number {
  return semantics.row === BRANCH_TARGET ? values.targets : 0;
}

/** A variant in a function of its own. All of them share one handler, which keeps the dispatch loop small. */
function outline(
  semantics: Semantics,
  values: Readonly<Record<string, number>>,
  { functions, outlined, state }: BuildContext,
): number {
  const body = new OutlinedEmitter(semantics, values, true, functions, state);
  body.run();
  return outlined.intern({ locals: body.localTypes, code: body.code });
}

/** The handler that calls functions outside the dispatch loop. */
function callerOf(semantics: Semantics, context: BuildContext): number {
  const { functions, functionSignature, state, handlers } = context;
  const emitter = new InterpreterEmitter(semantics, {}, true, functions, state);
  emitter.runFunction(functionSignature);
  return FIRST_HANDLER + handlers.intern(emitter);
}

type Choices = Readonly<Record<string, Choice>>;

/** How many variants there are. */
export function combinationCount(choices: Choices): number {
  return Object.values(choices).reduce((count, { values }) => count * values, 1);
}

/** The choices' values of a variant. */
export function splitCombination(choices: Choices, combination: number): Record<string, number> {
  const result: Record<string, number> = {};
  let rest = combination;
  for (const [name, { values }] of Object.entries(choices)) {
    result[name] = rest % values;
    rest = Math.floor(rest / values);
  }
  return result;
}

/** The inverse of {@link splitCombination}: which variant an instruction is. */
export function combinationOf(choices: readonly Choice[], fields: Fields): number {
  let combination = 0;
  for (let index = choices.length - 1; index >= 0; index--) {
    combination = combination * choices[index].values + choices[index].of(fields);
  }
  return combination;
}
