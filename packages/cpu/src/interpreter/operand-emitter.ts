import { CPU_STATE, REGISTER_SLOT } from '@armature/core';
import type { AccessBytes, Fields, FlagValues, Halves, Register31, Width } from '../emitter/emitter.ts';
import {
  add,
  and,
  as,
  type Expr,
  eqz,
  extendS,
  extendU,
  geS,
  type I32,
  type I64,
  i32,
  i64,
  isNegative,
  loadFrom,
  loadI32,
  loadI64,
  local,
  ne,
  shrU,
  type V128,
  xor,
} from '../emitter/expressions.ts';
import { LOAD_OPCODE, MemoryEmitter } from '../emitter/memory-emitter.ts';
import { float, loadVector } from '../emitter/vectors.ts';
import type { Semantics } from '../semantics/definition.ts';
import { Code } from '../wasm/code.ts';
import { FLOAT_OP, OP } from '../wasm/opcodes.ts';
import { type InterpreterFunctions, LABEL, LOCAL, TEMPORARIES } from './calling-convention.ts';
import { RecordLayout, type RegisterOperand } from './record.ts';

const SCALAR_LOAD = {
  i32: OP.i32Load,
  i64: OP.i64Load,
  f32: FLOAT_OP.f32Load,
  f64: FLOAT_OP.f64Load,
} as const;

/** Operands of the instruction in hand come from its record; flags and other state from the state block. */
export abstract class OperandEmitter extends MemoryEmitter {
  readonly layout = new RecordLayout();
  protected readonly semantics: Semantics;
  protected readonly choices: Readonly<Record<string, number>>;
  protected readonly functions: InterpreterFunctions;

  constructor(
    semantics: Semantics,
    choices: Readonly<Record<string, number>>,
    functions: InterpreterFunctions,
    state: number,
  ) {
    super(new Code(), TEMPORARIES, state);
    this.semantics = semantics;
    this.choices = choices;
    this.functions = functions;
  }

  choice(name: string): number {
    const value = this.choices[name];
    if (value === undefined) throw new Error(`${this.semantics.row}: ${name} is not a declared choice`);
    return value;
  }

  protected readonly record: I32 = local('i32', LOCAL.record);

  protected small(key: string, compute: (fields: Fields) => number): I32 {
    return loadFrom('i32', OP.i32Load16U, this.record, this.layout.placeSmall(key, compute));
  }

  private numbered(key: string, register: RegisterOperand): I32 {
    return loadFrom('i32', OP.i32Load16U, this.record, this.layout.placeRegister(key, register));
  }

  protected source(field: string, register31: Register31, next: 0 | 1): I32 {
    const slot31 = register31 === 'sp' ? REGISTER_SLOT.sp : REGISTER_SLOT.zero;
    return this.numbered(`${field}:${register31}:${next}`, { field, next, slot31, size: 8 });
  }

  protected target(field: string, register31: Register31, next: 0 | 1): I32 {
    if (register31 === 'sp') return this.source(field, 'sp', next);
    return this.numbered(`${field}:out:${next}`, { field, next, slot31: REGISTER_SLOT.sink, size: 8 });
  }

  register<T extends Width>(
    width: T,
    field: string,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): Expr<T> {
    const opcode = width === 'i64' ? OP.i64Load : OP.i32Load;
    return loadFrom(width, opcode, this.source(field, register31, next), this.state + CPU_STATE.x);
  }

  destination<T extends Width>(width: T, field: string): Expr<T> {
    const opcode = width === 'i64' ? OP.i64Load : OP.i32Load;
    return loadFrom(width, opcode, this.target(field, 'zr', 0), this.state + CPU_STATE.x);
  }

