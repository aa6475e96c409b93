import { describe, expect, test, vi } from 'vitest';
import { FloatingPointUnit } from '../src/floating-point/unit.ts';
import { lanes, registerRunner } from './register-cases.ts';

const INEXACT = 0x10;
/** FPCR.FZ. */
const FLUSH = 1 << 24;
const runCase = await registerRunner();

/** Runs one word with doubles, or singles, in V1 to V3; tells what the software was asked for. */
function run(word: number, operands: readonly number[], fpsr: number, fpcr = 0) {
  const bits = (word & (1 << 22)) !== 0 ? 64 : 32;
  const software = vi.spyOn(FloatingPointUnit.prototype, 'run');
  const result = runCase({
    word,
    fpsr,
    fpcr,
    v: [lanes(bits), ...operands.map((value) => lanes(bits, value))],
  });
  const calls = software.mock.calls.length;
  software.mockRestore();
  const view = result.v(0);
  return {
    software: calls,
    value: bits === 64 ? view.getFloat64(0, true) : view.getFloat32(0, true),
    fpsr: result.fpsr,
  };
}

const SINGLE = 0x1e20_0000;
const DOUBLE = 0x1e60_0000;
const TWO = (2 << 16) | (1 << 5);

/** Words with Rd = 0, Rn = 1, Rm = 2, Ra = 3; operands and results that are exact, and that are not. */
const ARITHMETIC = [
  ['FADD', 0x2800 | TWO, [1.5, 2.25], [1, 1e-9]],
  ['FSUB', 0x3800 | TWO, [1.5, 1.5], [1, 1e-9]],
  ['FMUL', 0x0800 | TWO, [1.5, -3], [1.1, 1.1]],
  ['FNMUL', 0x8800 | TWO, [0, 3], [1.1, 1.1]],
  ['FDIV', 0x1800 | TWO, [7.5, 2.5], [1, 3]],
  ['FSQRT', 0x1_c000 | (1 << 5), [2.25], [2]],
] as const;

describe.each([
  ['single', SINGLE],
  ['double', DOUBLE],
] as const)('the host computes in %s-precision', (_, format) => {
  test.each(ARITHMETIC)('%s', (_name, word, exact, inexact) => {
    expect(run(format | word, exact, 0)).toMatchObject({ software: 0, fpsr: 0 });
    expect(run(format | word, inexact, INEXACT)).toMatchObject({ software: 0, fpsr: INEXACT });
    expect(run(format | word, inexact, 0)).toMatchObject({ software: 1, fpsr: INEXACT });
  });

  test('FMADD', () => {
    const word = (format & ~0x0020_0000) | 0x0100_0000 | (3 << 10) | TWO;
    expect(run(word, [1.5, 3, 10], 0)).toMatchObject({ software: 0, fpsr: 0, value: 14.5 });
    expect(run(word, [0, 3, 10], 0)).toMatchObject({ software: 0, fpsr: 0, value: 10 });
    expect(run(word, [1.5, 3, -4.5], 0)).toMatchObject({ software: 0, fpsr: 0, value: 0 });
    expect(run(word, [1.1, 1.3, 1.7], INEXACT)).toMatchObject({ software: 0, fpsr: INEXACT });
    expect(run(word, [1.1, 1.3, 1.7], 0)).toMatchObject({ software: 1, fpsr: INEXACT });
  });
});

const add = DOUBLE | 0x2800 | TWO;
const multiply = DOUBLE | 0x0800 | TWO;

describe('functions of the module compute', () => {
  const UP = 1 << 22;

  test.each([
    ['quiet NaNs', add, [Number.NaN, 1], 0, Number.NaN],
    ['results of infinite operands', add, [Number.POSITIVE_INFINITY, 1], 0, Number.POSITIVE_INFINITY],
    ['exact sums in another rounding mode', add, [1, 2], UP, 3],
    ['inexact sums', add, [1, 2 ** -60], UP, 1 + 2 ** -52],
    ['inexact products', multiply, [1 + 2 ** -30, 1 + 2 ** -30], UP, 1 + 2 ** -29 + 2 ** -52],
    ['subnormal results', (SINGLE | 0x0800 | TWO) >>> 0, [2 ** -100, 2 ** -40], 0, 2 ** -140],
  ] as const)('%s', (_, word, operands, fpcr, value) => {
    expect(run(word, operands, INEXACT, fpcr)).toEqual({ software: 0, fpsr: INEXACT, value });
  });

  test('but not where there is a flag to set', () => {
    expect(run(add, [1, 2 ** -60], 0, UP)).toEqual({ software: 1, fpsr: INEXACT, value: 1 + 2 ** -52 });
  });
});

describe('the software computes', () => {
  test.each([
    ['infinite results of finite numbers', add, [Number.MAX_VALUE, Number.MAX_VALUE]],
    ['results that may have underflowed', multiply, [2 ** -1000, 2 ** -22]],
    ['products that vanish', multiply, [2 ** -1000, 2 ** -1000]],
    ['invalid operations', add, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ] as const)('%s', (_, word, operands) => {
    expect(run(word, operands, INEXACT).software).toBe(1);
  });

  test('what FPCR has another way for', () => {
    expect(run(add, [1, 2], INEXACT, FLUSH).software).toBe(0);
    expect(run(add, [2 ** -1023, 2], INEXACT, FLUSH).software).toBe(1);
    expect(run(add, [1.5 * 2 ** -1022, -(2 ** -1022)], INEXACT, FLUSH).software).toBe(1);
    expect(run(add, [1, 2], INEXACT, 1 << 25).software).toBe(0);
  });
});
