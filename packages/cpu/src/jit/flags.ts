import { CPU_STATE } from '@armature/core';
import type { FlagValues } from '../emitter/emitter.ts';
import {
  add,
  and,
  type Expr,
  eq,
  eqz,
  extendS,
  extendU,
  geS,
  geU,
  type I32,
  type I64,
  i32,
  i64,
  isNegative,
  loadI32,
  loadI64,
  local,
  ltS,
  ltU,
  ne,
  or,
  shl,
  sub,
  xor,
} from '../emitter/expressions.ts';
import { FunctionCode } from '../emitter/function-code.ts';
import { OP, type ValueType } from '../wasm/opcodes.ts';

/**
 * Where the condition flags are: stored in the state block, held as four values, or not computed yet but following from
 * the operands of the instruction that set them. What nobody asks for is never computed.
 */
export const FLAGS = {
  stored: 0,
  held: 1,
  difference64: 2,
  difference32: 3,
  sum64: 4,
  sum32: 5,
  logic64: 6,
  logic32: 7,
  /** Known only at run time. */
  unknown: -1,
} as const;
export type FlagsKind = (typeof FLAGS)[keyof typeof FLAGS];

/** Locals of a region that hold flags, by their types. */
export interface FlagLocals {
  readonly kind: number;
  /** Operands of 64-bit and of 32-bit operations; of logical ones, `a` is the result. */
  readonly a64: number;
  readonly b64: number;
  readonly a32: number;
  readonly b32: number;
  /** Values held: as the state block has them. */
  readonly n: number;
  readonly z: number;
  readonly v: number;
  readonly c: number;
}

export const FLAG_LOCAL_TYPES: Readonly<Record<keyof FlagLocals, ValueType>> = {
  kind: 'i32',
  a64: 'i64',
  b64: 'i64',
  a32: 'i32',
  b32: 'i32',
  n: 'i64',
  z: 'i64',
  v: 'i64',
  c: 'i32',
};

type Flags = { readonly n: Expr; readonly z: Expr; readonly c: I32; readonly v: Expr };

const wide = (value: Expr): I64 => (value.type === 'i32' ? extendS(value as I32) : (value as I64));

/** The operands that flags follow from. */
function operands(kind: FlagsKind, at: FlagLocals): [Expr<'i32' | 'i64'>, Expr<'i32' | 'i64'>] {
  const is32 = kind === FLAGS.difference32 || kind === FLAGS.sum32 || kind === FLAGS.logic32;
  if (is32) return [local('i32', at.a32), local('i32', at.b32)];
  return [local('i64', at.a64), local('i64', at.b64)];
}

const isDifference = (kind: FlagsKind): boolean => kind === FLAGS.difference64 || kind === FLAGS.difference32;
const isSum = (kind: FlagsKind): boolean => kind === FLAGS.sum64 || kind === FLAGS.sum32;

function lazyFlags(kind: FlagsKind, a: Expr<'i32' | 'i64'>, b: Expr<'i32' | 'i64'>): Flags {
  if (isDifference(kind)) {
    const difference = sub(a, b);
    return { n: difference, z: difference, c: geU(a, b), v: and(xor(a, b), xor(a, difference)) };
  }
  if (isSum(kind)) {
    const sum = add(a, b);
    return { n: sum, z: sum, c: ltU(sum, a), v: and(xor(a, sum), xor(b, sum)) };
  }
  return { n: a, z: a, c: i32(0), v: i64(0) };
}

/** The four flags as values: N and V are sign bits, Z is "equals zero". Not for `unknown`. */
export function flagValues(kind: FlagsKind, at: FlagLocals, state: number): FlagValues {
  if (kind === FLAGS.stored) {
    return {
      n: loadI64(i32(0), state + CPU_STATE.flagN),
      z: loadI64(i32(0), state + CPU_STATE.flagZ),
      c: loadI32(i32(0), state + CPU_STATE.flagC),
      v: loadI64(i32(0), state + CPU_STATE.flagV),
    };
  }
  if (kind === FLAGS.held) {
    return {
      n: local('i64', at.n),
      z: local('i64', at.z),
      c: local('i32', at.c),
      v: local('i64', at.v),
    };
  }
  return lazyFlags(kind, ...operands(kind, at));
}