  setRegister(
    _width: Width,
    field: string,
    value: Expr,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): void {
    this.target(field, register31, next).emit(this.code);
    as('i64', value as I32 | I64).emit(this.code);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.x);
  }

  writeBack(field: string, value: I64, written: (fields: Fields) => boolean): void {
    this.small(`${field}:back`, (fields) => 8 * (written(fields) ? fields[field] : REGISTER_SLOT.sink)).emit(
      this.code,
    );
    value.emit(this.code);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.x);
  }

  setLinkRegister(value: I64): void {
    this.setFixedRegister(30, value);
  }

  fixedRegister(number: number): I64 {
    return this.state64(CPU_STATE.x + 8 * number);
  }

  setFixedRegister(number: number, value: I64): void {
    this.setState64(CPU_STATE.x + 8 * number, value);
  }

  immediate32(key: string, compute: (fields: Fields) => number): I32 {
    const place = this.layout.place(key, 4, (fields) => ({ lo: compute(fields), hi: 0 }));
    return loadI32(this.record, place);
  }

  immediateSmall(key: string, compute: (fields: Fields) => number): I32 {
    return this.small(key, compute);
  }

  immediate64(key: string, compute: (fields: Fields) => Halves): I64 {
    return loadI64(this.record, this.layout.place(key, 8, compute));
  }

  instruction(): I32 {
    return this.immediate32('word', (fields) => fields.word);
  }

  programCounter(): I64 {
    return add(this.state64(CPU_STATE.codeBias), extendU(shrU(this.record, i32(2))));
  }

  setFlags({ n, z, c, v }: FlagValues): void {
    const wide = (value: Expr): I64 => (value.type === 'i32' ? extendS(value as I32) : (value as I64));
    const flagN = n === z && n.type === 'i32' ? this.let(wide(n)) : wide(n);
    this.setState64(CPU_STATE.flagN, flagN);
    this.setState64(CPU_STATE.flagZ, n === z ? flagN : wide(z));
    this.setState32(CPU_STATE.flagC, c);
    this.setState64(CPU_STATE.flagV, wide(v));
  }

  flags(): { n: I64; z: I64; c: I32; v: I64 } {
    const [n, z, v] = [CPU_STATE.flagN, CPU_STATE.flagZ, CPU_STATE.flagV].map((at) => this.state64(at));
    return { n, z, c: this.carry(), v };
  }

  carry(): I32 {
    return this.state32(CPU_STATE.flagC);
  }

  condition(_field: string): I32 {
    if ('cond' in this.choices) {
      const cond = this.choice('cond');
      if (cond >= 14) return i32(1);
      const holds = this.conditionPair(cond >> 1);
      return cond & 1 ? eqz(holds) : holds;
    }
    const pair = this.choice('condPair');
    if (pair === 7) return i32(1);
    return xor(
      this.conditionPair(pair),
      this.immediateSmall('inverted', ({ cond }) => cond & 1),
    );
  }

  protected conditionPair(pair: number): I32 {
    const n = this.state64(CPU_STATE.flagN);
    const z = this.state64(CPU_STATE.flagZ);
    const c = this.carry();
    const v = this.state64(CPU_STATE.flagV);
    switch (pair) {
      case 0:
        return eqz(z);
      case 1:
        return c;
      case 2:
        return isNegative(n);
      case 3:
        return isNegative(v);
      case 4:
        return and(c, ne(z, i64(0)));
      case 5:
        return geS(xor(n, v), i64(0));
      default:
        return and(ne(z, i64(0)), geS(xor(n, v), i64(0)));
    }
  }

  /** Offset of a V register from the first one. */
  protected vectorSlot(field: string, next: number): I32 {
    return this.following(this.numbered(`${field}:v`, { field, next: 0, slot31: 31, size: 16 }), next);
  }

  /** A place in the V registers, the same one `next` registers on: the last is followed by the first. */
  protected following(slot: I32, next: number): I32 {
    return next === 0 ? slot : and(add(slot, i32(16 * next)), i32(16 * 32 - 1));
  }

  vector(field: string, next = 0): V128 {
    return loadVector(this.vectorSlot(field, next), this.state + CPU_STATE.v);
  }

  setVector(field: string, value: V128, next = 0): void {
    this.vectorSlot(field, next).emit(this.code);
    value.emit(this.code);
    this.code.simdMemory('v128.store', this.state + CPU_STATE.v);
  }

  scalar<T extends 'i32' | 'i64' | 'f32' | 'f64'>(type: T, field: string): Expr<T> {
    return loadFrom(type, SCALAR_LOAD[type], this.vectorSlot(field, 0), this.state + CPU_STATE.v);
  }

  setScalar(field: string, value: Expr): void {
    const bits =
      value.type === 'f32'
        ? extendU(float('i32', FLOAT_OP.i32ReinterpretF32, value))
        : value.type === 'f64'
          ? float('i64', FLOAT_OP.i64ReinterpretF64, value)
          : as('i64', value as I32 | I64);
    const slot = this.vectorSlot(field, 0);
    slot.emit(this.code);
    bits.emit(this.code);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.v);
    slot.emit(this.code);
    this.code.i64Const(0, 0);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.v + 8);
  }

  /** Offset of an element from the first V register. */
  protected elementSlot(
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    next: number,
  ): I32 {
    const first = this.small(
      `${field}:${key}:${bytes}`,
      (fields) => 16 * fields[field] + bytes * index(fields),
    );
    return this.following(first, next);
  }

  element<T extends Width>(
    type: T,
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    next = 0,
  ): Expr<T> {
    const slot = this.elementSlot(bytes, field, key, index, next);
    return loadFrom(type, LOAD_OPCODE[type][`${bytes}`], slot, this.state + CPU_STATE.v);
  }

  setElement(
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    value: Expr,
    next = 0,
  ): void {
    this.writeHost(bytes, this.elementSlot(bytes, field, key, index, next), value, this.state + CPU_STATE.v);
  }

  checkBaseAlignment(field: string): void {
    const isStack = this.small(`${field}:check`, (fields) => (fields[field] === 31 ? 15 : 0));
    this.checkStack(and(and(this.state32(CPU_STATE.sp), this.state32(CPU_STATE.spAlignmentMask)), isStack));
  }

  protected saveRecord(): void {
    this.setState32(CPU_STATE.record, this.record);
  }

  /** Helpers and devices may ask for the time, which instruction counts may drive. */
  protected saveProgress(): void {
    this.saveRecord();
    this.setState32(CPU_STATE.countBias, add(local('i32', LOCAL.count), this.record));
  }

  protected leaveIfNonZero(): void {
    this.code.localTee(LOCAL.status);
    this.code.brIf(LABEL.leave);
  }
}
