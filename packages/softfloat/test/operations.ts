import * as sf from '../src/index.ts';
import { Rounding } from '../src/index.ts';

/** The form of one operand, for the generator of cases. */
export type Operand = 'f16' | 'f32' | 'f64' | 'u32' | 'u64';

/** One operation: the instruction that does it, and this package's function. */
export interface Operation {
  readonly name: string;
  /** Operands are d1, d2, d3, and x1 for the first; the result is d0, or x0 where `general` is set. */
  readonly asm: string;
  readonly operands: readonly Operand[];
  readonly general: boolean;
  /** Whether PSTATE.NZCV is a result too. */
  readonly nzcv: boolean;
  /** A function of the operands' words: a (lo, hi), b, c. Gives the low word, or nothing where `c.hi:lo` has it. */
  readonly run: (c: sf.FloatContext, v: Int32Array) => number | undefined;
}

type Format = 'f16' | 'f32' | 'f64';

const FORMATS: readonly { format: Format; reg: string; bits: 16 | 32 | 64 }[] = [
  { format: 'f16', reg: 'h', bits: 16 },
  { format: 'f32', reg: 's', bits: 32 },
  { format: 'f64', reg: 'd', bits: 64 },
];

const list: Operation[] = [];

function define(
  name: string,
  asm: string,
  operands: readonly Operand[],
  run: (c: sf.FloatContext, v: Int32Array) => number | undefined | undefined,
  options: { general?: boolean; nzcv?: boolean } = {},
): void {
  list.push({
    name,
    asm,
    operands,
    run,
    general: options.general ?? false,
    nzcv: options.nzcv ?? false,
  });
}

type Narrow2 = (c: sf.FloatContext, a: number, b: number) => number;
type Wide2 = (c: sf.FloatContext, aLo: number, aHi: number, bLo: number, bHi: number) => void;

function binary(name: string, mnemonic: string, f16: Narrow2, f32: Narrow2, f64: Wide2): void {
  define(`${name}16`, `${mnemonic} h0, h1, h2`, ['f16', 'f16'], (c, v) => f16(c, v[0]!, v[2]!));
  define(`${name}32`, `${mnemonic} s0, s1, s2`, ['f32', 'f32'], (c, v) => f32(c, v[0]!, v[2]!));
  define(`${name}64`, `${mnemonic} d0, d1, d2`, ['f64', 'f64'], (c, v) => {
    f64(c, v[0]!, v[1]!, v[2]!, v[3]!);
    return undefined;
  });
}

binary('add', 'fadd', sf.add16, sf.add32, sf.add64);
binary('sub', 'fsub', sf.sub16, sf.sub32, sf.sub64);
binary('mul', 'fmul', sf.mul16, sf.mul32, sf.mul64);
binary('mulx', 'fmulx', sf.mulx16, sf.mulx32, sf.mulx64);
binary('div', 'fdiv', sf.div16, sf.div32, sf.div64);
binary('max', 'fmax', sf.max16, sf.max32, sf.max64);
binary('min', 'fmin', sf.min16, sf.min32, sf.min64);
binary('maxNum', 'fmaxnm', sf.maxNum16, sf.maxNum32, sf.maxNum64);
binary('minNum', 'fminnm', sf.minNum16, sf.minNum32, sf.minNum64);
binary('recipStep', 'frecps', sf.recipStep16, sf.recipStep32, sf.recipStep64);
binary('rsqrtStep', 'frsqrts', sf.rsqrtStep16, sf.rsqrtStep32, sf.rsqrtStep64);

type Narrow1 = (c: sf.FloatContext, a: number) => number;
type Wide1 = (c: sf.FloatContext, lo: number, hi: number) => void;

function unary(name: string, mnemonic: string, f16: Narrow1, f32: Narrow1, f64: Wide1): void {
  define(`${name}16`, `${mnemonic} h0, h1`, ['f16'], (c, v) => f16(c, v[0]!));
  define(`${name}32`, `${mnemonic} s0, s1`, ['f32'], (c, v) => f32(c, v[0]!));
  define(`${name}64`, `${mnemonic} d0, d1`, ['f64'], (c, v) => {
    f64(c, v[0]!, v[1]!);
    return undefined;
  });
}

