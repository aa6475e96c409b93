import type { Emitter, Fields } from '../emitter/emitter.ts';
import {
  add,
  and,
  as,
  type Expr,
  eqz,
  type F32,
  type F64,
  geU,
  type I32,
  type I64,
  i32,
  i64,
  ltU,
  or,
  shl,
  shrU,
  sub,
  type V128,
  xor,
} from '../emitter/expressions.ts';
import { float } from '../emitter/vectors.ts';
import { SOFT_RESULT, softOperand } from '../floating-point/operands.ts';
import {
  type FormatBits,
  type SoftOperationName,
  type SoftOperationOptions,
  softOperation,
} from '../floating-point/operation-word.ts';
import { HOST_ARITHMETIC } from '../floating-point/unit.ts';
import { FLOAT_OP, OP } from '../wasm/opcodes.ts';
import { type Choice, type Semantics, semantics } from './definition.ts';

/*
 * The two paths of floating-point instructions. The host computes first, where FPCR allows it, and its result
 * stands when it is certain that the architecture gives the same and no flag that is not set already. Everything
 * else is done again in software:
 *
 *     hostElseSoft(
 *       e,
 *       (path) => {
 *         const result = e.let(host('f64', 'Add', a, b));
 *         path.require(isFiniteFloat(result));
 *         path.requireExact(() => isExactSum(e, a, b, result));
 *         e.setScalar('Rd', result);
 *       },
 *       () => e.setScalar('Rd', softScalar(e, 'add', 64, [a, b])),
 *     );
 *
 * Half-precision is done in software alone.
 */

/** The floating-point types of the host. */
export type FloatType = 'f32' | 'f64';
export type Float = Expr<FloatType>;
/** A scalar operand: half-precision as the low bits of an integer. */
export type Scalar = I32 | I64 | Float;

export const floatType = (format: 32 | 64): FloatType => (format === 32 ? 'f32' : 'f64');

/** Chooses between single and double precision. */
export const SZ: Readonly<Record<'sz', Choice>> = {
  sz: { values: 2, of: ({ sz }) => sz },
};

/** The format that the choice {@link SZ} names. */
export const formatOfSz = (e: Emitter): 32 | 64 => (e.choice('sz') === 1 ? 64 : 32);

/**
 * The row for single- and double-precision, and that for half-precision, whose id has `half` after it; the latter
 * is never on a hot path.
 */
export function formats(
  row: string,
  half: string,
  emit: (e: Emitter, format: FormatBits) => void,
  options: { readonly choices?: Readonly<Record<string, Choice>>; readonly outlined?: boolean } = {},
): readonly Semantics[] {
  const { choices = {}, outlined = false } = options;
  return [
    {
      ...semantics(row, { ...SZ, ...choices }, (e) => {
        e.checkFloatingPoint();
        emit(e, formatOfSz(e));
      }),
      outlined,
    },
    {
      ...semantics(`${row}${half}`, choices, (e) => {
        e.checkFloatingPoint();
        emit(e, 16);
      }),
      outlined: true,
    },
  ];
}

/** Semantics of a floating-point row with formats of its own. */
export function floatingPoint(
  row: string,
  choices: Readonly<Record<string, Choice>>,
  emit: (e: Emitter) => void,
  outlined = false,
): Semantics {
  const checked = (e: Emitter): void => {
    e.checkFloatingPoint();
    emit(e);
  };
  return { ...semantics(row, choices, checked), outlined };
}

type UnaryName = 'Abs' | 'Neg' | 'Ceil' | 'Floor' | 'Trunc' | 'Nearest' | 'Sqrt';
type BinaryName = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Min' | 'Max' | 'Copysign';
type CompareName = 'Eq' | 'Ne' | 'Lt' | 'Gt' | 'Le' | 'Ge';

/** An operation of the host. */
export function host<T extends FloatType>(
  type: T,
  name: UnaryName | BinaryName,
  ...operands: readonly Expr<T>[]
): Expr<T> {
  return float(type, FLOAT_OP[`${type}${name}`], ...operands);
}

/** A comparison of the host; false, and `Ne` true, with a NaN. */
export function hostCompare<T extends FloatType>(name: CompareName, a: Expr<T>, b: Expr<T>): I32 {
  return float('i32', FLOAT_OP[`${a.type}${name}`], a, b);
}

export const promote = (a: F32): F64 => float('f64', FLOAT_OP.f64PromoteF32, a);
export const demote = (a: F64): F32 => float('f32', FLOAT_OP.f32DemoteF64, a);

/** The bits of a scalar as an integer. */
export function bitsOf(a: Expr<'f32'>): I32;
export function bitsOf(a: Expr<'f64'>): I64;
export function bitsOf(a: Expr): I32 | I64;
export function bitsOf(a: Expr): I32 | I64 {
  if (a.type === 'f32') return float('i32', FLOAT_OP.i32ReinterpretF32, a);
  if (a.type === 'f64') return float('i64', FLOAT_OP.i64ReinterpretF64, a);
  return a as I32 | I64;
}

