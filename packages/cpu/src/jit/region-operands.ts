import { CPU_STATE } from '@armature/core';
import type { AccessBytes, Fields, Halves, Register31, Width } from '../emitter/emitter.ts';
import {
  as,
  constant,
  type Expr,
  type I32,
  type I64,
  i32,
  i64,
  local,
  type V128,
} from '../emitter/expressions.ts';
import { MemoryEmitter } from '../emitter/memory-emitter.ts';
import { extractLane, float, repeated32, replaceLane } from '../emitter/vectors.ts';
import { ACCESS_OPTION } from '../interpreter/calling-convention.ts';
import { Code } from '../wasm/code.ts';
import { FLOAT_OP, OP, type ValueType } from '../wasm/opcodes.ts';
import type { RegionFunctions } from './calling-convention.ts';
import { FLAGS, type FlagsKind } from './flags.ts';
import type { Instruction } from './instruction.ts';

/** The number of the stack pointer among the general registers. */
export const SP = 31;
const INTEGER_LANE = {
  1: ['i32', 'i8x16'],
  2: ['i32', 'i16x8'],
  4: ['i32', 'i32x4'],
  8: ['i64', 'i64x2'],
} as const;
const NO_LOCALS = { first: 0, end: 0 };

/** Registers as bits. */
export interface RegisterSets {
  x: number;
  v: number;
}

/** What is known at a point of the code because of what came before it on every path. */
export interface Knowledge {
  flags: FlagsKind;
  /** SIMD and floating-point instructions do not trap. */
  floatingPointChecked: boolean;
  /** The stack pointer is aligned as far as that is checked. */
  stackAligned: boolean;
}

/**
 * Operands of the instruction in hand: each is a constant or a local. Registers live in locals between the region's
 * entry and its exits.
 */
export abstract class RegionOperands extends MemoryEmitter {
  /** Types of the locals after the parameter. */
  readonly localTypes: ValueType[] = [];
  /** Registers that the block in hand has written so far. */
  written: RegisterSets = { x: 0, v: 0 };
  /** All that the region writes. */
  protected readonly everWritten: RegisterSets = { x: 0, v: 0 };
  known: Knowledge = { flags: FLAGS.stored, floatingPointChecked: false, stackAligned: false };
  protected abstract override readonly functions: RegionFunctions;
  protected override readonly accessOptions = ACCESS_OPTION.compiled;
  protected readonly registerLocals = new Map<number, number>();
  protected readonly vectorLocals = new Map<number, number>();
  /** Locals for temporary values, by type; each instruction uses them from the first on. */
  private readonly pools = new Map<ValueType, number[]>();
  private readonly poolUse = new Map<ValueType, number>();
  protected instruction_!: Instruction;
  /** Nesting outside the instruction in hand: deeper, it is in an arm of its own. */
  private baseDepth = 0;

  /** @param state offset of the state block. */
  constructor(state: number) {
    super(
      new Code(),
      { i32: NO_LOCALS, i64: NO_LOCALS, f32: NO_LOCALS, f64: NO_LOCALS, v128: NO_LOCALS },
      state,
    );
  }

  /** Takes an instruction in hand, which may use all temporary locals. */
  protected take(instruction: Instruction): void {
    this.instruction_ = instruction;
    this.baseDepth = this.code.depth;
    this.freeTemporaries();
  }

  /** The code in hand is in an arm of its instruction: what it does is not done on every path. */
  protected get isInArm(): boolean {
    return this.code.depth > this.baseDepth;
  }

  choice(name: string): number {
    const value = this.instruction_.choices[name];
    if (value === undefined) {
      throw new Error(`${this.instruction_.semantics.row}: ${name} is not a declared choice`);
    }
    return value;
  }

  // Locals

  protected newLocal(type: ValueType): number {
    return this.localTypes.push(type);
  }

  override temporary(type: ValueType): number {
    let pool = this.pools.get(type);
    if (pool === undefined) {
      pool = [];
      this.pools.set(type, pool);
    }
    const used = this.poolUse.get(type) ?? 0;
    this.poolUse.set(type, used + 1);
    if (used === pool.length) pool.push(this.newLocal(type));
    return pool[used];
  }

  /** Temporary values so far are not used any more. */
  protected freeTemporaries(): void {
    this.poolUse.clear();
  }

  private registerLocal(register: number): number {
    let index = this.registerLocals.get(register);
    if (index === undefined) {
      index = this.newLocal('i64');
      this.registerLocals.set(register, index);
    }
    return index;
  }

  private vectorLocal(register: number): number {
    let index = this.vectorLocals.get(register);
    if (index === undefined) {
      index = this.newLocal('v128');
      this.vectorLocals.set(register, index);
    }
    return index;
  }

  /** Loads all registers that the region has in locals. */
  protected loadRegisters(code: Code): void {
    const set = (index: number, value: Expr): void => {
      value.emit(code);
      code.localSet(index);
    };
    for (const [register, index] of this.registerLocals) set(index, this.state64(CPU_STATE.x + 8 * register));
    for (const [register, index] of this.vectorLocals)
      set(index, this.stateVector(CPU_STATE.v + 16 * register));
  }

  /** Stores those of the registers that the region has in locals. */
  protected spill(sets: RegisterSets, code: Code): void {
    for (const [register, index] of this.registerLocals) {
      if ((sets.x & (1 << register)) === 0) continue;
      code.i32Const(0);
      code.localGet(index);
      code.memory(OP.i64Store, this.state + CPU_STATE.x + 8 * register);
    }
    for (const [register, index] of this.vectorLocals) {
      if ((sets.v & (1 << register)) === 0) continue;
      code.i32Const(0);
      code.localGet(index);
      code.simdMemory('v128.store', this.state + CPU_STATE.v + 16 * register);
    }
  }

