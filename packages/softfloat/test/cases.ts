import type { Operand, Operation } from './operations.ts';
import type { Random } from './random.ts';

/** One case: an index into OPERATIONS, a value of FPCR and three operands. */
export interface Case {
  readonly operation: number;
  readonly fpcr: number;
  readonly operands: readonly [bigint, bigint, bigint];
}

interface Layout {
  readonly bits: number;
  readonly fraction: number;
}

const LAYOUTS: Readonly<Record<'f16' | 'f32' | 'f64', Layout>> = {
  f16: { bits: 16, fraction: 10 },
  f32: { bits: 32, fraction: 23 },
  f64: { bits: 64, fraction: 52 },
};

const mask = (bits: number) => (1n << BigInt(bits)) - 1n;

/** Magnitudes at which something changes: zeros, NaNs, ends of ranges, powers of two, integers and halves. */
function edges({ bits, fraction }: Layout): bigint[] {
  const exponentBits = bits - 1 - fraction;
  const f = BigInt(fraction);
  const bias = 2 ** (exponentBits - 1) - 1;
  const infinity = mask(exponentBits) << f;
  const quiet = 1n << (f - 1n);
  const smallest = 1n << f;
  const list = [
    0n,
    1n,
    2n,
    3n,
    quiet,
    quiet - 1n,
    quiet + 1n,
    smallest - 2n,
    smallest - 1n,
    smallest,
    smallest + 1n,
    infinity - 2n,
    infinity - 1n,
    infinity,
    infinity + 1n,
    infinity + 0x15n,
    infinity + quiet - 1n,
    infinity + quiet,
    infinity + quiet + 1n,
    infinity + quiet + 0x2an,
    infinity + mask(fraction),
  ];
  const around = (exponent: number) => {
    const biased = exponent + bias;
    if (biased < 1 || biased >= 2 * bias) return;
    const power = BigInt(biased) << f;
    list.push(
      power - 2n,
      power - 1n,
      power,
      power + 1n,
      power + 2n,
      power + quiet,
      power + quiet + 1n,
      power + quiet - 1n,
    );
  };
  const centres = [
    -1, 0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15, 16, 17, 22, 23, 24, 25, 30, 31, 32, 33, 51, 52, 53, 54,
  ];
  centres.push(
    62,
    63,
    64,
    65,
    83,
    84,
    85,
    126,
    127,
    128,
    -13,
    -14,
    -15,
    -16,
    -23,
    -24,
    -25,
    -26,
    -125,
    -126,
    -127,
  );
  centres.push(-128, -148, -149, -150, -151, 1 - bias, 2 - bias, fraction - bias, bias - 2, bias - 1, bias);
  for (const exponent of centres) around(exponent);
  return list;
}

/** Zero, infinity, NaNs of both kinds, the ends of the subnormal and normal ranges, one, and two. */
function specials({ bits, fraction }: Layout): bigint[] {
  const f = BigInt(fraction);
  const infinity = mask(bits - 1 - fraction) << f;
  const one = mask(bits - 2 - fraction) << f;
  const smallest = 1n << f;
  const quiet = smallest >> 1n;
  return [
    0n,
    0n,
    infinity,
    infinity,
    infinity + 1n,
    infinity + quiet,
    infinity + quiet + 5n,
    1n,
    smallest - 1n,
    smallest,
    infinity - 1n,
    one,
    one + smallest,
  ];
}

const SPECIALS = { f16: specials(LAYOUTS.f16), f32: specials(LAYOUTS.f32), f64: specials(LAYOUTS.f64) };
const EDGES = { f16: edges(LAYOUTS.f16), f32: edges(LAYOUTS.f32), f64: edges(LAYOUTS.f64) };

/** A fraction of few ones, few zeros, or a run: what makes ties and long carries. */
function sparse(random: Random, bits: number): bigint {
  const all = mask(bits);
  let value = 0n;
  switch (random.below(4)) {
    case 0:
      for (let n = random.below(4); n > 0; n -= 1) value |= 1n << BigInt(random.below(bits));
      return value;
    case 1:
      return all ^ sparse(random, bits - 1);
    case 2:
      return (all << BigInt(random.below(bits))) & all;
    default:
      return mask(random.below(bits) + 1);
  }
}

function float(random: Random, format: 'f16' | 'f32' | 'f64', near: bigint | undefined): bigint {
  const layout = LAYOUTS[format];
  const { bits, fraction } = layout;
  const sign = BigInt(random.below(2)) << BigInt(bits - 1);
  const exponents = 2 ** (bits - 1 - fraction);
  const kind = random.below(16);
  if (kind < 3) return sign | random.pick(SPECIALS[format]);
  if (kind < 5) return sign | random.pick(EDGES[format]);
  if (kind < 7) return random.big64() & mask(bits);
  let exponent: number;
  if (near !== undefined && kind < 11) {
    if (kind === 7) return BigInt.asUintN(bits, (near ^ sign) + BigInt(random.below(7) - 3));
    exponent = Number((near >> BigInt(fraction)) & BigInt(exponents - 1)) + random.below(9) - 4;
    if (kind === 8) exponent += random.below(2 * fraction + 8) - fraction - 4;
  } else if (kind < 13) {
    exponent = exponents / 2 - 1 + random.below(2 * fraction + 30) - fraction - 8;
  } else {
    exponent = random.below(exponents);
  }
  exponent = Math.min(Math.max(exponent, 0), exponents - 1);
  const digits = random.below(2) === 0 ? sparse(random, fraction) : random.big64() & mask(fraction);
  return sign | (BigInt(exponent) << BigInt(fraction)) | digits;
}

