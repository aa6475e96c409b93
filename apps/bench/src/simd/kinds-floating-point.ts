import { floatSeries, floats, times } from './assembly.ts';
import type { SimdKind } from './kinds.ts';

/*
 * Floating point with FPCR as it is at reset. V0 to V7 are eight chains of dependent results; V16 to V23 are what
 * they meet. Values are chosen to stay ordinary however long a loop runs: sums grow, products are divided again.
 */

/** Eight chains and eight other operands. */
const chains = (bits: 16 | 32 | 64): string =>
  `${floatSeries(bits, 0, 8, 1.1)}\n${floatSeries(bits, 16, 8, 0.3)}`;

/** Chains, and two factors that undo each other but for rounding. */
const products = (bits: 16 | 32 | 64): string =>
  `${floatSeries(bits, 0, 8, 1.1)}\n${floats(bits, 16, 1.7)}\n${floats(bits, 17, 1 / 1.7)}`;

/** Chains that go to a limit: a factor below one, and an addend. */
const limits = (bits: 16 | 32 | 64): string =>
  `${floatSeries(bits, 0, 8, 1.1)}\n${floats(bits, 16, 0.7)}\n${floatSeries(bits, 17, 8, 0.3)}`;

const SUFFIX = { 16: 'h', 32: 's', 64: 'd' } as const;
const LANES = { 16: '8h', 32: '4s', 64: '2d' } as const;

const scalarSum = (bits: 16 | 32 | 64, turns: number): SimdKind => {
  const r = SUFFIX[bits];
  return {
    name: `FADD ${r}`,
    group: bits === 16 ? 'half' : 'scalar',
    setup: chains(bits),
    body: times(16, (i) => `fadd ${r}${i % 8}, ${r}${i % 8}, ${r}${16 + (i % 8)}`),
    turns,
  };
};

const scalarProduct = (bits: 16 | 32 | 64, turns: number): SimdKind => {
  const r = SUFFIX[bits];
  return {
    name: `FMUL ${r}`,
    group: bits === 16 ? 'half' : 'scalar',
    setup: products(bits),
    body: times(16, (i) => `fmul ${r}${i % 8}, ${r}${i % 8}, ${r}${16 + (i >> 3)}`),
    turns,
  };
};

const scalarFused = (bits: 16 | 32 | 64, turns: number): SimdKind => {
  const r = SUFFIX[bits];
  return {
    name: `FMADD ${r}`,
    group: bits === 16 ? 'half' : 'scalar',
    setup: limits(bits),
    body: times(16, (i) => `fmadd ${r}${i % 8}, ${r}${i % 8}, ${r}16, ${r}${17 + (i % 8)}`),
    turns,
  };
};

const scalarQuotient = (bits: 32 | 64, turns: number): SimdKind => {
  const r = SUFFIX[bits];
  return {
    name: `FDIV ${r}`,
    group: 'scalar',
    setup: chains(bits),
    body: times(16, (i) => `fdiv ${r}${i % 8}, ${r}${16 + (i % 8)}, ${r}${i % 8}`),
    turns,
  };
};

const scalarRoot = (bits: 32 | 64, turns: number): SimdKind => {
  const r = SUFFIX[bits];
  return {
    name: `FSQRT ${r}`,
    group: 'scalar',
    setup: chains(bits),
    body: times(16, (i) => `fsqrt ${r}${i % 8}, ${r}${16 + ((i + 3) % 8)}`),
    turns,
  };
};