/** A float from its bits. */
export function fromBits<T extends FloatType>(type: T, bits: Expr): Expr<T> {
  return float(type, type === 'f32' ? FLOAT_OP.f32ReinterpretI32 : FLOAT_OP.f64ReinterpretI64, bits);
}

/** A constant that single precision holds exactly. */
export function floatConstant<T extends FloatType>(type: T, value: number): Expr<T> {
  const bytes = new DataView(new ArrayBuffer(8));
  if (type === 'f32') {
    bytes.setFloat32(0, value);
    return fromBits(type, i32(bytes.getInt32(0)));
  }
  bytes.setFloat64(0, value);
  return fromBits(type, i64(bytes.getInt32(4), bytes.getInt32(0)));
}

/** +0. */
export const zeroOf = (format: FormatBits): Scalar =>
  format === 16 ? i32(0) : floatConstant(floatType(format), 0);

/** With the sign bit changed, NaNs too. */
export function negated(a: Scalar): Scalar {
  if (a.type === 'i32') return xor(a, i32(0x8000));
  if (a.type === 'i64') return xor(a, i64(0, 0x8000_0000));
  return host(a.type, 'Neg', a);
}

/** The low part of a V register in a format; half-precision has more of the register above it. */
export function scalarOperand(e: Emitter, format: FormatBits, field: string): Scalar {
  return format === 16 ? e.scalar('i32', field) : e.scalar(floatType(format), field);
}

/** An element of a V register as a scalar; `key` names the index among the constants of the row. */
export function elementOperand(
  e: Emitter,
  format: FormatBits,
  field: string,
  key: string,
  index: (fields: Fields) => number,
): Scalar {
  if (format === 16) return e.element('i32', 2, field, key, index);
  if (format === 32) return fromBits('f32', e.element('i32', 4, field, key, index));
  return fromBits('f64', e.element('i64', 8, field, key, index));
}

/** What the host's path of {@link hostElseSoft} may ask for on its way. */
export interface HostPath {
  /** Gives up, and goes to the software, unless the condition holds. */
  require(condition: I32): void;
  /**
   * Gives up unless an inexact result is allowed or, evaluated only then, this one is exact.
   *
   * @param mayBeInexact 0 where FPSR can't allow it, else 1.
   */
  requireExact(exact: () => I32, mayBeInexact?: I32): void;
  /** While subnormal numbers are flushed, gives up unless the condition holds. */
  requireWhenFlushing(condition: () => I32): void;
  /** Emits what is done only where inexact results are allowed. */
  whenInexact(then: () => void): void;
}

export interface HostOptions {
  /** The host's path is right whatever FPCR says. */
  readonly anyControl?: boolean;
  /** It is right while subnormal numbers are flushed, if this holds: that no operand is one of them. */
  readonly flushable?: () => I32;
}

const INEXACT_BIT = Math.log2(HOST_ARITHMETIC.inexact);

/** Emits both paths. The host's sets the result at its end, after its last requirement. */
export function hostElseSoft(
  e: Emitter,
  hostPath: (path: HostPath) => void,
  soft: () => void,
  { anyControl = false, flushable }: HostOptions = {},
): void {
  e.block((done) => {
    e.block((giveUp) => {
      const allowed = e.let(e.hostArithmetic());
      const require = (condition: I32): void => e.brIfUnlikely(eqz(condition), giveUp);
      const requireWhenFlushing = (condition: () => I32): void =>
        e.if(and(allowed, i32(HOST_ARITHMETIC.flushing)), () => require(condition()));
      if (flushable !== undefined) {
        require(allowed);
        requireWhenFlushing(flushable);
      } else if (!anyControl) {
        // Not 0, not flushing.
        require(ltU(sub(allowed, i32(1)), i32(HOST_ARITHMETIC.flushing - 1)));
      }
      hostPath({
        require,
        requireExact: (exact, mayBeInexact = i32(1)) => {
          e.block((go) => {
            e.brIf(and(shrU(allowed, i32(INEXACT_BIT)), mayBeInexact), go);
            require(exact());
          });
        },
        requireWhenFlushing,
        whenInexact: (then) => e.if(and(allowed, i32(HOST_ARITHMETIC.inexact)), then),
      });
      e.br(done);
    });
    soft();
  });
}

/** The bits without the sign, at the top of the word: ordered as magnitudes are. */
const magnitude = (a: Float): I32 | I64 =>
  a.type === 'f32' ? shl(bitsOf(a as F32), i32(1)) : shl(bitsOf(a as F64), i64(1));

/** Neither infinite nor NaN. */
export function isFiniteFloat(a: Float): I32 {
  if (a.type === 'f32') return ltU(magnitude(a) as I32, i32(0xff << 24));
  return ltU(magnitude(a) as I64, i64(0, 0x7ff << 21));
}

/**
 * Finite, and too large for the result before rounding to have been subnormal: tininess is detected before
 * rounding, so the smallest normal number itself may be an underflow.
 */
