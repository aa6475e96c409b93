import * as ref from './reference.ts';
import { BFLOAT, DOUBLE, type Env, type Format, HALF, real, SINGLE } from './reference.ts';

/** Gives the result as its register holds it; sets `env.flags`, and `nzcv` where that is a result. */
export type Reference = (env: Env, a: bigint, b: bigint, c: bigint) => bigint;

type Binary = (f: Format, a: bigint, b: bigint, env: Env) => bigint;

const FPAdd: Binary = (f, op1, op2, env) => add(f, op1, op2, env, 0);
const FPSub: Binary = (f, op1, op2, env) => add(f, op1, op2, env, 1);

function add(f: Format, op1: bigint, op2: bigint, env: Env, flip: number): bigint {
  const x = ref.FPUnpack(f, op1, env);
  const y = ref.FPUnpack(f, op2, env);
  const nan = ref.FPProcessNaNs(f, [x.type, y.type], [op1, op2], env);
  if (nan !== undefined) return nan;
  const sign2 = y.sign ^ flip;
  if (x.type === 'Infinity' && y.type === 'Infinity' && x.sign !== sign2) return ref.invalid(f, env);
  if (x.type === 'Infinity') return ref.FPInfinity(f, x.sign);
  if (y.type === 'Infinity') return ref.FPInfinity(f, sign2);
  if (x.type === 'Zero' && y.type === 'Zero' && x.sign === sign2) return ref.FPZero(f, sign2);
  return ref.roundSum(f, ref.plus(x.value, flip ? ref.negate(y.value) : y.value), env);
}

const multiply =
  (extended: boolean): Binary =>
  (f, op1, op2, env) => {
    const x = ref.FPUnpack(f, op1, env);
    const y = ref.FPUnpack(f, op2, env);
    const nan = ref.FPProcessNaNs(f, [x.type, y.type], [op1, op2], env);
    if (nan !== undefined) return nan;
    const sign = x.sign ^ y.sign;
    const types = [x.type, y.type];
    if (types.includes('Infinity') && types.includes('Zero')) {
      if (!extended) return ref.invalid(f, env);
      return ref.FPRound(f, real(sign ? -2n : 2n), env);
    }
    if (types.includes('Infinity')) return ref.FPInfinity(f, sign);
    if (types.includes('Zero')) return ref.FPZero(f, sign);
    return ref.FPRound(f, ref.times(x.value, y.value), env);
  };

const FPDiv: Binary = (f, op1, op2, env) => {
  const x = ref.FPUnpack(f, op1, env);
  const y = ref.FPUnpack(f, op2, env);
  const nan = ref.FPProcessNaNs(f, [x.type, y.type], [op1, op2], env);
  if (nan !== undefined) return nan;
  const sign = x.sign ^ y.sign;
  if (x.type === y.type && x.type !== 'Nonzero') return ref.invalid(f, env);
  if (x.type === 'Infinity') return ref.FPInfinity(f, sign);
  if (y.type === 'Zero') {
    env.flags |= ref.DZC;
    return ref.FPInfinity(f, sign);
  }
  if (x.type === 'Zero' || y.type === 'Infinity') return ref.FPZero(f, sign);
  const { n, d } = y.value;
  return ref.FPRound(f, ref.times(x.value, n < 0n ? real(-d, -n) : real(d, n)), env);
};

const extreme =
  (minimum: boolean, number: boolean): Binary =>
  (f, first, second, env) => {
    let [op1, op2] = [first, second];
    let x = ref.FPUnpack(f, op1, env);
    let y = ref.FPUnpack(f, op2, env);
    if (number) {
      const loser = ref.FPInfinity(f, minimum ? 0 : 1);
      if (x.type === 'QNaN' && y.type !== 'QNaN') op1 = loser;
      else if (x.type !== 'QNaN' && y.type === 'QNaN') op2 = loser;
      x = ref.FPUnpack(f, op1, env);
      y = ref.FPUnpack(f, op2, env);
    }
    const nan = ref.FPProcessNaNs(f, [x.type, y.type], [op1, op2], env);
    if (nan !== undefined) return nan;
    const sign = ref.cmp(x.value, y.value);
    const chosen = (minimum ? sign < 0 : sign > 0) ? x : y;
    if (chosen.type === 'Infinity') return ref.FPInfinity(f, chosen.sign);
    if (chosen.type === 'Zero') return ref.FPZero(f, minimum ? x.sign | y.sign : x.sign & y.sign);
    return ref.FPRound(f, chosen.value, env);
  };

