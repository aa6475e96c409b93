import type { Code } from '../wasm/code.ts';
import { type IntegerType, OP, type ValueType } from '../wasm/opcodes.ts';

/**
 * Values of instruction semantics: trees that become WebAssembly stack code where a statement uses them.
 * A tree is evaluated at each use, and reads registers and flags as they are then; hold what must be read
 * before a write with `Emitter.let`.
 */
export interface Expr<Type extends ValueType = ValueType> {
  readonly type: Type;
  emit(code: Code): void;
  /** Value when known while emitting, as halves; lets operations fold. */
  readonly known?: readonly [lo: number, hi: number];
}

export type I32 = Expr<'i32'>;
export type I64 = Expr<'i64'>;
export type F32 = Expr<'f32'>;
export type F64 = Expr<'f64'>;
export type V128 = Expr<'v128'>;

export function i32(value: number): I32 {
  return { type: 'i32', known: [value | 0, 0], emit: (code) => code.i32Const(value) };
}

/** A 64-bit constant from halves; with one argument, that number sign-extended from 32 bits. */
export function i64(lo: number, hi: number = lo >> 31): I64 {
  return { type: 'i64', known: [lo | 0, hi | 0], emit: (code) => code.i64Const(lo, hi) };
}

/** A constant of the given width: zero-extended to 64 bits. */
export function constant<T extends IntegerType>(type: T, value: number): Expr<T> {
  return (type === 'i32' ? i32(value) : i64(value, 0)) as unknown as Expr<T>;
}

type BinaryName =
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'DivS'
  | 'DivU'
  | 'And'
  | 'Or'
  | 'Xor'
  | 'Shl'
  | 'ShrS'
  | 'ShrU'
  | 'Rotr';
type CompareName = 'Eq' | 'Ne' | 'LtS' | 'LtU' | 'GeS' | 'GeU' | 'GtU' | 'LeU';

function binary<T extends IntegerType>(name: BinaryName, a: Expr<T>, b: Expr<T>): Expr<T> {
  const opcode = OP[`${a.type}${name}` as const];
  return {
    type: a.type,
    emit(code) {
      a.emit(code);
      b.emit(code);
      code.op(opcode);
    },
  };
}

function compare<T extends IntegerType>(name: CompareName, a: Expr<T>, b: Expr<T>): I32 {
  const opcode = OP[`${a.type}${name}` as const];
  return {
    type: 'i32',
    emit(code) {
      a.emit(code);
      b.emit(code);
      code.op(opcode);
    },
  };
}

function unary<T extends ValueType>(type: T, opcode: number, a: Expr): Expr<T> {
  return {
    type,
    emit(code) {
      a.emit(code);
      code.op(opcode);
    },
  };
}

const isZero = (e: Expr): boolean => e.known !== undefined && e.known[0] === 0 && e.known[1] === 0;

export const add = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> =>
  isZero(b) ? a : binary('Add', a, b);
export const sub = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> =>
  isZero(b) ? a : binary('Sub', a, b);
export const mul = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> => binary('Mul', a, b);
export const divS = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> => binary('DivS', a, b);
export const divU = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> => binary('DivU', a, b);
export const and = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> => binary('And', a, b);
export const or = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> =>
  isZero(b) ? a : binary('Or', a, b);
export const xor = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> => binary('Xor', a, b);
export const shl = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> =>
  isZero(b) ? a : binary('Shl', a, b);
export const shrS = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> =>
  isZero(b) ? a : binary('ShrS', a, b);
export const shrU = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> =>
  isZero(b) ? a : binary('ShrU', a, b);
export const rotr = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): Expr<T> => binary('Rotr', a, b);
export const not = <T extends IntegerType>(a: Expr<T>): Expr<T> =>
  xor(a, (a.type === 'i32' ? i32(-1) : i64(-1)) as unknown as Expr<T>);
export const neg = <T extends IntegerType>(a: Expr<T>): Expr<T> => sub(constant(a.type, 0), a);

export const eq = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('Eq', a, b);
export const ne = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('Ne', a, b);
export const ltS = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('LtS', a, b);
export const ltU = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('LtU', a, b);
export const geS = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('GeS', a, b);
export const geU = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('GeU', a, b);
export const gtU = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('GtU', a, b);
export const leU = <T extends IntegerType>(a: Expr<T>, b: Expr<T>): I32 => compare('LeU', a, b);
export const eqz = (a: Expr): I32 => unary('i32', a.type === 'i32' ? OP.i32Eqz : OP.i64Eqz, a);
/** True when the sign bit is set. */
export const isNegative = (a: Expr): I32 =>
  a.type === 'i32' ? ltS(a as I32, i32(0)) : ltS(a as I64, i64(0));

export const clz = <T extends IntegerType>(a: Expr<T>): Expr<T> =>
  unary(a.type, OP[`${a.type}Clz` as const], a);
export const wrap = (a: I64): I32 => unary('i32', OP.i32WrapI64, a);
export const extendU = (a: I32): I64 => unary('i64', OP.i64ExtendI32U, a);
export const extendS = (a: I32): I64 => unary('i64', OP.i64ExtendI32S, a);

/** The low `bits` of a value, sign-extended to its width. */
export function signExtend<T extends IntegerType>(bits: 8 | 16 | 32, a: Expr<T>): Expr<T> {
  if (a.type === 'i32')
    return bits === 32 ? a : unary(a.type, bits === 8 ? OP.i32Extend8S : OP.i32Extend16S, a);
  const opcode = bits === 8 ? OP.i64Extend8S : bits === 16 ? OP.i64Extend16S : OP.i64Extend32S;
  return unary(a.type, opcode, a);
}

/** A value as another width: wrapped, or zero-extended. */
export function as<T extends IntegerType>(type: T, a: Expr): Expr<T> {
  if (a.type === type) return a as Expr<T>;
  return (type === 'i32' ? wrap(a as I64) : extendU(a as I32)) as unknown as Expr<T>;
}

/** `condition ? a : b`; both sides are evaluated. */
export function select<T extends ValueType>(condition: I32, a: Expr<T>, b: Expr<T>): Expr<T> {
  return {
    type: a.type,
    emit(code) {
      a.emit(code);
      b.emit(code);
      condition.emit(code);
      code.op(OP.select);
    },
  };
}

export function local<T extends ValueType>(type: T, index: number): Expr<T> {
  return { type, emit: (code) => code.localGet(index) };
}

/** Loads from machine memory. */
export function loadFrom<T extends ValueType>(
  type: T,
  opcode: number,
  address: I32,
  offset: number,
): Expr<T> {
  return {
    type,
    emit(code) {
      address.emit(code);
      code.memory(opcode, offset);
    },
  };
}

export const loadI32 = (address: I32, offset = 0): I32 => loadFrom('i32', OP.i32Load, address, offset);
export const loadI64 = (address: I32, offset = 0): I64 => loadFrom('i64', OP.i64Load, address, offset);