const scalar: readonly SimdKind[] = [
  scalarSum(64, 2_500_000),
  scalarSum(32, 3_500_000),
  scalarProduct(64, 2_100_000),
  scalarProduct(32, 2_900_000),
  scalarFused(64, 1_000_000),
  scalarFused(32, 740_000),
  scalarQuotient(64, 2_100_000),
  scalarQuotient(32, 3_800_000),
  scalarRoot(64, 2_000_000),
  scalarRoot(32, 2_700_000),
  {
    name: 'FMAX, FMINNM d',
    group: 'scalar',
    setup: chains(64),
    body: times(16, (i) => `${i % 2 ? 'fmax' : 'fminnm'} d${i % 8}, d${(i + 1) % 8}, d${16 + (i % 8)}`),
    turns: 420_000,
  },
  {
    name: 'FABS, FNEG, FMOV d',
    group: 'scalar',
    setup: chains(64),
    body: times(16, (i) => `${['fabs', 'fneg', 'fmov'][i % 3]} d${i % 8}, d${(i + 3) % 8}`),
    turns: 1_500_000,
  },
  {
    name: 'FCMP d, branch',
    group: 'scalar',
    setup: chains(64),
    body: times(8, (i) => `fcmp d${i}, d${i % 2 ? 16 : 7 - i}\n b.gt ${10 + i}f\n${10 + i}:`),
    turns: 3_700_000,
  },
  {
    name: 'FCMP s, FCSEL',
    group: 'scalar',
    setup: chains(32),
    body: times(8, (i) => `fcmp s${i}, s${16 + i}\n fcsel s${24 + i}, s${i}, s${16 + i}, mi`),
    turns: 4_200_000,
  },
  {
    name: 'FCVT s from d, d from s',
    group: 'scalar',
    setup: chains(64),
    body: times(16, (i) =>
      i % 2 ? `fcvt d${24 + (i >> 1)}, s${i >> 1}` : `fcvt s${i >> 1}, d${16 + (i >> 1)}`,
    ),
    turns: 1_100_000,
  },
  {
    name: 'SCVTF, UCVTF d and s from x and w',
    group: 'scalar',
    setup: times(8, (i) => `ldr x${8 + i}, =${0x1234_5678_9abc_dn * BigInt(i + 1)}`).join('\n'),
    body: times(
      16,
      (i) => `${['scvtf d', 'ucvtf d', 'scvtf s'][i % 3]}${i % 8}, ${i % 3 === 2 ? 'w' : 'x'}${8 + (i % 8)}`,
    ),
    turns: 4_700_000,
  },
  {
    name: 'FCVTZS, FCVTZU x and w from d and s',
    group: 'scalar',
    setup: `${floatSeries(64, 0, 4, 1234.5)}\n${floatSeries(32, 4, 4, 4321.7)}`,
    body: times(
      16,
      (i) =>
        `${i % 3 ? 'fcvtzs' : 'fcvtzu'} ${i % 4 < 2 ? 'x' : 'w'}${8 + (i % 8)}, ${i % 8 < 4 ? 'd' : 's'}${i % 8}`,
    ),
    turns: 520_000,
  },
  {
    name: 'FCVTNS, FCVTMS, FCVTAS x from d',
    group: 'scalar',
    setup: floatSeries(64, 0, 8, 1234.5),
    body: times(16, (i) => `${['fcvtns', 'fcvtms', 'fcvtas'][i % 3]} x${8 + (i % 8)}, d${i % 8}`),
    turns: 460_000,
  },
  {
    name: 'FRINTN, FRINTZ, FRINTA d',
    group: 'scalar',
    setup: floatSeries(64, 0, 8, 1234.4),
    body: times(16, (i) => `${['frintn', 'frintz', 'frinta'][i % 3]} d${16 + (i % 8)}, d${i % 8}`),
    turns: 420_000,
  },
];

const half: readonly SimdKind[] = [
  scalarSum(16, 800_000),
  scalarProduct(16, 1_100_000),
  scalarFused(16, 600_000),
  {
    name: 'FCVT h from s, s from h',
    group: 'half',
    setup: chains(32),
    body: times(16, (i) =>
      i % 2 ? `fcvt s${24 + (i >> 1)}, h${i >> 1}` : `fcvt h${i >> 1}, s${16 + (i >> 1)}`,
    ),
    turns: 800_000,
  },
];

const vectorOf = (
  name: string,
  bits: 16 | 32 | 64,
  turns: number,
  setup: string,
  one: (i: number, d: string, lanes: string) => string,
): SimdKind => ({
  name: `${name} ${LANES[bits]}`,
  group: bits === 16 ? 'half' : 'vector',
  setup,
  body: times(16, (i) => one(i, `v${i % 8}.${LANES[bits]}`, LANES[bits])),
  turns,
});

/** Turns of FADD, FMUL and FMLA. */
const ARITHMETIC = [
  [64, 1_500_000, 1_300_000, 670_000],
  [32, 870_000, 870_000, 350_000],
  [16, 130_000, 140_000, 94_000],
] as const;

const arithmetic = ARITHMETIC.flatMap(([bits, sums, multiplications, fused]) => [
  vectorOf('FADD', bits, sums, chains(bits), (i, d, t) => `fadd ${d}, ${d}, v${16 + (i % 8)}.${t}`),
  vectorOf(
    'FMUL',
    bits,
    multiplications,
    products(bits),
    (i, d, t) => `fmul ${d}, ${d}, v${16 + (i >> 3)}.${t}`,
  ),
  vectorOf(
    'FMLA',
    bits,
    fused,
    `${chains(bits)}\n${floatSeries(bits, 24, 8, -0.6)}`,
    (i, d, t) => `${i < 8 ? 'fmla' : 'fmls'} ${d}, v${16 + (i % 8)}.${t}, v${24 + (i % 8)}.${t}`,
  ),
]);