  // General registers

  private number(field: string, next: 0 | 1): number {
    const { [field]: first = 31 - next } = this.instruction_.fields;
    return first + next;
  }

  register<T extends Width>(
    width: T,
    field: string,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): Expr<T> {
    const number = this.number(field, next);
    if (number === 31 && register31 === 'zr') return constant(width, 0);
    return as(width, local('i64', this.registerLocal(number)));
  }

  destination<T extends Width>(width: T, field: string): Expr<T> {
    return this.register(width, field);
  }

  setRegister(
    _width: Width,
    field: string,
    value: Expr,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): void {
    const number = this.number(field, next);
    if (number === 31 && register31 === 'zr') return;
    this.setFixedRegister(number, as('i64', value as I32 | I64));
  }

  writeBack(field: string, value: I64, written: (fields: Fields) => boolean): void {
    const { fields } = this.instruction_;
    if (written(fields)) this.setFixedRegister(fields[field], value);
  }

  fixedRegister(number: number): I64 {
    return local('i64', this.registerLocal(number));
  }

  setFixedRegister(number: number, value: I64): void {
    if (number === SP) this.known.stackAligned = this.known.stackAligned && this.keepsStackAligned();
    this.assign(this.registerLocal(number), value);
    this.written.x |= 1 << number;
    this.everWritten.x |= 1 << number;
  }

  /** The instruction moves the stack pointer by a constant multiple of 16. */
  private keepsStackAligned(): boolean {
    const { semantics, fields } = this.instruction_;
    const { row } = semantics;
    if (row === 'ADD_addsub_imm' || row === 'SUB_addsub_imm') {
      return fields.Rn === SP && (fields.sh === 1 || fields.imm12 % 16 === 0);
    }
    if (/_ldstpair_(pre|post)$/.test(row)) return (fields.imm7 * (fields.sf === 1 ? 8 : 4)) % 16 === 0;
    return /_ldst_imm(pre|post)$/.test(row) && fields.imm9 % 16 === 0;
  }

  // Immediates

  immediate32(_key: string, compute: (fields: Fields) => number): I32 {
    return i32(compute(this.instruction_.fields));
  }

  immediateSmall(_key: string, compute: (fields: Fields) => number): I32 {
    return i32(compute(this.instruction_.fields) & 0xffff);
  }

  immediate64(_key: string, compute: (fields: Fields) => Halves): I64 {
    const { lo, hi } = compute(this.instruction_.fields);
    return i64(lo, hi);
  }

  instruction(): I32 {
    return i32(this.instruction_.fields.word);
  }

  // SIMD and floating-point registers

  private vectorNumber(field: string, next: number): number {
    return (this.instruction_.fields[field] + next) & 31;
  }

  vector(field: string, next = 0): V128 {
    return local('v128', this.vectorLocal(this.vectorNumber(field, next)));
  }

  setVector(field: string, value: V128, next = 0): void {
    const number = this.vectorNumber(field, next);
    this.assign(this.vectorLocal(number), value);
    this.written.v |= 1 << number;
    this.everWritten.v |= 1 << number;
  }

  scalar<T extends 'i32' | 'i64' | 'f32' | 'f64'>(type: T, field: string): Expr<T> {
    const vector = this.vector(field);
    switch (type as 'i32' | 'i64' | 'f32' | 'f64') {
      case 'i32':
        return extractLane(type, 'i32x4.extract_lane', vector, 0);
      case 'i64':
        return extractLane(type, 'i64x2.extract_lane', vector, 0);
      case 'f32':
        return extractLane(type, 'f32x4.extract_lane', vector, 0);
      default:
        return extractLane(type, 'f64x2.extract_lane', vector, 0);
    }
  }

  setScalar(field: string, value: Expr): void {
    const zero = repeated32(0);
    if (value.type === 'f64') {
      this.setVector(field, replaceLane('f64x2.replace_lane', zero, 0, value));
    } else if (value.type === 'f32') {
      this.setVector(field, replaceLane('f32x4.replace_lane', zero, 0, value));
    } else {
      this.setVector(field, replaceLane('i64x2.replace_lane', zero, 0, as('i64', value as I32 | I64)));
    }
  }

  element<T extends Width>(
    type: T,
    bytes: AccessBytes,
    field: string,
    _key: string,
    index: (fields: Fields) => number,
    next = 0,
  ): Expr<T> {
    const [laneType, shape] = INTEGER_LANE[bytes];
    const name = `${shape}.extract_lane${bytes < 4 ? '_u' : ''}` as Parameters<typeof extractLane>[1];
    const lane = extractLane(laneType, name, this.vector(field, next), index(this.instruction_.fields));
    return as(type, lane);
  }

  setElement(
    bytes: AccessBytes,
    field: string,
    _key: string,
    index: (fields: Fields) => number,
    value: Expr,
    next = 0,
  ): void {
    const [laneType, shape] = INTEGER_LANE[bytes];
    const name = `${shape}.replace_lane` as Parameters<typeof replaceLane>[0];
    const lane = as(laneType, laneBits(value));
    const whole = replaceLane(name, this.vector(field, next), index(this.instruction_.fields), lane);
    this.setVector(field, whole, next);
  }
}

function laneBits(value: Expr): I32 | I64 {
  if (value.type === 'f32') return float('i32', FLOAT_OP.i32ReinterpretF32, value);
  if (value.type === 'f64') return float('i64', FLOAT_OP.i64ReinterpretF64, value);
  return value as I32 | I64;
}