function FPMulAdd(f: Format, opA: bigint, op1: bigint, op2: bigint, env: Env, factors = f): bigint {
  const a = ref.FPUnpack(f, opA, env);
  const x = ref.FPUnpack(factors, op1, env);
  const y = ref.FPUnpack(factors, op2, env);
  const widen = (op: bigint) =>
    factors === f ? op : ((op >> 15n) << 31n) | (0xffn << 23n) | ((op & 0x3ffn) << 13n);
  const nan = ref.FPProcessNaNs(f, [a.type, x.type, y.type], [opA, widen(op1), widen(op2)], env);
  const types = [x.type, y.type];
  const infinityTimesZero = types.includes('Infinity') && types.includes('Zero');
  if (a.type === 'QNaN' && infinityTimesZero) return ref.invalid(f, env);
  if (nan !== undefined) return nan;
  const signP = x.sign ^ y.sign;
  const infP = types.includes('Infinity');
  const infA = a.type === 'Infinity';
  if (infinityTimesZero || (infA && infP && a.sign !== signP)) return ref.invalid(f, env);
  if (infA) return ref.FPInfinity(f, a.sign);
  if (infP) return ref.FPInfinity(f, signP);
  if (a.type === 'Zero' && types.includes('Zero') && a.sign === signP) return ref.FPZero(f, signP);
  return ref.roundSum(f, ref.plus(a.value, ref.times(x.value, y.value)), env);
}

const step =
  (root: boolean): Binary =>
  (f, first, op2, env) => {
    const op1 = ref.FPNeg(f, first);
    const x = ref.FPUnpack(f, op1, env);
    const y = ref.FPUnpack(f, op2, env);
    const nan = ref.FPProcessNaNs(f, [x.type, y.type], [op1, op2], env);
    if (nan !== undefined) return nan;
    const types = [x.type, y.type];
    if (types.includes('Infinity')) {
      if (!types.includes('Zero')) return ref.FPInfinity(f, x.sign ^ y.sign);
      return ref.FPRound(f, root ? real(3n, 2n) : real(2n), env);
    }
    const product = ref.times(x.value, y.value);
    const result = root ? ref.times(ref.plus(real(3n), product), real(1n, 2n)) : ref.plus(real(2n), product);
    return ref.roundSum(f, result, env);
  };

function FPCompare(f: Format, op1: bigint, op2: bigint, signal: boolean, env: Env): number {
  const x = ref.FPUnpack(f, op1, env);
  const y = ref.FPUnpack(f, op2, env);
  const types = [x.type, y.type];
  if (types.some(ref.isNaNType)) {
    if (signal || types.includes('SNaN')) env.flags |= ref.IOC;
    return 0b0011;
  }
  const sign = ref.cmp(x.value, y.value);
  return sign === 0 ? 0b0110 : sign < 0 ? 0b1000 : 0b0010;
}

function FPSqrt(f: Format, op: bigint, env: Env): bigint {
  const { type, sign, value } = ref.FPUnpack(f, op, env);
  if (ref.isNaNType(type)) return ref.FPProcessNaN(f, type, op, env);
  if (type === 'Zero') return ref.FPZero(f, sign);
  if (sign === 1) return ref.invalid(f, env);
  if (type === 'Infinity') return ref.FPInfinity(f, 0);
  return ref.FPRound(f, ref.squareRoot(value), env);
}

function FPRoundInt(f: Format, op: bigint, env: Env, rounding: number, exact: boolean): bigint {
  const { type, sign, value } = ref.FPUnpack(f, op, env);
  if (ref.isNaNType(type)) return ref.FPProcessNaN(f, type, op, env);
  if (type === 'Infinity') return ref.FPInfinity(f, sign);
  if (type === 'Zero') return ref.FPZero(f, sign);
  const { result, inexact } = ref.roundInteger(value, rounding);
  if (inexact && exact) env.flags |= ref.IXC;
  return result === 0n ? ref.FPZero(f, sign) : ref.FPRound(f, real(result), env, ref.ZERO);
}

