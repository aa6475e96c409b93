/**
 * Bit-field helpers shared by everything that reads A64 words. 64-bit values are pairs of 32-bit halves so that
 * no path that runs often allocates a bigint.
 */

/** A 64-bit value as two unsigned 32-bit halves. */
export interface Halves {
  readonly lo: number;
  readonly hi: number;
}

/** Interprets the low `width` bits (1 to 32) of `value` as a two's-complement number. */
export function signExtend(value: number, width: number): number {
  const shift = 32 - width;
  return (value << shift) >> shift;
}

const ones = (count: number): number => (count >= 32 ? 0xffff_ffff : (2 ** count - 1) >>> 0);

const rotateRight = (value: number, amount: number, width: number): number => {
  const by = amount % width;
  if (by === 0) return value >>> 0;
  const mask = ones(width);
  return (((value & mask) >>> by) | (value << (width - by))) & mask;
};

/**
 * Decodes the N, imms and immr fields of a logical immediate into the bit mask they stand for.
 *
 * @param datasize 32 or 64; a 32-bit mask has `hi` zero.
 * @returns the mask, or undefined when the combination is reserved.
 * @spec DDI 0487, DecodeBitMasks
 */
export function decodeBitMasks(N: number, imms: number, immr: number, datasize: 32 | 64): Halves | undefined {
  if (datasize === 32 && N === 1) return undefined;
  const combined = (N << 6) | (~imms & 0x3f);
  if (combined < 2) return undefined;
  const length = 31 - Math.clz32(combined);
  const esize = 1 << length;
  const levels = esize - 1;
  const S = imms & levels;
  const R = immr & levels;
  if (S === levels) return undefined;
  if (esize === 64) {
    const welement = { lo: ones(Math.min(S + 1, 32)), hi: S >= 32 ? ones(S - 31) : 0 };
    return rotateRight64(welement, R);
  }
  let element = rotateRight(ones(S + 1), R, esize) >>> 0;
  for (let size = esize; size < 32; size *= 2) element = (element | (element << size)) >>> 0;
  return { lo: element, hi: datasize === 64 ? element : 0 };
}

function rotateRight64(value: Halves, amount: number): Halves {
  let { lo, hi } = value;
  if (amount & 32) [lo, hi] = [hi, lo];
  const by = amount & 31;
  if (by === 0) return { lo: lo >>> 0, hi: hi >>> 0 };
  return { lo: ((lo >>> by) | (hi << (32 - by))) >>> 0, hi: ((hi >>> by) | (lo << (32 - by))) >>> 0 };
}

/** The masks of the bitfield moves (SBFM, BFM, UBFM). */
export interface BitfieldMasks {
  readonly wmask: Halves;
  readonly tmask: Halves;
}

/**
 * Decodes N, imms and immr as the bitfield instructions do: `wmask` selects the rotated source bits, `tmask` the
 * destination bits below the sign.
 *
 * @spec DDI 0487, DecodeBitMasks with immediate FALSE
 */
export function decodeBitfieldMasks(imms: number, immr: number, datasize: 32 | 64): BitfieldMasks {
  const levels = datasize - 1;
  const S = imms & levels;
  const R = immr & levels;
  const diff = (S - R) & levels;
  const run = (count: number): Halves => ({
    lo: ones(Math.min(count, 32)),
    hi: count > 32 ? ones(count - 32) : 0,
  });
  const tmask = run(diff + 1);
  if (datasize === 64) return { wmask: rotateRight64(run(S + 1), R), tmask };
  return { wmask: { lo: rotateRight(ones(S + 1), R, 32) >>> 0, hi: 0 }, tmask };
}

/** The fields of a logical immediate. */
export interface BitMaskFields {
  readonly N: number;
  readonly imms: number;
  readonly immr: number;
}

/**
 * Finds the N, imms and immr fields for a bit mask: the inverse of {@link decodeBitMasks}.
 *
 * @param value unsigned value below 2^datasize.
 * @returns undefined when the value is no logical immediate (zero, all ones, or not a rotated repeated run).
 */
export function encodeBitMask(value: bigint, datasize: 32 | 64): BitMaskFields | undefined {
  let wide = BigInt.asUintN(64, value);
  if (datasize === 32) {
    if (wide >> 32n !== 0n) return undefined;
    wide |= wide << 32n;
  }
  if (wide === 0n || wide === 0xffff_ffff_ffff_ffffn) return undefined;
  let esize = 64;
  while (esize > 2) {
    const half = BigInt(esize / 2);
    const mask = (1n << half) - 1n;
    if ((wide & mask) !== ((wide >> half) & mask)) break;
    esize /= 2;
  }
  const width = BigInt(esize);
  const full = (1n << width) - 1n;
  const element = wide & full;
  for (let rotation = 0; rotation < esize; rotation++) {
    const by = BigInt(rotation);
    const turned = ((element << by) | (element >> (width - by))) & full;
    if ((turned & (turned + 1n)) !== 0n) continue;
    const run = turned.toString(2).length;
    const imms = (~(esize * 2 - 1) & 0x3f) | (run - 1);
    return { N: esize === 64 ? 1 : 0, imms: imms & 0x3f, immr: rotation };
  }
  return undefined;
}

/** Joins halves into an unsigned 64-bit bigint; for the edges of the API only. */
export function toBigInt(value: Halves): bigint {
  return (BigInt(value.hi >>> 0) << 32n) | BigInt(value.lo >>> 0);
}
