/*
 * A second, slow implementation to test against: the architecture's pseudocode over exact rational numbers,
 * with nothing shared with the package but the numbering of rounding modes and flags. Names are the pseudocode's.
 */

/** A fraction with a positive denominator. */
export interface Real {
  readonly n: bigint;
  readonly d: bigint;
}

export interface Format {
  readonly N: number;
  readonly F: number;
  readonly minimumExp: number;
  readonly bfloat?: boolean;
}

export const HALF: Format = { N: 16, F: 10, minimumExp: -14 };
export const SINGLE: Format = { N: 32, F: 23, minimumExp: -126 };
export const DOUBLE: Format = { N: 64, F: 52, minimumExp: -1022 };
export const BFLOAT: Format = { N: 16, F: 7, minimumExp: -126, bfloat: true };

export interface Env {
  rounding: number;
  FZ: boolean;
  FZ16: boolean;
  DN: boolean;
  AHP: boolean;
  flags: number;
}

export type FPType = 'Zero' | 'Nonzero' | 'Infinity' | 'QNaN' | 'SNaN';

export interface Unpacked {
  readonly type: FPType;
  readonly sign: number;
  readonly value: Real;
}

export const IOC = 1;
export const DZC = 2;
export const OFC = 4;
export const UFC = 8;
export const IXC = 16;
export const IDC = 128;
export const TIEEVEN = 0;
export const POSINF = 1;
export const NEGINF = 2;
export const ZERO = 3;
export const TIEAWAY = 4;
export const ODD = 5;

export const real = (n: bigint, d = 1n): Real => ({ n, d });
export const power = (e: number): Real => (e >= 0 ? real(1n << BigInt(e)) : real(1n, 1n << BigInt(-e)));
export const times = (a: Real, b: Real): Real => real(a.n * b.n, a.d * b.d);
export const plus = (a: Real, b: Real): Real => real(a.n * b.d + b.n * a.d, a.d * b.d);
export const negate = (a: Real): Real => real(-a.n, a.d);
export const abs = (a: Real): Real => real(a.n < 0n ? -a.n : a.n, a.d);
/** The sign of a - b. */
export const cmp = (a: Real, b: Real): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
};
export const floor = (a: Real): bigint => {
  const q = a.n / a.d;
  return a.n < 0n && q * a.d !== a.n ? q - 1n : q;
};
const bitLength = (n: bigint): number => n.toString(2).length;

export const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const exponentBits = ({ N, F }: Format) => N - 1 - F;
export const signBit = ({ N }: Format, sign: number): bigint => BigInt(sign) << BigInt(N - 1);
export const FPZero = (f: Format, sign: number): bigint => signBit(f, sign);
export const FPInfinity = (f: Format, sign: number): bigint =>
  signBit(f, sign) | (ones(exponentBits(f)) << BigInt(f.F));
export const FPMaxNormal = (f: Format, sign: number): bigint => FPInfinity(f, sign) - 1n;
export const FPDefaultNaN = (f: Format): bigint => FPInfinity(f, 0) | (1n << BigInt(f.F - 1));
export const FPNeg = (f: Format, op: bigint): bigint => op ^ signBit(f, 1);

export function FPUnpackBase(f: Format, bits: bigint, env: Env, fz16: boolean, ahp: boolean): Unpacked {
  const sign = Number(bits >> BigInt(f.N - 1)) & 1;
  const exp = Number((bits >> BigInt(f.F)) & ones(exponentBits(f)));
  const frac = bits & ones(f.F);
  const half = f === HALF;
  const signed = (value: Real) => (sign ? negate(value) : value);
  const scale = (mantissa: bigint, e: number) => signed(times(real(mantissa), power(e - f.F)));
  if (exp === 0) {
    if (frac === 0n || (half && fz16)) return { type: 'Zero', sign, value: real(0n) };
    if (!half && env.FZ) {
      env.flags |= IDC;
      return { type: 'Zero', sign, value: real(0n) };
    }
    return { type: 'Nonzero', sign, value: scale(frac, f.minimumExp) };
  }
  if (BigInt(exp) === ones(exponentBits(f)) && !(half && ahp)) {
    if (frac === 0n) return { type: 'Infinity', sign, value: signed(power(1_000_000)) };
    const quiet = (frac >> BigInt(f.F - 1)) & 1n;
    return { type: quiet ? 'QNaN' : 'SNaN', sign, value: real(0n) };
  }
  return { type: 'Nonzero', sign, value: scale(frac | (1n << BigInt(f.F)), exp + f.minimumExp - 1) };
}

export const FPUnpack = (f: Format, bits: bigint, env: Env): Unpacked =>
  FPUnpackBase(f, bits, env, env.FZ16, false);
export const FPUnpackCV = (f: Format, bits: bigint, env: Env): Unpacked =>
  FPUnpackBase(f, bits, env, false, env.AHP);

/** floor(log2(|value|)). */
function exponentOf(value: Real): number {
  const { n, d } = abs(value);
  const guess = bitLength(n) - bitLength(d);
  return cmp({ n, d }, power(guess)) < 0 ? guess - 1 : guess;
}