function FPRoundIntN(f: Format, op: bigint, env: Env, rounding: number, intsize: number): bigint {
  const { type, sign, value } = ref.FPUnpack(f, op, env);
  if (type === 'Zero') return ref.FPZero(f, sign);
  const limit = 1n << BigInt(intsize - 1);
  const rounded = ref.roundInteger(value, rounding);
  if (ref.isNaNType(type) || rounded.result >= limit || rounded.result < -limit) {
    env.flags |= ref.IOC;
    return ref.FPRound(f, real(-limit), env, ref.ZERO);
  }
  if (rounded.inexact) env.flags |= ref.IXC;
  if (rounded.result === 0n) return ref.FPZero(f, sign);
  return ref.FPRound(f, real(rounded.result), env, ref.ZERO);
}

function FPConvert(from: Format, to: Format, op: bigint, env: Env, rounding = env.rounding): bigint {
  const { type, sign, value } = ref.FPUnpackCV(from, op, env);
  const alternative = to === HALF && env.AHP;
  if (ref.isNaNType(type)) {
    if (type === 'SNaN' || alternative) env.flags |= ref.IOC;
    if (alternative) return ref.FPZero(to, sign);
    if (env.DN) return ref.FPDefaultNaN(to);
    const shift = to.F - from.F;
    const fraction = op & ref.ones(from.F);
    const moved = shift >= 0 ? fraction << BigInt(shift) : fraction >> BigInt(-shift);
    return ref.FPInfinity(to, sign) | moved | (1n << BigInt(to.F - 1));
  }
  if (type === 'Infinity') {
    if (!alternative) return ref.FPInfinity(to, sign);
    env.flags |= ref.IOC;
    return ref.signBit(to, sign) | ref.ones(15);
  }
  return type === 'Zero' ? ref.FPZero(to, sign) : ref.FPRoundCV(to, value, env, rounding);
}

function FPToFixed(
  f: Format,
  op: bigint,
  M: number,
  fbits: number,
  unsigned: boolean,
  env: Env,
  rounding: number,
): bigint {
  const { type, value } = ref.FPUnpack(f, op, env);
  const { result, inexact } = ref.roundInteger(ref.times(value, ref.power(fbits)), rounding);
  const highest = ref.ones(unsigned ? M : M - 1);
  const lowest = unsigned ? 0n : -highest - 1n;
  if (ref.isNaNType(type) || result > highest || result < lowest) env.flags |= ref.IOC;
  else if (inexact) env.flags |= ref.IXC;
  return BigInt.asUintN(M, result > highest ? highest : result < lowest ? lowest : result);
}

function FixedToFP(f: Format, op: bigint, N: number, fbits: number, unsigned: boolean, env: Env): bigint {
  const integer = unsigned ? op : BigInt.asIntN(N, op);
  if (integer === 0n) return ref.FPZero(f, 0);
  return ref.FPRound(f, ref.times(real(integer), ref.power(-fbits)), env);
}

/** A floating-point value's range check and the first bits of its significand, for the estimates. */
function FPRecipEstimate(f: Format, op: bigint, env: Env): bigint {
  const { type, sign, value } = ref.FPUnpack(f, op, env);
  if (ref.isNaNType(type)) return ref.FPProcessNaN(f, type, op, env);
  if (type === 'Infinity') return ref.FPZero(f, sign);
  if (type === 'Zero') {
    env.flags |= ref.DZC;
    return ref.FPInfinity(f, sign);
  }
  const size = ref.abs(value);
  if (ref.cmp(size, ref.power(f.minimumExp - 2)) < 0) {
    env.flags |= ref.OFC | ref.IXC;
    const toInfinity =
      env.rounding === ref.TIEEVEN ||
      env.rounding === ref.TIEAWAY ||
      env.rounding === (sign ? ref.NEGINF : ref.POSINF);
    return toInfinity ? ref.FPInfinity(f, sign) : ref.FPMaxNormal(f, sign);
  }
  if ((f === HALF ? env.FZ16 : env.FZ) && ref.cmp(size, ref.power(-f.minimumExp)) >= 0) {
    env.flags |= ref.UFC;
    return ref.FPZero(f, sign);
  }
  let fraction = (op & ref.ones(f.F)) << BigInt(52 - f.F);
  let exp = Number((op >> BigInt(f.F)) & ref.ones(f.N - 1 - f.F));
  if (exp === 0) {
    if (fraction >> 51n === 0n) {
      exp = -1;
      fraction = (fraction << 2n) & ref.ones(52);
    } else {
      fraction = (fraction << 1n) & ref.ones(52);
    }
  }
  const scaled = 256n | (fraction >> 44n);
  let resultExp = (f === HALF ? 29 : f === SINGLE ? 253 : 2045) - exp;
  const estimate = ((1n << 19n) / (scaled * 2n + 1n) + 1n) / 2n;
  fraction = (estimate & 0xffn) << 44n;
  if (resultExp === 0) {
    fraction = (1n << 51n) | (fraction >> 1n);
  } else if (resultExp === -1) {
    fraction = (1n << 50n) | (fraction >> 2n);
    resultExp = 0;
  }
  return ref.signBit(f, sign) | (BigInt(resultExp) << BigInt(f.F)) | (fraction >> BigInt(52 - f.F));
}