unary('sqrt', 'fsqrt', sf.sqrt16, sf.sqrt32, sf.sqrt64);
unary('recipEstimate', 'frecpe', sf.recipEstimate16, sf.recipEstimate32, sf.recipEstimate64);
unary('rsqrtEstimate', 'frsqrte', sf.rsqrtEstimate16, sf.rsqrtEstimate32, sf.rsqrtEstimate64);
unary('recipExponent', 'frecpx', sf.recipExponent16, sf.recipExponent32, sf.recipExponent64);
define('unsignedRecipEstimate', 'urecpe v0.2s, v1.2s; fmov s0, s0', ['u32'], (_, v) =>
  sf.unsignedRecipEstimate(v[0]!),
);
define('unsignedRsqrtEstimate', 'ursqrte v0.2s, v1.2s; fmov s0, s0', ['u32'], (_, v) =>
  sf.unsignedRsqrtEstimate(v[0]!),
);

// FMSUB and its like check that a NaN's sign is negated before it is processed.
define('mulAdd16', 'fmadd h0, h1, h2, h3', ['f16', 'f16', 'f16'], (c, v) =>
  sf.mulAdd16(c, v[4]!, v[0]!, v[2]!),
);
define('mulAdd32', 'fmadd s0, s1, s2, s3', ['f32', 'f32', 'f32'], (c, v) =>
  sf.mulAdd32(c, v[4]!, v[0]!, v[2]!),
);
define('mulAdd64', 'fmadd d0, d1, d2, d3', ['f64', 'f64', 'f64'], (c, v) => {
  sf.mulAdd64(c, v[4]!, v[5]!, v[0]!, v[1]!, v[2]!, v[3]!);
  return undefined;
});
define('negatedMulSub64', 'fnmadd d0, d1, d2, d3', ['f64', 'f64', 'f64'], (c, v) => {
  sf.mulAdd64(c, v[4]!, v[5]! ^ 0x8000_0000, v[0]!, v[1]! ^ 0x8000_0000, v[2]!, v[3]!);
  return undefined;
});
define('mulSub32', 'fmsub s0, s1, s2, s3', ['f32', 'f32', 'f32'], (c, v) =>
  sf.mulAdd32(c, v[4]!, v[0]! ^ 0x8000_0000, v[2]!),
);
define('mulAdd16To32', 'mov v0.8b, v3.8b; fmlal v0.2s, v1.2h, v2.2h', ['f16', 'f16', 'f32'], (c, v) =>
  sf.mulAdd16To32(c, v[4]!, v[0]!, v[2]!),
);

// Comparisons.
for (const signal of [false, true]) {
  const mnemonic = signal ? 'fcmpe' : 'fcmp';
  const read = 'mrs x0, nzcv; lsr x0, x0, #28';
  const options = { general: true, nzcv: true };
  define(
    `${mnemonic}16`,
    `${mnemonic} h1, h2; ${read}`,
    ['f16', 'f16'],
    (c, v) => {
      return sf.compare16(c, v[0]!, v[2]!, signal);
    },
    options,
  );
  define(
    `${mnemonic}32`,
    `${mnemonic} s1, s2; ${read}`,
    ['f32', 'f32'],
    (c, v) => {
      return sf.compare32(c, v[0]!, v[2]!, signal);
    },
    options,
  );
  define(
    `${mnemonic}64`,
    `${mnemonic} d1, d2; ${read}`,
    ['f64', 'f64'],
    (c, v) => {
      return sf.compare64(c, v[0]!, v[1]!, v[2]!, v[3]!, signal);
    },
    options,
  );
}

type Predicate2 = (c: sf.FloatContext, a: number, b: number) => boolean;
type Predicate4 = (c: sf.FloatContext, aLo: number, aHi: number, bLo: number, bHi: number) => boolean;

