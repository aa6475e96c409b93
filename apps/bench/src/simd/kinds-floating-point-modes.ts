import { floatSeries, floats, times } from './assembly.ts';
import type { SimdKind } from './kinds.ts';

/** Floating point that is not ordinary: other modes in FPCR, exact results, and numbers that are not normal. */

/** FPCR.RMode towards plus infinity. */
const ROUND_UP = 1 << 22;
/** FPCR.FZ. */
const FLUSH_TO_ZERO = 1 << 24;
/** FPCR.DN. */
const DEFAULT_NAN = 1 << 25;

const chains = (bits: 16 | 32 | 64): string =>
  `${floatSeries(bits, 0, 8, 1.1)}\n${floatSeries(bits, 16, 8, 0.3)}`;

const sums = (first: string, last: string): string[] =>
  times(16, (i) => `fadd ${first}${i % 8}${last}, ${first}${i % 8}${last}, ${first}${16 + (i % 8)}${last}`);

export const FLOATING_POINT_MODE_KINDS: readonly SimdKind[] = [
  {
    name: 'FADD d, exact',
    group: 'modes',
    note: 'whole numbers, FPSR.IXC stays 0',
    setup: times(8, (i) => `${floats(64, i, i)}\n${floats(64, 16 + i, 1 + i)}`).join('\n'),
    body: sums('d', ''),
    turns: 1_500_000,
  },
  {
    name: 'FMUL d, exact',
    group: 'modes',
    note: 'powers of two, FPSR.IXC stays 0',
    setup: `${times(8, (i) => floats(64, i, 3 + i)).join('\n')}\n${floats(64, 16, 2)}\n${floats(64, 17, 0.5)}`,
    body: times(16, (i) => `fmul d${i % 8}, d${i % 8}, d${16 + (i >> 3)}`),
    turns: 1_700_000,
  },
  {
    name: 'FADD 4s, exact',
    group: 'modes',
    note: 'whole numbers, FPSR.IXC stays 0',
    setup: times(8, (i) => `${floats(32, i, i)}\n${floats(32, 16 + i, i % 2 ? 1 : -1)}`).join('\n'),
    body: times(16, (i) => `${i < 8 ? 'fadd' : 'fsub'} v${i % 8}.4s, v${i % 8}.4s, v${16 + (i % 8)}.4s`),
    turns: 360_000,
  },
  {
    name: 'FADD d, RMode = RP',
    group: 'modes',
    setup: chains(64),
    body: sums('d', ''),
    fpcr: ROUND_UP,
    turns: 1_500_000,
  },
  {
    name: 'FMUL d, RMode = RP',
    group: 'modes',
    setup: `${floatSeries(64, 0, 8, 1.1)}\n${floats(64, 16, 1.7)}\n${floats(64, 17, 1 / 1.7)}`,
    body: times(16, (i) => `fmul d${i % 8}, d${i % 8}, d${16 + (i >> 3)}`),
    fpcr: ROUND_UP,
    turns: 1_700_000,
  },
  {
    name: 'FMLA 4s, RMode = RP',
    group: 'modes',
    setup: `${chains(32)}\n${floatSeries(32, 24, 8, -0.6)}`,
    body: times(
      16,
      (i) => `${i < 8 ? 'fmla' : 'fmls'} v${i % 8}.4s, v${16 + (i % 8)}.4s, v${24 + (i % 8)}.4s`,
    ),
    fpcr: ROUND_UP,
    turns: 150_000,
  },
  {
    name: 'FADD d, FZ',
    group: 'modes',
    setup: chains(64),
    body: sums('d', ''),
    fpcr: FLUSH_TO_ZERO,
    turns: 3_000_000,
  },
  {
    name: 'FMLA 4s, FZ and DN',
    group: 'modes',
    setup: `${chains(32)}\n${floatSeries(32, 24, 8, -0.6)}`,
    body: times(
      16,
      (i) => `${i < 8 ? 'fmla' : 'fmls'} v${i % 8}.4s, v${16 + (i % 8)}.4s, v${24 + (i % 8)}.4s`,
    ),
    fpcr: FLUSH_TO_ZERO | DEFAULT_NAN,
    turns: 370_000,
  },
  {
    name: 'FMUL s, subnormal results',
    group: 'modes',
    setup: `${floatSeries(32, 16, 8, 2 ** -70)}\n${floatSeries(32, 24, 8, 2 ** -65)}`,
    body: times(16, (i) => `fmul s${i % 8}, s${16 + (i % 8)}, s${24 + (i % 8)}`),
    turns: 800_000,
  },
  {
    name: 'FADD d, NaN operands',
    group: 'modes',
    setup: `${chains(64)}\n ldr x1, =0x7ff8000000001234\n dup v16.2d, x1\n dup v18.2d, x1`,
    body: times(16, (i) => `fadd d${24 + (i % 8)}, d${i % 8}, d${16 + 2 * (i % 2)}`),
    turns: 1_600_000,
  },
];