export function isNormal(a: Float): I32 {
  if (a.type === 'f32') return ltU(sub(magnitude(a) as I32, i32(2 << 24)), i32(0xfd << 24));
  return ltU(sub(magnitude(a) as I64, i64(0, 2 << 21)), i64(0, 0x7fd << 21));
}

/** Zero or subnormal numbers have an exponent field of zero; of these only zeros pass. */
export function isNotSubnormal(a: Float): I32 {
  if (a.type === 'f32') return geU(sub(magnitude(a) as I32, i32(1)), i32((1 << 24) - 1));
  return geU(sub(magnitude(a) as I64, i64(1)), i64(-1, (1 << 21) - 1));
}

/** For {@link HostOptions.flushable}: operands that FPCR.FZ leaves alone. */
export const noneSubnormal =
  (...operands: readonly Float[]): (() => I32) =>
  () =>
    operands.map(isNotSubnormal).reduce(and);

export const isZero = (a: Float): I32 => eqz(magnitude(a));

/** Whether a sum that does not overflow is exact: the error is itself a float, by Knuth's two-sum. */
export function isExactSum<T extends FloatType>(e: Emitter, a: Expr<T>, b: Expr<T>, sum: Expr<T>): I32 {
  const { type } = a;
  const part = e.let(host(type, 'Sub', sum, a));
  const error = host(
    type,
    'Add',
    host(type, 'Sub', a, host(type, 'Sub', sum, part)),
    host(type, 'Sub', b, part),
  );
  return hostCompare('Eq', error, floatConstant(type, 0));
}

/** Trailing zeros of the significand of a normal number, 52 for a power of two. */
function trailingZeros(a: F64): I64 {
  return {
    type: 'i64',
    emit: (code) => {
      or(bitsOf(a), i64(0, 1 << 20)).emit(code);
      code.op(OP.i64Ctz);
    },
  };
}

/** Whether the significands of two double-precision factors leave room for an exact product. */
const fitProduct = (a: F64, b: F64): I32 => geU(add(trailingZeros(a), trailingZeros(b)), i64(53));

/** Whether `product` of normal magnitude is exactly a * b. */
export function isExactProduct<T extends FloatType>(a: Expr<T>, b: Expr<T>, product: Expr<T>): I32 {
  if (a.type === 'f64') return fitProduct(a as F64, b as F64);
  const [wideA, wideB, wide] = [a, b, product].map((value) => promote(value as F32));
  return hostCompare('Eq', host('f64', 'Mul', wideA, wideB), wide);
}

/** Whether `quotient` of normal magnitude is exactly a / b. */
export function isExactQuotient<T extends FloatType>(a: Expr<T>, b: Expr<T>, quotient: Expr<T>): I32 {
  if (a.type === 'f32') return isExactProduct(quotient, b, a);
  const product = hostCompare('Eq', host('f64', 'Mul', quotient as F64, b as F64), a as F64);
  return and(and(product, isNormal(a as F64)), fitProduct(quotient as F64, b as F64));
}

/** Puts operands where the software finds them; V128 operands have a lane each. */
export function setSoftOperands(e: Emitter, operands: readonly Expr[]): void {
  operands.forEach((operand, index) => {
    const at = softOperand(index);
    if (operand.type === 'v128') {
      e.setStateVector(at, operand as V128);
    } else if (operand.type === 'f64' || operand.type === 'i64') {
      e.setState64(at, as('i64', bitsOf(operand)));
    } else {
      e.setState32(at, as('i32', bitsOf(operand)));
    }
  });
}

/**
 * Does an operation on scalars in software.
 *
 * @param parameters bits to add to the operation word, known when the instruction is.
 * @returns where the result is: its bits, as i64 for double-precision and else i32 with the half-precision
 *   result alone.
 */
export function softScalar(
  e: Emitter,
  name: SoftOperationName,
  format: FormatBits,
  operands: readonly Expr[],
  options: SoftOperationOptions = {},
  parameters?: I32,
): I32 | I64 {
  setSoftOperands(e, operands);
  const word = i32(softOperation(name, format, options));
  e.softFloat(parameters === undefined ? word : or(parameters, word));
  return softResult(e, format);
}

/** The result of the last operation in software, as an integer of so many bits. */
export function softResult(e: Emitter, bits: FormatBits): I32 | I64 {
  if (bits === 64) return e.state64(SOFT_RESULT);
  const word = softWord(e);
  return bits === 32 ? word : and(word, i32(0xffff));
}

/** The lowest word of the result of the last operation in software. */
export const softWord = (e: Emitter): I32 => e.state32(SOFT_RESULT);

/** Does an operation on vectors in software, lane by lane; lanes beyond `lanes` of the result are anything. */
export function softVector(
  e: Emitter,
  name: SoftOperationName,
  format: FormatBits,
  lanes: number,
  operands: readonly V128[],
  options: SoftOperationOptions = {},
  parameters?: I32,
): V128 {
  setSoftOperands(e, operands);
  const word = i32(softOperation(name, format, { ...options, lanes }));
  e.softFloat(parameters === undefined ? word : or(parameters, word));
  return e.stateVector(SOFT_RESULT);
}
