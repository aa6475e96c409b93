import { type Field, fields as fieldsOf, type Row, rowById } from '@armature/isa';
import type { Fields, HelperName } from '../emitter/emitter.ts';
import { isSystemAccess } from '../registers/inline-access.ts';
import type { Choice, Semantics } from '../semantics/definition.ts';
import { allSemantics } from '../semantics/index.ts';
import type { InterpreterFunctions } from './calling-convention.ts';
import { InterpreterEmitter, OutlinedEmitter } from './emitter.ts';
import {
  acceptedTargets,
  combinationCount,
  combinationOf,
  type HandlerNumbers,
  type RowNumbers,
  splitCombination,
} from './handlers.ts';
import type { OperandSlot } from './record.ts';

/**
 * Fields of a word as semantics see them: those of the row, `word`, and `Vm`, the register in bits 20 to 16 where
 * rows with an indexed element split it into M and Rm.
 */
export function operandFields(row: Row, word: number): Record<string, number> {
  const fields = fieldsOf(row, word);
  fields.Vm = (word >>> 16) & 31;
  fields.word = word;
  return fields;
}

/** A variant of a row: its handler, and how the operands of its record are computed. */
export interface Variant {
  readonly handler: number;
  /** Of a direct branch: it stays in its page. */
  readonly isNear: boolean;
  readonly slots: readonly OperandSlot[];
  /** Of each slot that is a register, the lowest bit of its number in the word, else -1. */
  readonly registerBits: readonly number[];
}

/**
 * What the decoder needs about rows. The numbers of handlers come with the module; where operands stand in records
 * follows from emitting a variant's code, whose bytes nobody looks at, when the first instruction of it is met.
 */
export class RowPlans {
  private readonly numbers: HandlerNumbers;
  private readonly functions: InterpreterFunctions;
  private readonly known = new Map<string, RowPlan>();

  /** @param guardsBranches as the module has it; see {@link InterpreterFunctions}. */
  constructor(numbers: HandlerNumbers, guardsBranches: boolean) {
    this.numbers = numbers;
    this.functions = { ...UNUSED_FUNCTIONS, guardsBranches };
  }

  /** Ids of rows that have handlers. */
  get rows(): readonly string[] {
    return Object.keys(this.numbers);
  }

  get(id: string): RowPlan | undefined {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.numbers, id)) return undefined;
    const [row, semantics] = [rowById(id), allSemantics.get(id)];
    if (row === undefined || semantics === undefined) {
      throw new Error(`code generator: handlers for ${id}, which is no row with semantics`);
    }
    const plan = new RowPlan(row, semantics, this.numbers[id], this.functions);
    this.known.set(id, plan);
    return plan;
  }
}

/** Whether an offset from a page's beginning is in that page. */
export const isInPage = (offset: number): boolean => offset >= 0 && offset < 4096;

/** The variants of a row. */
export class RowPlan {
  readonly row: Row;
  /** Direct branches have two forms: near ones stay in their page. */
  readonly isDirectBranch: boolean;
  /** It accesses system registers. */
  readonly isSystemAccess: boolean;
  private readonly semantics: Semantics;
  private readonly choices: readonly Choice[];
  private readonly fields: readonly Field[];
  /** The fields of the word that was read last: one object, so that reading them is fast. */
  private readonly values: Record<string, number>;
  private readonly numbers: RowNumbers;
  private readonly functions: InterpreterFunctions;
  private readonly near: Variant[] = [];
  private readonly far: Variant[] = [];
  private distance: ((fields: Fields) => number) | undefined;

  constructor(row: Row, semantics: Semantics, numbers: RowNumbers, functions: InterpreterFunctions) {
    this.row = row;
    this.semantics = semantics;
    this.choices = Object.values(semantics.choices);
    this.numbers = numbers;
    this.functions = functions;
    this.isDirectBranch = numbers.far !== undefined;
    this.isSystemAccess = isSystemAccess(row.id);
    this.fields = [...row.fields.values()];
    this.values = operandFields(row, 0);
  }

  /** All of them, with no instruction at hand. */
  get variants(): readonly Variant[] {
    const combinations = [...Array(combinationCount(this.semantics.choices)).keys()];
    const near = combinations.map((combination) => this.variant(combination, true));
    if (!this.isDirectBranch) return near;
    return [...near, ...combinations.map((combination) => this.variant(combination, false))];
  }

  /** Fields of a word as semantics see them, until the next word of the row is asked about. */
  fieldsOf(word: number): Record<string, number> {
    const { values } = this;
    for (const { name, lo, width } of this.fields) values[name] = (word >>> lo) & (-1 >>> (32 - width));
    values.Vm = (word >>> 16) & 31;
    values.word = word;
    return values;
  }

  /** The variant of an instruction that stands at an offset in its page. */
  variantOf(fields: Fields, pageOffset: number): Variant {
    const combination = combinationOf(this.choices, fields);
    const near = this.near[combination] ?? this.variant(combination, true);
    if (this.distance === undefined) return near;
    return isInPage(pageOffset + this.distance(fields)) ? near : this.variant(combination, false);
  }

  /** How far a direct branch goes, in bytes. */
  distanceOf(fields: Fields): number {
    return this.distance!(fields);
  }

  private variant(combination: number, near: boolean): Variant {
    const variants = near ? this.near : this.far;
    variants[combination] ??= this.plan(combination, near);
    return variants[combination];
  }

  private plan(combination: number, near: boolean): Variant {
    const { functions, numbers, semantics } = this;
    const values = splitCombination(semantics.choices, combination);
    const handler = (near ? numbers.near : numbers.far!)[combination];
    if (numbers.functions !== undefined) {
      const emitter = new OutlinedEmitter(semantics, values, true, functions, 0);
      emitter.tableIndex = numbers.functions[combination];
      emitter.run();
      return this.variantWith(handler, near, emitter.layout.slots);
    }
    if (acceptedTargets(semantics, values) !== 0) return this.variantWith(handler, near, []);
    const emitter = new InterpreterEmitter(semantics, values, near, functions, 0);
    emitter.run();
    this.distance ??= emitter.branchDistance;
    return this.variantWith(handler, near, emitter.layout.slots);
  }

  private variantWith(handler: number, isNear: boolean, slots: readonly OperandSlot[]): Variant {
    const registerBits = slots.map(({ register }) => (register ? this.registerBit(register.field) : -1));
    return { handler, isNear, slots, registerBits };
  }

  private registerBit(name: string): number {
    if (name === 'Vm') return 16;
    const field = this.row.fields.get(name);
    return field?.width === 5 ? field.lo : -1;
  }
}

/** Where the code does not matter, calls may go anywhere. */
const UNUSED_FUNCTIONS: Omit<InterpreterFunctions, 'guardsBranches'> = {
  slowRead: 0,
  slowWrite: 0,
  slowReadBlock: 0,
  slowWriteBlock: 0,
  alignmentFault: 0,
  floatingPointTrap: 0,
  softFloat: 0,
  stackFault: 0,
  table: 0,
  helpers: {
    undefined: 0,
    exception: 0,
    systemRead: 0,
    systemWrite: 0,
    systemOperation: 0,
    pstateWrite: 0,
    exceptionReturn: 0,
    pointerAuthentication: 0,
    branchTarget: 0,
    wait: 0,
  } satisfies Record<HelperName, number>,
};