function predicate(name: string, mnemonic: string, f16: Predicate2, f32: Predicate2, f64: Predicate4): void {
  define(`${name}16`, `${mnemonic} h0, h1, h2`, ['f16', 'f16'], (c, v) =>
    f16(c, v[0]!, v[2]!) ? 0xffff : 0,
  );
  define(`${name}32`, `${mnemonic} s0, s1, s2`, ['f32', 'f32'], (c, v) => (f32(c, v[0]!, v[2]!) ? -1 : 0));
  define(`${name}64`, `${mnemonic} d0, d1, d2`, ['f64', 'f64'], (c, v) => {
    c.lo = c.hi = f64(c, v[0]!, v[1]!, v[2]!, v[3]!) ? -1 : 0;
    return undefined;
  });
}

predicate('equal', 'fcmeq', sf.equal16, sf.equal32, sf.equal64);
predicate('greaterEqual', 'fcmge', sf.greaterEqual16, sf.greaterEqual32, sf.greaterEqual64);
predicate('greater', 'fcmgt', sf.greater16, sf.greater32, sf.greater64);

// Rounding to integral values; `undefined` is the mode of FPCR.
const INTEGRAL = [
  ['frintn', Rounding.TieEven],
  ['frintp', Rounding.PlusInfinity],
  ['frintm', Rounding.MinusInfinity],
  ['frintz', Rounding.Zero],
  ['frinta', Rounding.TieAway],
  ['frinti', undefined],
  ['frintx', undefined],
] as const;
for (const [mnemonic, mode] of INTEGRAL) {
  const exact = mnemonic === 'frintx';
  unary(
    mnemonic,
    mnemonic,
    (c, a) => sf.roundIntegral16(c, a, mode ?? c.rounding, exact),
    (c, a) => sf.roundIntegral32(c, a, mode ?? c.rounding, exact),
    (c, lo, hi) => sf.roundIntegral64(c, lo, hi, mode ?? c.rounding, exact),
  );
}
for (const bits of [32, 64] as const) {
  for (const [suffix, mode] of [
    ['z', Rounding.Zero],
    ['x', undefined],
  ] as const) {
    const mnemonic = `frint${bits}${suffix}`;
    define(`${mnemonic}_32`, `${mnemonic} s0, s1`, ['f32'], (c, v) =>
      sf.roundIntegralSized32(c, v[0]!, bits, mode ?? c.rounding),
    );
    define(`${mnemonic}_64`, `${mnemonic} d0, d1`, ['f64'], (c, v) => {
      sf.roundIntegralSized64(c, v[0]!, v[1]!, bits, mode ?? c.rounding);
      return undefined;
    });
  }
}

// Conversions between formats.
define('convert16To32', 'fcvt s0, h1', ['f16'], (c, v) => sf.convert16To32(c, v[0]!));
define('convert16To64', 'fcvt d0, h1', ['f16'], (c, v) => {
  sf.convert16To64(c, v[0]!);
  return undefined;
});
define('convert32To16', 'fcvt h0, s1', ['f32'], (c, v) => sf.convert32To16(c, v[0]!));
define('convert32To64', 'fcvt d0, s1', ['f32'], (c, v) => {
  sf.convert32To64(c, v[0]!);
  return undefined;
});
define('convert64To16', 'fcvt h0, d1', ['f64'], (c, v) => sf.convert64To16(c, v[0]!, v[1]!));
define('convert64To32', 'fcvt s0, d1', ['f64'], (c, v) => sf.convert64To32(c, v[0]!, v[1]!));
define('convert64To32Odd', 'fcvtxn s0, d1', ['f64'], (c, v) => sf.convert64To32Odd(c, v[0]!, v[1]!));
define('convert32ToBFloat16', 'bfcvt h0, s1', ['f32'], (c, v) => sf.convert32ToBFloat16(c, v[0]!));

