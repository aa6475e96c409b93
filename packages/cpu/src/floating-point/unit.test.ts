import { CPU_BLOCK, CPU_STATE, CpuState } from '@armature/core';
import { Rounding } from '@armature/softfloat';
import { describe, expect, test } from 'vitest';
import { SOFT_RESULT, softOperand } from './operands.ts';
import {
  type FormatBits,
  type SoftOperationName,
  type SoftOperationOptions,
  softOperation,
} from './operation-word.ts';
import { FloatingPointUnit, HOST_ARITHMETIC } from './unit.ts';

const pages = Math.ceil(CPU_BLOCK.size / 65536) + 1;
const cpu = new CpuState(new WebAssembly.Memory({ initial: pages }), 4096);
const unit = new FloatingPointUnit(cpu);

/** Runs an operation on 128-bit operands; gives the result and the flags it set. */
function run(
  name: SoftOperationName,
  format: FormatBits,
  operands: readonly bigint[],
  options: SoftOperationOptions = {},
  fpcr = 0n,
): { result: bigint; flags: bigint } {
  cpu.setSystem('FPCR', fpcr);
  cpu.setSystem('FPSR', 0n);
  cpu.set64(SOFT_RESULT, 0n);
  cpu.set64(SOFT_RESULT + 8, 0n);
  operands.forEach((operand, index) => {
    cpu.set64(softOperand(index), operand);
    cpu.set64(softOperand(index) + 8, operand >> 64n);
  });
  unit.run(softOperation(name, format, options));
  return {
    result: (cpu.get64(SOFT_RESULT + 8) << 64n) | cpu.get64(SOFT_RESULT),
    flags: cpu.system('FPSR'),
  };
}

describe('operations in software', () => {
  test('take one lane unless told otherwise', () => {
    const ones = 0x3f80_0000_3f80_0000n;
    expect(run('add', 32, [ones, ones])).toEqual({ result: 0x4000_0000n, flags: 0n });
  });

  test.each([
    ['half', 16, 8, 0x3c00n, 0x4000n],
    ['single', 32, 4, 0x3f80_0000n, 0x4000_0000n],
    ['double', 64, 2, 0x3ff0_0000_0000_0000n, 0x4000_0000_0000_0000n],
  ] as const)('take all lanes in %s-precision', (_, format, lanes, one, two) => {
    const all = (lane: bigint): bigint =>
      Array.from({ length: lanes }).reduce<bigint>((sum) => (sum << BigInt(format)) | lane, 0n);
    expect(run('add', format, [all(one), all(one)], { lanes }).result).toBe(all(two));
    expect(run('mulAdd', format, [all(one), all(one), all(one)], { lanes }).result).toBe(all(two));
    const mask = (1n << 128n) - 1n;
    expect(run('greater', format, [all(two), all(one)], { lanes }).result).toBe(mask);
  });

  test('widen and narrow lanes', () => {
    const singles = 0x4000_0000_3f80_0000n;
    const doubles = (0x4000_0000_0000_0000n << 64n) | 0x3ff0_0000_0000_0000n;
    expect(run('toDouble', 32, [singles], { lanes: 2 }).result).toBe(doubles);
    expect(run('toSingle', 64, [doubles], { lanes: 2 }).result).toBe(singles);
  });

  test('obey FPCR and the parameters of the word', () => {
    const half = 0x3f00_0000n;
    const word = { width: 32 } as const;
    expect(run('toFixed', 32, [half], { ...word, rounding: Rounding.PlusInfinity }).result).toBe(1n);
    expect(run('toFixed', 32, [half], { ...word, rounding: Rounding.Zero }).result).toBe(0n);
    expect(run('toFixed', 32, [half], { ...word, fractionBits: 4, rounding: Rounding.Zero }).result).toBe(8n);
    const up = 1n << 22n;
    expect(run('roundIntegral', 32, [half], {}, up)).toEqual({ result: 0x3f80_0000n, flags: 0n });
    expect(run('roundIntegral', 32, [half], { exact: true }, up).flags).toBe(0x10n);
    expect(run('fromFixed', 32, [0xffff_ffffn], word).result).toBe(0xbf80_0000n);
    expect(run('fromFixed', 32, [0xffff_ffffn], { ...word, unsigned: true }).result).toBe(0x4f80_0000n);
    expect(run('fromFixed', 16, [0xffffn], { width: 16 }).result).toBe(0xbc00n);
  });

  test('flags accumulate, and then let the host compute', () => {
    const [one, three] = [0x3f80_0000n, 0x4040_0000n];
    expect(run('div', 32, [one, 0n]).flags).toBe(2n);
    expect(cpu.lo(CPU_STATE.hostArithmetic)).toBe(HOST_ARITHMETIC.exact);
    expect(run('div', 32, [one, three]).flags).toBe(0x10n);
    expect(cpu.lo(CPU_STATE.hostArithmetic)).toBe(HOST_ARITHMETIC.exact | HOST_ARITHMETIC.inexact);
  });

  test('refuse a format that an operation does not have', () => {
    expect(() => run('roundIntegralSized', 16, [0n])).toThrow(/does not exist/);
  });
});