function FPRoundBase(f: Format, op: Real, env: Env, rounding: number, fz16: boolean, ahp: boolean): bigint {
  const sign = op.n < 0n ? 1 : 0;
  const half = f === HALF;
  const exponent = exponentOf(op);
  if ((half ? fz16 : env.FZ) && exponent < f.minimumExp) {
    env.flags |= UFC;
    return FPZero(f, sign);
  }
  let biased = BigInt(Math.max(exponent - f.minimumExp + 1, 0));
  const scaled = times(abs(op), power(f.F - (biased === 0n ? f.minimumExp : exponent)));
  let mantissa = floor(scaled);
  const error = plus(scaled, real(-mantissa));
  let inexact = error.n !== 0n;
  if (biased === 0n && inexact) env.flags |= UFC;
  const toHalf = cmp(error, real(1n, 2n));
  let roundUp = false;
  let toInfinity = false;
  if (rounding === TIEEVEN) {
    roundUp = toHalf > 0 || (toHalf === 0 && (mantissa & 1n) === 1n);
    toInfinity = true;
  } else if (rounding === TIEAWAY) {
    roundUp = toHalf >= 0;
    toInfinity = true;
  } else if (rounding === POSINF) {
    roundUp = inexact && sign === 0;
    toInfinity = sign === 0;
  } else if (rounding === NEGINF) {
    roundUp = inexact && sign === 1;
    toInfinity = sign === 1;
  }
  if (roundUp) {
    mantissa += 1n;
    if (mantissa === 1n << BigInt(f.F)) biased = 1n;
    if (mantissa === 1n << BigInt(f.F + 1)) {
      biased += 1n;
      mantissa /= 2n;
    }
  }
  if (inexact && rounding === ODD) mantissa |= 1n;
  const E = exponentBits(f);
  let result = signBit(f, sign) | (biased << BigInt(f.F)) | (mantissa & ones(f.F));
  if (half && ahp) {
    if (biased > ones(E)) {
      result = signBit(f, sign) | ones(f.N - 1);
      env.flags |= IOC;
      inexact = false;
    }
  } else if (biased >= ones(E)) {
    result = toInfinity ? FPInfinity(f, sign) : FPMaxNormal(f, sign);
    env.flags |= OFC;
    inexact = true;
  }
  if (inexact) env.flags |= IXC;
  return result;
}

export const FPRound = (f: Format, op: Real, env: Env, rounding = env.rounding): bigint =>
  FPRoundBase(f, op, env, rounding, env.FZ16, false);
export const FPRoundCV = (f: Format, op: Real, env: Env, rounding = env.rounding): bigint =>
  FPRoundBase(f, op, env, rounding, false, env.AHP);

/** A sum or product, where zero takes its sign from the rounding mode. */
export const roundSum = (f: Format, op: Real, env: Env): bigint =>
  op.n === 0n ? FPZero(f, env.rounding === NEGINF ? 1 : 0) : FPRound(f, op, env);

export function FPProcessNaN(f: Format, type: FPType, op: bigint, env: Env): bigint {
  if (type === 'SNaN') env.flags |= IOC;
  return env.DN ? FPDefaultNaN(f) : op | (1n << BigInt(f.F - 1));
}

export const isNaNType = (type: FPType): boolean => type === 'QNaN' || type === 'SNaN';

/** The first signalling NaN, else the first quiet one, else nothing. */
export function FPProcessNaNs(f: Format, types: FPType[], ops: bigint[], env: Env): bigint | undefined {
  let index = types.indexOf('SNaN');
  if (index < 0) index = types.indexOf('QNaN');
  return index < 0 ? undefined : FPProcessNaN(f, types[index]!, ops[index]!, env);
}

export function invalid(f: Format, env: Env): bigint {
  env.flags |= IOC;
  return FPDefaultNaN(f);
}

/** An integer near `value`, and whether they differ. */
export function roundInteger(value: Real, rounding: number): { result: bigint; inexact: boolean } {
  let result = floor(value);
  const error = plus(value, real(-result));
  const inexact = error.n !== 0n;
  const toHalf = cmp(error, real(1n, 2n));
  let roundUp = false;
  if (rounding === TIEEVEN) roundUp = toHalf > 0 || (toHalf === 0 && (result & 1n) === 1n);
  else if (rounding === POSINF) roundUp = inexact;
  else if (rounding === ZERO) roundUp = inexact && result < 0n;
  else if (rounding === TIEAWAY) roundUp = toHalf > 0 || (toHalf === 0 && result >= 0n);
  if (roundUp) result += 1n;
  return { result, inexact };
}

/** A rational that rounds as the square root does: 200 bits of it, and one more that is never a tie. */
export function squareRoot(value: Real): Real {
  const shift = 400n + 2n * BigInt(bitLength(value.d));
  const scaled = (value.n << shift) / value.d;
  let root = 1n << BigInt((bitLength(scaled) + 1) >> 1);
  for (;;) {
    const next = (root + scaled / root) >> 1n;
    if (next >= root) break;
    root = next;
  }
  const exact = root * root * value.d === value.n << shift;
  return real(root * 2n + (exact ? 0n : 1n), 1n << (shift / 2n + 1n));
}
