import type { Unpacked } from './unpacked.ts';

const TWO_21 = 0x20_0000;
const TWO_32 = 0x1_0000_0000;
const TWO_64 = TWO_32 * TWO_32;

/** Bits 63:32 of the product of two unsigned 32-bit words, signed. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const other = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** Whether `a` is below `b`, as unsigned 32-bit words. */
export function below(a: number, b: number): boolean {
  return a >>> 0 < b >>> 0;
}

/** -1, 0 or 1 as `aHi:aLo` is below, equal to or above `bHi:bLo`, unsigned. */
export function compareWords(aHi: number, aLo: number, bHi: number, bLo: number): number {
  if (aHi !== bHi) return below(aHi, bHi) ? -1 : 1;
  if (aLo !== bLo) return below(aLo, bLo) ? -1 : 1;
  return 0;
}

/** Shifts the significand right by `n` >= 0 places and ors what falls off into bit 0. */
export function shiftRightSticky(u: Unpacked, n: number): void {
  const { hi, lo } = u;
  if (n === 0) return;
  if (n < 32) {
    u.hi = (hi >>> n) | 0;
    u.lo = (lo >>> n) | (hi << (32 - n)) | (lo << (32 - n) !== 0 ? 1 : 0);
  } else if (n === 32) {
    u.hi = 0;
    u.lo = hi | (lo !== 0 ? 1 : 0);
  } else if (n < 64) {
    u.hi = 0;
    u.lo = (hi >>> (n - 32)) | ((hi << (64 - n)) | lo ? 1 : 0);
  } else {
    u.hi = 0;
    u.lo = (hi | lo) !== 0 ? 1 : 0;
  }
}

/** An unsigned 128-bit number, `w3` the highest word; words are signed. */
export class Wide {
  w3 = 0;
  w2 = 0;
  w1 = 0;
  w0 = 0;
}

/** The significand of an operand, whose low 11 bits are zero, as an integer in [2^52, 2^53). */
export function significand53(u: Unpacked): number {
  return (u.hi >>> 0) * TWO_21 + (u.lo >>> 11);
}

/** Bits 63:32 of the product of two integers in [0, 2^54), signed; Math.imul gives bits 31:0. */
export function lowProductHigh(a: number, b: number): number {
  const aLo = a | 0;
  const bLo = b | 0;
  const cross = Math.imul(Math.floor(a / TWO_32), bLo) + Math.imul(aLo, Math.floor(b / TWO_32));
  return (multiplyHigh(aLo, bLo) + cross) | 0;
}

/** The 128-bit product of the significands of two operands. */
export function multiply(r: Wide, a: Unpacked, b: Unpacked): void {
  if ((a.lo | b.lo) === 0) {
    r.w3 = multiplyHigh(a.hi, b.hi);
    r.w2 = Math.imul(a.hi, b.hi);
    r.w1 = 0;
    r.w0 = 0;
    return;
  }
  const m = significand53(a);
  const n = significand53(b);
  const low = Math.imul(m, n);
  const middle = lowProductHigh(m, n);
  // The host's product is off by 2^52 at most, so its bits 105:64 become exact without the low 64 bits.
  const high = Math.round((m * n - ((middle >>> 0) * TWO_32 + (low >>> 0))) / TWO_64);
  r.w3 = (high / 1024) | 0;
  r.w2 = (high << 22) | (middle >>> 10);
  r.w1 = (middle << 22) | (low >>> 10);
  r.w0 = low << 22;
}

/** Shifts left by 0 to 31 places. */
function shiftLeftWide(r: Wide, n: number): void {
  if (n === 0) return;
  const rest = 32 - n;
  r.w3 = (r.w3 << n) | (r.w2 >>> rest);
  r.w2 = (r.w2 << n) | (r.w1 >>> rest);
  r.w1 = (r.w1 << n) | (r.w0 >>> rest);
  r.w0 <<= n;
}

/** Shifts a number that is not zero left until bit 127 is set, and gives the number of places. */
export function normalizeWide(r: Wide): number {
  let places = 0;
  while (r.w3 === 0) {
    r.w3 = r.w2;
    r.w2 = r.w1;
    r.w1 = r.w0;
    r.w0 = 0;
    places += 32;
  }
  const shift = Math.clz32(r.w3);
  shiftLeftWide(r, shift);
  return places + shift;
}

/** Shifts right by `n` >= 0 places and ors what falls off into bit 0. */
export function shiftRightStickyWide(r: Wide, n: number): void {
  let lost = 0;
  let bits = n;
  for (; bits >= 32 && (r.w0 | r.w1 | r.w2 | r.w3) !== 0; bits -= 32) {
    lost |= r.w0;
    r.w0 = r.w1;
    r.w1 = r.w2;
    r.w2 = r.w3;
    r.w3 = 0;
  }
  if (bits > 0 && bits < 32) {
    const rest = 32 - bits;
    lost |= r.w0 << rest;
    r.w0 = (r.w0 >>> bits) | (r.w1 << rest);
    r.w1 = (r.w1 >>> bits) | (r.w2 << rest);
    r.w2 = (r.w2 >>> bits) | (r.w3 << rest);
    r.w3 = (r.w3 >>> bits) | 0;
  }
  if (lost !== 0) r.w0 |= 1;
}

function carry(sum: number): number {
  return sum < TWO_32 ? 0 : 1;
}

/** r + s, modulo 2^128; gives the carry out. */
export function addWide(r: Wide, s: Wide): number {
  const sum0 = (r.w0 >>> 0) + (s.w0 >>> 0);
  const sum1 = (r.w1 >>> 0) + (s.w1 >>> 0) + carry(sum0);
  const sum2 = (r.w2 >>> 0) + (s.w2 >>> 0) + carry(sum1);
  const sum3 = (r.w3 >>> 0) + (s.w3 >>> 0) + carry(sum2);
  r.w0 = sum0 | 0;
  r.w1 = sum1 | 0;
  r.w2 = sum2 | 0;
  r.w3 = sum3 | 0;
  return carry(sum3);
}

/** Makes `r` a - b, where a >= b. */
export function subtractWide(r: Wide, a: Wide, b: Wide): void {
  const d0 = (a.w0 >>> 0) - (b.w0 >>> 0);
  const d1 = (a.w1 >>> 0) - (b.w1 >>> 0) - (d0 < 0 ? 1 : 0);
  const d2 = (a.w2 >>> 0) - (b.w2 >>> 0) - (d1 < 0 ? 1 : 0);
  const d3 = (a.w3 >>> 0) - (b.w3 >>> 0) - (d2 < 0 ? 1 : 0);
  r.w0 = d0 | 0;
  r.w1 = d1 | 0;
  r.w2 = d2 | 0;
  r.w3 = d3 | 0;
}

/** -1, 0 or 1 as `a` is below, equal to or above `b`. */
export function compareWide(a: Wide, b: Wide): number {
  const high = compareWords(a.w3, a.w2, b.w3, b.w2);
  return high !== 0 ? high : compareWords(a.w1, a.w0, b.w1, b.w0);
}