const vector: readonly SimdKind[] = [
  ...arithmetic,
  vectorOf('FDIV', 32, 1_000_000, chains(32), (i, d) => `fdiv ${d}, v${16 + (i % 8)}.4s, ${d}`),
  vectorOf('FSQRT', 64, 2_200_000, chains(64), (i, d) => `fsqrt ${d}, v${16 + ((i + 3) % 8)}.2d`),
  vectorOf(
    'FCMGT, FCMEQ, FACGE',
    32,
    740_000,
    chains(32),
    (i) => `${['fcmgt', 'fcmeq', 'facge'][i % 3]} v${24 + (i % 8)}.4s, v${i % 8}.4s, v${16 + (i % 8)}.4s`,
  ),
  vectorOf(
    'FMAX, FMINNM',
    32,
    140_000,
    chains(32),
    (i, d) => `${i % 2 ? 'fmax' : 'fminnm'} ${d}, v${(i + 1) % 8}.4s, v${16 + (i % 8)}.4s`,
  ),
  vectorOf('FCVTZS, SCVTF', 32, 290_000, floatSeries(32, 0, 8, 1234.5), (i) =>
    i % 2 ? `scvtf v${24 + (i >> 1)}.4s, v${16 + (i >> 1)}.4s` : `fcvtzs v${16 + (i >> 1)}.4s, v${i >> 1}.4s`,
  ),
  vectorOf(
    'FRINTN, FRINTA',
    32,
    120_000,
    floatSeries(32, 0, 8, 1234.5),
    (i) => `${i % 2 ? 'frintn' : 'frinta'} v${16 + (i % 8)}.4s, v${i % 8}.4s`,
  ),
  vectorOf('FADDP, FMAXV', 32, 320_000, chains(32), (i) =>
    i % 2
      ? `fmaxv s${24 + (i % 8)}, v${i % 8}.4s`
      : `faddp v${24 + (i % 8)}.4s, v${i % 8}.4s, v${16 + (i % 8)}.4s`,
  ),
  vectorOf(
    'FRECPE, FRECPS, FRSQRTE, FRSQRTS',
    32,
    47_000,
    chains(32),
    (i) =>
      [
        `frecpe v${24 + (i >> 2)}.4s, v${i >> 1}.4s`,
        `frecps v${28 + (i >> 2)}.4s, v${24 + (i >> 2)}.4s, v${i >> 1}.4s`,
        `frsqrte v${24 + (i >> 2)}.4s, v${i >> 1}.4s`,
        `frsqrts v${28 + (i >> 2)}.4s, v${24 + (i >> 2)}.4s, v${i >> 1}.4s`,
      ][i % 4] as string,
  ),
  {
    name: 'FCVTN, FCVTL 4h and 4s',
    group: 'half',
    setup: chains(32),
    body: times(16, (i) =>
      i % 2 ? `fcvtl v${24 + (i >> 1)}.4s, v${i >> 1}.4h` : `fcvtn v${i >> 1}.4h, v${16 + (i >> 1)}.4s`,
    ),
    turns: 250_000,
  },
  {
    name: 'FMLAL 4s from 4h',
    group: 'half',
    setup: `${floatSeries(32, 0, 8, 1.1)}\n${floatSeries(16, 16, 8, 0.3)}\n${floatSeries(16, 24, 8, -0.6)}`,
    body: times(
      16,
      (i) => `${i < 8 ? 'fmlal' : 'fmlsl'} v${i % 8}.4s, v${16 + (i % 8)}.4h, v${24 + (i % 8)}.4h`,
    ),
    turns: 170_000,
  },
  {
    name: 'BFDOT 4s',
    group: 'half',
    setup: `${floatSeries(32, 0, 8, 1.1)}\n${floatSeries(32, 16, 8, 0.3)}\n${floatSeries(32, 24, 8, -0.6)}`,
    body: times(16, (i) => `bfdot v${i % 8}.4s, v${16 + (i % 8)}.8h, v${24 + (i % 8)}.8h`),
    turns: 80_000,
  },
];

export const FLOATING_POINT_KINDS: readonly SimdKind[] = [...scalar, ...half, ...vector];