function RecipSqrtEstimate(x: bigint): bigint {
  const a = x < 256n ? x * 2n + 1n : ((x >> 1n) * 2n + 1n) * 2n;
  let b = 512n;
  while (a * (b + 1n) * (b + 1n) < 1n << 28n) b += 1n;
  return (b + 1n) / 2n;
}

function FPRSqrtEstimate(f: Format, op: bigint, env: Env): bigint {
  const { type, sign } = ref.FPUnpack(f, op, env);
  if (ref.isNaNType(type)) return ref.FPProcessNaN(f, type, op, env);
  if (type === 'Zero') {
    env.flags |= ref.DZC;
    return ref.FPInfinity(f, sign);
  }
  if (sign === 1) return ref.invalid(f, env);
  if (type === 'Infinity') return ref.FPZero(f, 0);
  let fraction = (op & ref.ones(f.F)) << BigInt(52 - f.F);
  let exp = Number((op >> BigInt(f.F)) & ref.ones(f.N - 1 - f.F));
  if (exp === 0) {
    while (fraction >> 51n === 0n) {
      fraction <<= 1n;
      exp -= 1;
    }
    fraction = (fraction << 1n) & ref.ones(52);
  }
  const scaled = (exp & 1) === 0 ? 256n | (fraction >> 44n) : 128n | (fraction >> 45n);
  const resultExp = Math.floor(((f === HALF ? 44 : f === SINGLE ? 380 : 3068) - exp) / 2);
  const estimate = RecipSqrtEstimate(scaled);
  return (BigInt(resultExp) << BigInt(f.F)) | ((estimate & 0xffn) << BigInt(f.F - 8));
}

function FPRecpX(f: Format, op: bigint, env: Env): bigint {
  const { type, sign } = ref.FPUnpack(f, op, env);
  if (ref.isNaNType(type)) return ref.FPProcessNaN(f, type, op, env);
  const all = ref.ones(f.N - 1 - f.F);
  const exp = (op >> BigInt(f.F)) & all;
  return ref.signBit(f, sign) | ((exp === 0n ? all - 1n : exp ^ all) << BigInt(f.F));
}

const FORMATS = [
  ['16', 'h', HALF],
  ['32', 's', SINGLE],
  ['64', 'd', DOUBLE],
] as const;