/** The flags as 64-bit values, which is how the state block has them. */
export function wideFlags(flags: FlagValues): { n: I64; z: I64; c: I32; v: I64 } {
  return { n: wide(flags.n), z: wide(flags.z), c: flags.c, v: wide(flags.v) };
}

/** Whether a condition holds, 0 or 1. */
export function conditionHolds(condition: number, kind: FlagsKind, at: FlagLocals, state: number): I32 {
  if (condition >= 14) return i32(1);
  const pair = condition >> 1;
  const inverted = (condition & 1) === 1;
  if (isDifference(kind)) {
    const [a, b] = operands(kind, at);
    const direct = comparison(pair, inverted, a, b);
    if (direct !== undefined) return direct;
  }
  const { n, z, c, v } = flagValues(kind, at, state);
  const holds = generalCondition(pair, n, z, c, v);
  return inverted ? eqz(holds) : holds;
}

/** Conditions that are comparisons of the operands of a subtraction. */
function comparison(
  pair: number,
  inverted: boolean,
  a: Expr<'i32' | 'i64'>,
  b: Expr<'i32' | 'i64'>,
): I32 | undefined {
  switch (pair) {
    case 0:
      return inverted ? ne(a, b) : eq(a, b);
    case 1:
      return inverted ? ltU(a, b) : geU(a, b);
    case 4:
      return inverted ? geU(b, a) : ltU(b, a);
    case 5:
      return inverted ? ltS(a, b) : geS(a, b);
    case 6:
      return inverted ? geS(b, a) : ltS(b, a);
    default:
      return undefined;
  }
}

const isZero = (z: Expr): I32 => eqz(z);

function generalCondition(pair: number, n: Expr, z: Expr, c: I32, v: Expr): I32 {
  const same = (): I32 => eqz(xor(isNegative(n), isNegative(v)));
  switch (pair) {
    case 0:
      return isZero(z);
    case 1:
      return c;
    case 2:
      return isNegative(n);
    case 3:
      return isNegative(v);
    case 4:
      return and(c, eqz(isZero(z)));
    case 5:
      return same();
    default:
      return and(eqz(isZero(z)), same());
  }
}

/** Parameters of the function that computes flags late and stores them. */
export const STORE_FLAGS_PARAMETERS: readonly ValueType[] = ['i32', 'i64', 'i64', 'i32', 'i32'];

/** (kind, a64, b64, a32, b32): stores flags that follow from operands. 32-bit ones are those of the upper half's. */
export function storeFlagsFunction(state: number): FunctionCode {
  const f = new FunctionCode(STORE_FLAGS_PARAMETERS);
  const kind = f.parameter('i32', 0);
  const narrow = f.let(and(kind, i32(1)));
  const operand = (from64: number, from32: number): I64 => {
    const held = f.temporary('i64');
    f.if(
      narrow,
      () => f.assign(held, shl(extendU(f.parameter('i32', from32)), i64(32))),
      () => f.assign(held, f.parameter('i64', from64)),
    );
    return local('i64', held);
  };
  const a = operand(1, 3);
  const b = operand(2, 4);
  const store = (from: FlagsKind): void => {
    const { n, z, c, v } = wideFlags(lazyFlags(from, a, b));
    const put = (offset: number, value: I32 | I64): void => {
      f.code.i32Const(0);
      value.emit(f.code);
      f.code.memory(value.type === 'i32' ? OP.i32Store : OP.i64Store, state + offset);
    };
    put(CPU_STATE.flagN, n);
    put(CPU_STATE.flagZ, z);
    put(CPU_STATE.flagC, c);
    put(CPU_STATE.flagV, v);
  };
  const is = (one: number, other: number): I32 => or(eq(kind, i32(one)), eq(kind, i32(other)));
  f.if(
    is(FLAGS.difference64, FLAGS.difference32),
    () => store(FLAGS.difference64),
    () =>
      f.if(
        is(FLAGS.sum64, FLAGS.sum32),
        () => store(FLAGS.sum64),
        () => store(FLAGS.logic64),
      ),
  );
  f.finish();
  return f;
}
