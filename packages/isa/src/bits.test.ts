import { expect, test } from 'vitest';
import { decodeBitfieldMasks, decodeBitMasks, encodeBitMask, signExtend, toBigInt } from './bits.ts';

test('signExtend takes the sign from the top bit of the width', () => {
  expect(signExtend(0x1ff, 9)).toBe(-1);
  expect(signExtend(0x0ff, 9)).toBe(255);
  expect(signExtend(0x100, 9)).toBe(-256);
  expect(signExtend(0x8000_0000, 32)).toBe(-0x8000_0000);
});

/** The architecture's definition, in bigints. */
function reference(N: number, imms: number, immr: number, datasize: 32 | 64): bigint | undefined {
  const combined = (N << 6) | (~imms & 0x3f);
  if (combined === 0 || (datasize === 32 && N === 1)) return undefined;
  const length = Math.floor(Math.log2(combined));
  if (length < 1) return undefined;
  const esize = 1 << length;
  const S = imms & (esize - 1);
  const R = BigInt(immr & (esize - 1));
  if (S === esize - 1) return undefined;
  const run = (1n << BigInt(S + 1)) - 1n;
  const element = ((run >> R) | (run << (BigInt(esize) - R))) & ((1n << BigInt(esize)) - 1n);
  let mask = 0n;
  for (let at = 0; at < datasize; at += esize) mask |= element << BigInt(at);
  return mask;
}

test('decodeBitMasks agrees with the definition for every combination of fields', () => {
  for (const datasize of [32, 64] as const) {
    for (let fields = 0; fields < 1 << 13; fields++) {
      const [N, imms, immr] = [fields >> 12, (fields >> 6) & 63, fields & 63];
      const mask = decodeBitMasks(N, imms, immr, datasize);
      const expected = reference(N, imms, immr, datasize);
      if ((mask && toBigInt(mask)) !== expected) {
        expect.fail(
          `N=${N} imms=${imms} immr=${immr} datasize=${datasize}: ${mask && toBigInt(mask)} ${expected}`,
        );
      }
    }
  }
});

test('encodeBitMask inverts decodeBitMasks and refuses everything else', () => {
  for (const datasize of [32, 64] as const) {
    for (let fields = 0; fields < 1 << 13; fields++) {
      const mask = decodeBitMasks(fields >> 12, (fields >> 6) & 63, fields & 63, datasize);
      if (mask === undefined) continue;
      const found = encodeBitMask(toBigInt(mask), datasize);
      expect(found).toBeDefined();
      expect(found && decodeBitMasks(found.N, found.imms, found.immr, datasize)).toEqual(mask);
    }
  }
  for (const value of [0n, 0xffff_ffff_ffff_ffffn, 0x1234n, 5n, 0xff00_0000_0000_ff01n]) {
    expect(encodeBitMask(value, 64)).toBeUndefined();
  }
  for (const value of [0n, 0xffff_ffffn, 0x1_0000_0000n, 5n])
    expect(encodeBitMask(value, 32)).toBeUndefined();
});

test('decodeBitfieldMasks selects the moved bits and the bits below the sign', () => {
  // UBFX x, x, #8, #16
  expect(decodeBitfieldMasks(23, 8, 64)).toEqual({
    wmask: { lo: 0xffff, hi: 0xff00_0000 },
    tmask: { lo: 0xffff, hi: 0 },
  });
  // SXTW
  expect(decodeBitfieldMasks(31, 0, 64)).toEqual({
    wmask: { lo: 0xffff_ffff, hi: 0 },
    tmask: { lo: 0xffff_ffff, hi: 0 },
  });
  // LSL w, w, #4 is UBFM #28, #27
  expect(decodeBitfieldMasks(27, 28, 32)).toEqual({
    wmask: { lo: 0xffff_fff0, hi: 0 },
    tmask: { lo: 0xffff_ffff, hi: 0 },
  });
});
