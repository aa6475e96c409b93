import { FloatContext, mulAdd32, mulAdd64 } from '@armature/softfloat';
import { expect, test, vi } from 'vitest';
import { registerRunner } from './register-cases.ts';

vi.mock('../src/floating-point/host-fused.ts', () => ({
  hostHasMultiplyAdd: () => false,
  hostFusesMultiplyAdd: () => false,
}));

/** FMADD of V1, V2 and V3 into V0. */
const FMADD = { single: 0x1f02_0c20, double: 0x1f42_0c20 } as const;
const COUNT = 4000;
const INEXACT = 0x10;

/** Whole numbers below a limit; the same sequence in every run. */
function sequence(): (limit: number) => number {
  let state = 5;
  return (limit) => {
    state = (Math.imul(state, 0x2c92_77b5) + 0x3c6e_f35f) | 0;
    return Math.floor((((state ^ (state >>> 15)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Lowest bits of the exponent and of the fraction, and the exponent of 1, in the high word of a format. */
const FORMATS = {
  single: { exponentAt: 23, one: 127, fractionBits: 23 },
  double: { exponentAt: 20, one: 1023, fractionBits: 52 },
} as const;

/**
 * The low and the high word of a number with few significant bits or a few units from that, near 1 or as far from it
 * as a significand is long: exact results, ties and cancellation.
 */
function nearNumber(format: 'single' | 'double', below: (limit: number) => number): [number, number] {
  const { exponentAt, one, fractionBits } = FORMATS[format];
  const distance = [0, 1, fractionBits, fractionBits + 1, below(2 * fractionBits)][below(5)]!;
  const exponent = one + (below(2) === 0 ? distance : -distance);
  const any = below(2 ** 32);
  const low = [0, below(4), ~below(4), 1 << below(32), any, (any >>> 12) << 12][below(6)]! | 0;
  const high = [0, 0, -1, 1 << below(32), below(2 ** 32)][below(5)]!;
  const top = (below(2) << 31) | (exponent << exponentAt);
  if (format === 'single') return [top | (low & 0x7f_ffff), 0];
  return [low, top | (high & 0xf_ffff)];
}

function expected(format: 'single' | 'double', operands: readonly [number, number][], fpsr: number) {
  const context = new FloatContext();
  context.flags = fpsr;
  const [a, b, addend] = operands as [[number, number], [number, number], [number, number]];
  if (format === 'single') return [mulAdd32(context, addend[0], a[0], b[0]) | 0, 0, context.flags];
  mulAdd64(context, addend[0], addend[1], a[0], a[1], b[0], b[1]);
  return [context.lo, context.hi, context.flags];
}

test.each(['single', 'double'] as const)(
  'multiply-add without an instruction of the host for it is right in %s-precision',
  async (format) => {
    const run = await registerRunner();
    const below = sequence();
    const wrong: string[] = [];
    for (let index = 0; index < COUNT; index++) {
      const fpsr = below(4) === 0 ? 0 : INEXACT;
      const operands = [1, 2, 3].map(() => nearNumber(format, below));
      const registers = operands.map(([lo, hi]) => new Uint8Array(Int32Array.of(lo, hi, 0, 0).buffer));
      const result = run({ word: FMADD[format], fpsr, v: [new Uint8Array(16), ...registers] });
      const v0 = result.v(0);
      const got = [v0.getInt32(0, true), v0.getInt32(4, true), result.fpsr];
      const want = expected(format, operands, fpsr);
      if (got.join() !== want.join()) wrong.push(`${operands.join(' ')}: ${got}, not ${want}`);
    }
    expect(wrong).toEqual([]);
  },
);