// Conversions to integers and fixed point.
function toFixed(
  format: Format,
  width: 16 | 32 | 64,
  unsigned: boolean,
  fractionBits: number,
  rounding: number,
): (c: sf.FloatContext, v: Int32Array) => number | undefined {
  return (c, v) => {
    if (format === 'f16') sf.toFixed16(c, v[0]!, width, unsigned, fractionBits, rounding);
    else if (format === 'f32') sf.toFixed32(c, v[0]!, width, unsigned, fractionBits, rounding);
    else sf.toFixed64(c, v[0]!, v[1]!, width, unsigned, fractionBits, rounding);
    if (width === 64) return undefined;
    return width === 32 ? c.lo : c.lo & 0xffff;
  };
}
const MODES = [
  ['n', 0],
  ['p', 1],
  ['m', 2],
  ['z', 3],
  ['a', 4],
] as const;
for (const { format, reg, bits } of FORMATS) {
  for (const unsigned of [false, true]) {
    const u = unsigned ? 'u' : 's';
    for (const [letter, mode] of MODES) {
      const mnemonic = `fcvt${letter}${u}`;
      for (const width of [32, 64] as const) {
        const x = width === 64 ? 'x' : 'w';
        define(
          `${mnemonic}_${x}${reg}`,
          `${mnemonic} ${x}0, ${reg}1`,
          [format],
          toFixed(format, width, unsigned, 0, mode),
          {
            general: true,
          },
        );
      }
      if (bits === 16)
        define(`${mnemonic}_h`, `${mnemonic} h0, h1`, [format], toFixed(format, 16, unsigned, 0, mode));
    }
    const mnemonic = `fcvtz${u}`;
    for (const [width, fractionBits] of [
      [32, 1],
      [32, 13],
      [32, 32],
      [64, 1],
      [64, 33],
      [64, 64],
    ] as const) {
      const x = width === 64 ? 'x' : 'w';
      define(
        `${mnemonic}_${x}${reg}_${fractionBits}`,
        `${mnemonic} ${x}0, ${reg}1, #${fractionBits}`,
        [format],
        toFixed(format, width, unsigned, fractionBits, Rounding.Zero),
        { general: true },
      );
    }
    // QEMU 7.2 extends the sign of FCVTZS Hd, Hn, #fbits into bits 31:16 of the register, so take the vector form.
    const [rd, rn] = bits === 16 ? ['v0.4h', 'v1.4h'] : [`${reg}0`, `${reg}1`];
    for (const fractionBits of [1, bits / 2, bits]) {
      define(
        `${mnemonic}_${reg}_${fractionBits}`,
        `${mnemonic} ${rd}, ${rn}, #${fractionBits}`,
        [format],
        toFixed(format, bits, unsigned, fractionBits, Rounding.Zero),
      );
    }
  }
}
define('fjcvtzs', 'fjcvtzs w0, d1', ['f64'], (c, v) => sf.toInt32JavaScript(c, v[0]!, v[1]!), {
  general: true,
  nzcv: true,
});

// Conversions from integers and fixed point.
for (const { format, reg } of FORMATS) {
  for (const unsigned of [false, true]) {
    const mnemonic = unsigned ? 'ucvtf' : 'scvtf';
    for (const width of [32, 64] as const) {
      const x = width === 64 ? 'x' : 'w';
      for (const fractionBits of [0, 1, width / 2 + 3, width]) {
        define(
          `${mnemonic}_${reg}${x}_${fractionBits}`,
          `${mnemonic} ${reg}0, ${x}1${fractionBits > 0 ? `, #${fractionBits}` : ''}`,
          [width === 64 ? 'u64' : 'u32'],
          (c, v) => {
            const lo = v[0]!;
            const hi = width === 64 ? v[1]! : unsigned ? 0 : lo >> 31;
            if (format === 'f16') return sf.fromFixed16(c, lo, hi, unsigned, fractionBits);
            if (format === 'f32') return sf.fromFixed32(c, lo, hi, unsigned, fractionBits);
            sf.fromFixed64(c, lo, hi, unsigned, fractionBits);
            return undefined;
          },
        );
      }
    }
  }
}

export const OPERATIONS: readonly Operation[] = list;