function build(): Map<string, Reference> {
  const map = new Map<string, Reference>();
  const binaries: [string, Binary][] = [
    ['add', FPAdd],
    ['sub', FPSub],
    ['mul', multiply(false)],
    ['mulx', multiply(true)],
    ['div', FPDiv],
    ['max', extreme(false, false)],
    ['min', extreme(true, false)],
    ['maxNum', extreme(false, true)],
    ['minNum', extreme(true, true)],
    ['recipStep', step(false)],
    ['rsqrtStep', step(true)],
    ['fcmp', (f, a, b, env) => BigInt(FPCompare(f, a, b, false, env))],
    ['fcmpe', (f, a, b, env) => BigInt(FPCompare(f, a, b, true, env))],
    ['equal', (f, a, b, env) => (FPCompare(f, a, b, false, env) === 0b0110 ? ref.ones(f.N) : 0n)],
    ['greater', (f, a, b, env) => (FPCompare(f, a, b, true, env) === 0b0010 ? ref.ones(f.N) : 0n)],
    [
      'greaterEqual',
      (f, a, b, env) => ([0b0110, 0b0010].includes(FPCompare(f, a, b, true, env)) ? ref.ones(f.N) : 0n),
    ],
  ];
  const modes: [string, number | undefined][] = [
    ['n', ref.TIEEVEN],
    ['p', ref.POSINF],
    ['m', ref.NEGINF],
    ['z', ref.ZERO],
    ['a', ref.TIEAWAY],
    ['i', undefined],
    ['x', undefined],
  ];
  for (const [suffix, reg, f] of FORMATS) {
    for (const [name, run] of binaries) map.set(`${name}${suffix}`, (env, a, b) => run(f, a, b, env));
    map.set(`mulAdd${suffix}`, (env, a, b, c) => FPMulAdd(f, c, a, b, env));
    map.set(`sqrt${suffix}`, (env, a) => FPSqrt(f, a, env));
    map.set(`recipEstimate${suffix}`, (env, a) => FPRecipEstimate(f, a, env));
    map.set(`rsqrtEstimate${suffix}`, (env, a) => FPRSqrtEstimate(f, a, env));
    map.set(`recipExponent${suffix}`, (env, a) => FPRecpX(f, a, env));
    for (const [letter, mode] of modes) {
      map.set(`frint${letter}${suffix}`, (env, a) =>
        FPRoundInt(f, a, env, mode ?? env.rounding, letter === 'x'),
      );
      for (const bits of [32, 64])
        map.set(`frint${bits}${letter}_${suffix}`, (env, a) =>
          FPRoundIntN(f, a, env, mode ?? env.rounding, bits),
        );
      if (mode === undefined) continue;
      for (const unsigned of [false, true]) {
        const mnemonic = `fcvt${letter}${unsigned ? 'u' : 's'}`;
        map.set(`${mnemonic}_${reg}`, (env, a) => FPToFixed(f, a, f.N, 0, unsigned, env, mode));
        for (const [x, width] of [
          [`w${reg}`, 32],
          [`x${reg}`, 64],
          [reg, f.N],
        ] as const) {
          for (let fbits = 0; fbits <= width; fbits += 1) {
            const key = `${mnemonic}_${x}${fbits > 0 ? `_${fbits}` : ''}`;
            map.set(key, (env, a) => FPToFixed(f, a, width, fbits, unsigned, env, mode));
          }
        }
      }
    }
    for (const unsigned of [false, true]) {
      for (const width of [32, 64]) {
        for (let fbits = 0; fbits <= width; fbits += 1) {
          const key = `${unsigned ? 'u' : 's'}cvtf_${reg}${width === 64 ? 'x' : 'w'}_${fbits}`;
          map.set(key, (env, a) => FixedToFP(f, a, width, fbits, unsigned, env));
        }
      }
    }
    for (const [target, , to] of FORMATS) {
      if (to !== f) map.set(`convert${suffix}To${target}`, (env, a) => FPConvert(f, to, a, env));
    }
  }
  map.set('negatedMulSub64', (env, a, b, c) =>
    FPMulAdd(DOUBLE, ref.FPNeg(DOUBLE, c), ref.FPNeg(DOUBLE, a), b, env),
  );
  map.set('mulSub32', (env, a, b, c) => FPMulAdd(SINGLE, c, ref.FPNeg(SINGLE, a), b, env));
  map.set('mulAdd16To32', (env, a, b, c) => FPMulAdd(SINGLE, c, a, b, env, HALF));
  map.set('convert64To32Odd', (env, a) => FPConvert(DOUBLE, SINGLE, a, env, ref.ODD));
  map.set('convert32ToBFloat16', (env, a) => FPConvert(SINGLE, BFLOAT, a, env));
  map.set('unsignedRecipEstimate', (_, a) =>
    a >> 31n === 0n ? ref.ones(32) : (((1n << 19n) / ((a >> 23n) * 2n + 1n) + 1n) / 2n) << 23n,
  );
  map.set('unsignedRsqrtEstimate', (_, a) =>
    a >> 30n === 0n ? ref.ones(32) : RecipSqrtEstimate(a >> 23n) << 23n,
  );
  map.set('fjcvtzs', (env, a) => {
    const { type, value } = ref.FPUnpack(DOUBLE, a, env);
    const { result, inexact } = ref.roundInteger(value, ref.ZERO);
    if (ref.isNaNType(type) || result >= 1n << 31n || result < -(1n << 31n)) env.flags |= ref.IOC;
    else if (inexact) env.flags |= ref.IXC;
    return type === 'Infinity' ? 0n : BigInt.asUintN(32, result);
  });
  return map;
}

export const REFERENCE: ReadonlyMap<string, Reference> = build();
