import { describe, expect, test } from 'vitest';
import { FloatContext } from '../src/index.ts';
import { controls, operandsFor } from './cases.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { Random } from './random.ts';
import type { Env } from './reference.ts';
import { REFERENCE } from './reference-operations.ts';

const SEED = Number(process.env['SOFTFLOAT_SEED'] ?? 1);
const CASES = Number(process.env['SOFTFLOAT_REFERENCE_CASES'] ?? 300);

const context = new FloatContext();
const words = new Int32Array(6);

/** A line that describes the difference, or undefined. */
function difference(
  operation: Operation,
  fpcr: number,
  rounding: number,
  operands: readonly [bigint, bigint, bigint],
): string | undefined {
  operands.forEach((value, n) => {
    words[2 * n] = Number(BigInt.asIntN(32, value));
    words[2 * n + 1] = Number(BigInt.asIntN(32, value >> 32n));
  });
  context.setControl(fpcr);
  context.rounding = rounding;
  context.flags = 0;
  const env: Env = {
    rounding,
    FZ: context.flushToZero,
    FZ16: context.flushHalf,
    DN: context.defaultNaN,
    AHP: context.alternativeHalf,
    flags: 0,
  };
  const low = operation.run(context, words);
  const high = low === undefined ? BigInt.asUintN(32, BigInt(context.hi)) << 32n : 0n;
  const value = high | BigInt.asUintN(32, BigInt(low ?? context.lo));
  const expected = REFERENCE.get(operation.name)!(env, ...operands);
  if (value === expected && context.flags === env.flags) return undefined;
  const shown = operands.map((operand) => operand.toString(16)).join(' ');
  return (
    `${operation.name} fpcr ${fpcr.toString(16)} mode ${rounding} operands ${shown}: ` +
    `${value.toString(16)} flags ${context.flags}, expected ${expected.toString(16)} flags ${env.flags}`
  );
}

/** Modes 4 and 5 make no sense where FPCR gives the mode of an instruction to an integral value. */
const modes = (operation: Operation) => (operation.name.startsWith('frint') ? 4 : 6);

describe('against exact rational arithmetic', () => {
  test('every operation has a reference', () => {
    expect(OPERATIONS.filter(({ name }) => !REFERENCE.has(name)).map(({ name }) => name)).toEqual([]);
  });

  test(`${CASES} cases of each operation, in every rounding mode, seed ${SEED}`, () => {
    const random = new Random(SEED);
    const lines: string[] = [];
    for (const operation of OPERATIONS) {
      for (let n = 0; n < CASES; n += 1) {
        const line = difference(
          operation,
          controls(random),
          n % modes(operation),
          operandsFor(random, operation),
        );
        if (line !== undefined && lines.length < 20) lines.push(line);
      }
    }
    expect(lines).toEqual([]);
  });

  test('every binary16 operand, in turn for each control', () => {
    const lines: string[] = [];
    const unary = OPERATIONS.filter(
      ({ operands, name }) =>
        operands.length === 1 &&
        operands[0] === 'f16' &&
        /^(sqrt|recip|rsqrt|convert|frintx|fcvtas_wh)/.test(name),
    );
    for (const operation of unary) {
      for (let value = 0; value < 0x1_0000; value += 1) {
        const fpcr = ((value * 7) & 0xf) << 23;
        const line = difference(operation, fpcr | ((value & 4) << 17), (value >> 4) & 3, [
          BigInt(value),
          0n,
          0n,
        ]);
        if (line !== undefined && lines.length < 20) lines.push(line);
      }
    }
    expect(lines).toEqual([]);
  });
});
