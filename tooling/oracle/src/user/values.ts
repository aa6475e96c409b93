import type { Random } from '../random.ts';

/*
 * Values of lanes. A lane is written as the low and the high half of 64 bits, of which the narrower ones keep the
 * low bits: nothing is allocated, for there are a dozen lanes in every case.
 */

/** The halves of a lane. */
export interface Lane {
  lo: number;
  hi: number;
}

/** The one that all makers return: it holds until the next is made. */
const lane: Lane = { lo: 0, hi: 0 };

function put(lo: number, hi: number): Lane {
  lane.lo = lo;
  lane.hi = hi;
  return lane;
}

/** A whole number that a double holds, in two's complement. */
function putNumber(value: number): Lane {
  return put((value % 2 ** 32) | 0, Math.floor(value / 2 ** 32));
}

/** The lowest signed number of a width, and a small distance from it. */
function putLowest(bits: number, distance: number): Lane {
  if (bits < 64) return putNumber(distance - 2 ** (bits - 1));
  return put(distance, (0x8000_0000 + Math.min(Math.sign(distance), 0)) | 0);
}

/** One bit, or all bits from it on. */
function putBit(bit: number, upwards: boolean): Lane {
  if (bit < 32) return put((upwards ? -1 : 1) << bit, upwards ? -1 : 0);
  return put(0, (upwards ? -1 : 1) << (bit - 32));
}

/** Makes a lane of some width. */
export type LaneMaker = (random: Random, bits: number) => Lane;

/** An integer lane, most of them at the edges of signed and unsigned arithmetic. */
export function integerLane(random: Random, bits: number): Lane {
  switch (random.below(12)) {
    case 0:
      return put(0, 0);
    case 1:
      return put(1, 0);
    case 2:
      return put(-1, -1);
    case 3:
      return putLowest(bits, 0);
    case 4:
      return putLowest(bits, -1);
    case 5:
      return putLowest(bits, random.below(5) - 2);
    case 6:
      // Small: shift amounts, table indices.
      return putNumber(random.below(2 * bits + 8) - bits - 4);
    case 7:
      return putBit(random.below(bits), random.oneIn(2));
    case 8:
      // Edges of the lanes of half the width.
      return putNumber(
        (random.below(3) - 1) * 2 ** (bits / 2) + 2 ** (bits / 2 - 1) * random.below(3) - random.below(2),
      );
    default:
      return put(random.next(), random.next());
  }
}

/** Lanes at which results saturate when they meet. */
export function extremeLane(random: Random, bits: number): Lane {
  const kind = random.below(6);
  if (kind < 4) return putLowest(bits, kind < 2 ? 0 : kind === 2 ? -1 : 1);
  return put(kind === 4 ? -1 : 0, kind === 4 ? -1 : 0);
}

/** The smallest number, whose square and negation no lane holds. */
export const minimumLane: LaneMaker = (_, bits) => putLowest(bits, 0);

/** Bits of the exponent by the width of a format. */
const exponentBits = (bits: number): number => (bits === 16 ? 5 : bits === 32 ? 8 : 11);

/** Puts a number together from its parts; the fraction as two halves. */
function putFloat(
  bits: number,
  sign: number,
  exponent: number,
  fractionLo: number,
  fractionHi: number,
): Lane {
  const fraction = bits - 1 - exponentBits(bits);
  const top = (sign << exponentBits(bits)) | (exponent & (2 ** exponentBits(bits) - 1));
  if (bits === 64) return put(fractionLo, (top << 20) | (fractionHi & 0xf_ffff));
  return put((top << fraction) | (fractionLo & (2 ** fraction - 1)), 0);
}

/** A floating-point lane: zeros, subnormals, infinities, NaNs, simple numbers and random ones. */
export function floatLane(random: Random, bits: number): Lane {
  const fraction = bits - 1 - exponentBits(bits);
  const top = 2 ** exponentBits(bits) - 1;
  const bias = top >> 1;
  const sign = random.below(2);
  const anyLo = random.next();
  const anyHi = random.next();
  const topBit = fraction - 1;
  const edge = (exponent: number): Lane => {
    switch (random.below(6)) {
      case 0:
      case 1:
        return putFloat(bits, sign, exponent, 0, 0);
      case 2:
        return putFloat(bits, sign, exponent, 1, 0);
      case 3:
        return putFloat(bits, sign, exponent, -1, -1);
      case 4:
        return putFloat(
          bits,
          sign,
          exponent,
          topBit < 32 ? 1 << topBit : 0,
          topBit < 32 ? 0 : 1 << (topBit - 32),
        );
      default:
        return putFloat(bits, sign, exponent, anyLo, anyHi);
    }
  };
  const anyOr = (n: number, exponent: number): Lane =>
    random.oneIn(n) ? edge(exponent) : putFloat(bits, sign, exponent, anyLo, anyHi);
  switch (random.below(12)) {
    case 0:
      return putFloat(bits, sign, 0, 0, 0);
    case 1:
      return anyOr(2, 0);
    case 2:
      return putFloat(bits, sign, top, 0, 0);
    case 3:
      return anyOr(2, top);
    case 4:
      return edge(top - 1);
    case 5:
      return edge(1 + random.below(3));
    case 6:
      // Around the limits of 32-bit and 64-bit integers and of whole numbers.
      return edge(bias + random.pick([0, 1, fraction - 1, fraction, 30, 31, 32, 62, 63, 64]));
    case 7:
    case 8:
      return anyOr(2, bias + random.below(9) - 4);
    default:
      return anyOr(4, random.next());
  }
}

/**
 * A number of a few significant bits or a few units in the last place from that, near 1 or as far from it as a
 * significand is long: exact results, ties and cancellation.
 */
export function nearLane(random: Random, bits: number): Lane {
  const fraction = bits - 1 - exponentBits(bits);
  const bias = 2 ** (exponentBits(bits) - 1) - 1;
  const distance = random.pick([0, 1, fraction, fraction + 1, random.below(2 * fraction + 4)]);
  const exponent = Math.max(0, bias + (random.oneIn(2) ? distance : -distance));
  const sign = random.below(2);
  const kept = random.below(fraction + 1);
  const lo = random.next();
  const hi = random.next();
  switch (random.below(6)) {
    case 0:
      return putFloat(bits, sign, exponent, 0, 0);
    case 1:
      return putFloat(bits, sign, exponent, lo & 3, 0);
    case 2:
      return putFloat(bits, sign, exponent, ~(lo & 3), -1);
    case 3:
      return putFloat(bits, sign, exponent, kept < 32 ? 1 << kept : 0, kept < 32 ? 0 : 1 << (kept - 32));
    case 4:
      return putFloat(
        bits,
        sign,
        exponent,
        kept < 32 ? (lo >>> kept) << kept : 0,
        kept < 32 ? hi : (hi >>> (kept - 32)) << (kept - 32),
      );
    default:
      return putFloat(bits, sign, exponent, lo, hi);
  }
}
