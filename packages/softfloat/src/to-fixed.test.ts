import { expect, test } from 'vitest';
import { Flag, FloatContext } from './context.ts';
import { toInt32JavaScript } from './to-fixed.ts';

const FLUSH_TO_ZERO = 1 << 24;

/** Result, Z and flags of FJCVTZS. */
function convert(hi: number, lo: number, fpcr = 0): [result: number, nzcv: number, flags: number] {
  const context = new FloatContext();
  context.setControl(fpcr);
  return [toInt32JavaScript(context, lo, hi), context.nzcv, context.flags];
}

// The architecture's Z tells whether ECMAScript sees the same number: not after a number that was flushed.
test('FJCVTZS of subnormal numbers and zeros', () => {
  expect(convert(0, 1)).toEqual([0, 0, Flag.IXC]);
  expect(convert(0, 1, FLUSH_TO_ZERO)).toEqual([0, 0, Flag.IDC]);
  expect(convert(0x000f_ffff, -1, FLUSH_TO_ZERO)).toEqual([0, 0, Flag.IDC]);
  expect(convert(0x8000_0000, 1, FLUSH_TO_ZERO)).toEqual([0, 0, Flag.IDC]);
  expect(convert(0, 0, FLUSH_TO_ZERO)).toEqual([0, 4, 0]);
  expect(convert(0x8000_0000, 0, FLUSH_TO_ZERO)).toEqual([0, 0, 0]);
  expect(convert(0x3ff0_0000, 0)).toEqual([1, 4, 0]);
});
