import { expect, test } from 'vitest';
import { add32, add64, div32, Flag, FloatContext, Rounding } from './index.ts';

test('a new context is FPCR = 0', () => {
  const fresh = new FloatContext();
  const controlled = new FloatContext();
  controlled.setControl(-1);
  controlled.setControl(0);
  expect(controlled).toEqual(fresh);
});

test('each control bit has the position that FPCR gives it', () => {
  const context = new FloatContext();
  const fields = (fpcr: number) => {
    context.setControl(fpcr);
    const { rounding, flushToZero, flushHalf, defaultNaN, alternativeHalf } = context;
    return [rounding, flushToZero, flushHalf, defaultNaN, alternativeHalf];
  };
  expect(fields(1 << 19)).toEqual([Rounding.TieEven, false, true, false, false]);
  expect(fields(1 << 22)).toEqual([Rounding.PlusInfinity, false, false, false, false]);
  expect(fields(2 << 22)).toEqual([Rounding.MinusInfinity, false, false, false, false]);
  expect(fields(3 << 22)).toEqual([Rounding.Zero, false, false, false, false]);
  expect(fields(1 << 24)).toEqual([Rounding.TieEven, true, false, false, false]);
  expect(fields(1 << 25)).toEqual([Rounding.TieEven, false, false, true, false]);
  expect(fields(1 << 26)).toEqual([Rounding.TieEven, false, false, false, true]);
  // AH, FIZ, NEP, the trap enables and the AArch32 fields change nothing.
  expect(fields(~0x07c8_0000)).toEqual([Rounding.TieEven, false, false, false, false]);
});

test('flags accumulate until their owner clears them', () => {
  const context = new FloatContext();
  div32(context, 0x3f80_0000, 0);
  expect(context.flags).toBe(Flag.DZC);
  div32(context, 0x3f80_0000, 0x4040_0000);
  expect(context.flags).toBe(Flag.DZC | Flag.IXC);
  add32(context, 0x3f80_0000, 0x3f80_0000);
  expect(context.flags).toBe(Flag.DZC | Flag.IXC);
});

test('operands may be signed or unsigned words', () => {
  const context = new FloatContext();
  add64(context, 0xffff_ffff, 0xbff0_0000, 0, 0x8000_0000);
  expect([context.lo, context.hi]).toEqual([-1, 0xbff0_0000 | 0]);
  add64(context, -1, 0xbff0_0000 | 0, 0, -0x8000_0000);
  expect([context.lo, context.hi]).toEqual([-1, 0xbff0_0000 | 0]);
});
