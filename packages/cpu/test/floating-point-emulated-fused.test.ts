import { FloatContext, mulAdd32, mulAdd64 } from '@armature/softfloat';
import { expect, test, vi } from 'vitest';
import { Cases } from './simd-oracle/case.ts';
import { nearFloatVectors } from './simd-oracle/generate.ts';
import { interpreterRunner } from './simd-oracle/interpreter.ts';
import { Random } from './simd-oracle/random.ts';

vi.mock('../src/floating-point/host-fused.ts', () => ({ hostFusesMultiplyAdd: () => false }));

/** FMADD of V1, V2 and V3 into V0. */
const FMADD = { single: 0x1f02_0c20, double: 0x1f42_0c20 } as const;
const COUNT = 4000;
const INEXACT = 0x10;

/** Registers V1, V2 and V3 as words. */
const words = (cases: Cases, index: number): Int32Array[] =>
  [1, 2, 3].map((register) => new Int32Array(cases.v(index, register).slice().buffer));

function expected(format: 'single' | 'double', cases: Cases, index: number): readonly number[] {
  const context = new FloatContext();
  context.flags = cases.get(index, 'fpsr');
  const [a, b, addend] = words(cases, index) as [Int32Array, Int32Array, Int32Array];
  if (format === 'single') return [mulAdd32(context, addend[0]!, a[0]!, b[0]!) | 0, 0, context.flags];
  mulAdd64(context, addend[0]!, addend[1]!, a[0]!, a[1]!, b[0]!, b[1]!);
  return [context.lo, context.hi, context.flags];
}

test.each(['single', 'double'] as const)(
  'multiply-add without an instruction of the host for it is right in %s-precision',
  async (format) => {
    const runner = await interpreterRunner();
    const random = new Random(5);
    const cases = new Cases(COUNT);
    for (let index = 0; index < COUNT; index++) {
      cases.set(index, 'word', FMADD[format]);
      cases.set(index, 'fpsr', random.oneIn(4) ? 0 : INEXACT);
      const fill = nearFloatVectors(random);
      for (const register of [1, 2, 3]) fill(cases.v(index, register));
    }
    const results = runner.run(cases);
    const wrong: string[] = [];
    for (let index = 0; index < COUNT; index++) {
      const result = new Int32Array(results.v(index, 0).slice().buffer);
      const got = [result[0], result[1], results.get(index, 'fpsr')];
      const want = expected(format, cases, index);
      if (got.join() !== want.join()) wrong.push(`${words(cases, index).join(' ')}: ${got}, not ${want}`);
    }
    expect(wrong).toEqual([]);
  },
);