/** A binary64 around the ends and ties of a narrower format, for conversions. */
function narrowed(random: Random): bigint {
  const [low, high, places] = random.pick([
    [-26, 17, 10],
    [-151, 129, 23],
  ] as const);
  const exponent =
    random.below(4) === 0
      ? random.pick([low, low + 1, low + 2, high, high - 1, high - 2])
      : low + random.below(high - low + 1);
  const kept = sparse(random, places) << BigInt(52 - places);
  const rest = random.pick([
    0n,
    1n,
    -1n,
    1n << BigInt(51 - places),
    (1n << BigInt(51 - places)) - 1n,
    (1n << BigInt(51 - places)) + 1n,
  ]);
  const digits = (kept + rest) & mask(52);
  return (BigInt(random.below(2)) << 63n) | (BigInt(exponent + 1023) << 52n) | digits;
}

function integer(random: Random, bits: number): bigint {
  const value = random.below(2) === 0 ? sparse(random, bits) : random.big64() >> BigInt(random.below(64));
  const moved = value + BigInt(random.below(5) - 2);
  return BigInt.asUintN(bits, random.below(2) === 0 ? moved : -moved);
}

function operand(random: Random, form: Operand, previous: bigint | undefined): bigint {
  if (form === 'u32') return integer(random, 32);
  if (form === 'u64') return integer(random, 64);
  if (form === 'f64' && previous === undefined && random.below(6) === 0) return narrowed(random);
  return float(random, form, previous);
}

const view = new DataView(new ArrayBuffer(8));
function toBits(format: 'f16' | 'f32' | 'f64', value: number): bigint {
  if (format === 'f64') view.setFloat64(0, value);
  else view.setFloat32(0, value);
  return format === 'f64' ? view.getBigUint64(0) : BigInt(view.getUint32(0));
}
function toNumber(format: 'f16' | 'f32' | 'f64', bits: bigint): number {
  if (format === 'f64') {
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  }
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
}

/** Random control bits: the default for one case in four. */
export function controls(random: Random): number {
  const word = random.word();
  if ((word & 3) === 0) return 0;
  return word & 0x07c8_0000;
}

/** Values around the ends of the ranges of integers, where conversions saturate. */
function boundary(random: Random, format: 'f32' | 'f64'): bigint {
  const value =
    2 ** random.pick([7, 8, 15, 16, 31, 31, 32, 63, 63, 64]) + random.pick([-1, -0.5, 0, 0, 0.5, 1]);
  const bits = toBits(format, random.below(2) === 0 ? value : -value);
  return bits + BigInt(random.pick([-1, 0, 0, 1]));
}

/** Operands of a division or square root whose result is all but exact, and short. */
function nearlyExact(random: Random, format: 'f32' | 'f64', root: boolean): [bigint, bigint, bigint] {
  const result = 1 + random.below(2 ** 20) / 2 ** 20;
  const b = root ? 0n : toBits(format, 1 + (random.word() >>> 0) / 2 ** 32);
  const exact = root ? result * result : toNumber(format, b) * result;
  return [toBits(format, exact) + BigInt(random.below(3) - 1), b, 0n];
}

/** Random operands for an operation, biased to edges and to cancellation. */
export function operandsFor(random: Random, operation: Operation): [bigint, bigint, bigint] {
  const forms = operation.operands;
  const [form] = forms;
  if (form === 'f32' || form === 'f64') {
    const { name } = operation;
    if (/^(div|sqrt)/.test(name) && random.below(4) === 0)
      return nearlyExact(random, form, name.startsWith('s'));
    if (/^(fcvt|fjcvt|frint)/.test(name) && random.below(4) === 0) return [boundary(random, form), 0n, 0n];
  }
  const a = operand(random, forms[0]!, undefined);
  const b = forms.length > 1 ? operand(random, forms[1]!, a) : 0n;
  if (forms.length < 3) return [a, b, 0n];
  const addend = forms[2]! as 'f16' | 'f32' | 'f64';
  if (addend !== 'f16' && form === addend && random.below(3) === 0) {
    // An addend that nearly cancels the product, or lies far off in its last places.
    const product = toBits(addend, toNumber(addend, a) * toNumber(addend, b));
    return [a, b, float(random, addend, product)];
  }
  return [a, b, operand(random, addend, a)];
}
