import { decode, type Row, rowById } from '@armature/isa';
import { CASE, Cases } from './case.ts';
import { Random, seedOf } from './random.ts';

/** Called once for each case: gives what fills the sixteen bytes of each V register. */
export type VectorSource = (random: Random) => (bytes: Uint8Array) => void;

const lowestOf = (bits: number): bigint => 1n << BigInt(bits - 1);

/** An integer lane, most of them at the edges of signed and unsigned arithmetic. */
function integerLane(random: Random, bits: number): bigint {
  const min = lowestOf(bits);
  const any = (): bigint => (BigInt(random.next()) << 32n) | BigInt(random.next());
  switch (random.below(12)) {
    case 0:
      return 0n;
    case 1:
      return 1n;
    case 2:
      return -1n;
    case 3:
      return min;
    case 4:
      return min - 1n;
    case 5:
      return min + BigInt(random.below(5) - 2);
    case 6:
      // Small: shift amounts, table indices.
      return BigInt(random.below(2 * bits + 8) - bits - 4);
    case 7:
      // One bit, or all from one on.
      return (random.oneIn(2) ? 1n : -1n) << BigInt(random.below(bits));
    case 8:
      // Edges of the lanes of half the width.
      return (
        (BigInt(random.below(3) - 1) << BigInt(bits / 2)) + lowestOf(bits / 2) * BigInt(random.below(3)) - 1n
      );
    default:
      return any();
  }
}

function fillLanes(bytes: Uint8Array, bits: number, lane: () => bigint): void {
  for (let at = 0; at < 16; at += bits / 8) {
    let value = lane();
    for (let byte = 0; byte < bits / 8; byte++, value >>= 8n) bytes[at + byte] = Number(value & 0xffn);
  }
}

/** Lanes at which results saturate when they meet. */
function extremeLane(random: Random, bits: number): bigint {
  const min = lowestOf(bits);
  return random.pick([min, min, min - 1n, min + 1n, -1n, 0n]);
}

/** The smallest number, whose square and negation no lane holds. */
const minimumLane = (_: Random, bits: number): bigint => lowestOf(bits);

const LANE_BITS = [8, 16, 32, 64] as const;

/** Integer lanes: of one size in all registers or of any in each, and in some cases extremes alone. */
export const integerVectors: VectorSource = (random) => {
  const common = random.oneIn(2) ? random.pick(LANE_BITS) : undefined;
  const lane = random.pick([integerLane, integerLane, integerLane, integerLane, extremeLane, minimumLane]);
  return (bytes) => {
    const bits = common ?? random.pick(LANE_BITS);
    fillLanes(bytes, bits, () => lane(random, bits));
  };
};

/** Formats by total bits: bits of exponent and of fraction. */
const FORMATS = [
  [16, 5, 10],
  [32, 8, 23],
  [64, 11, 52],
] as const;

/** A floating-point lane: zeros, subnormals, infinities, NaNs, simple numbers and random ones. */
function floatLane(random: Random, exponentBits: number, fractionBits: number): bigint {
  const sign = BigInt(random.below(2)) << BigInt(exponentBits + fractionBits);
  const top = (1n << BigInt(exponentBits)) - 1n;
  const bias = top >> 1n;
  const any = ((BigInt(random.next()) << 32n) | BigInt(random.next())) & ((1n << BigInt(fractionBits)) - 1n);
  const edge = random.pick([
    0n,
    0n,
    1n,
    (1n << BigInt(fractionBits)) - 1n,
    1n << BigInt(fractionBits - 1),
    any,
  ]);
  const make = (exponent: bigint, fraction: bigint): bigint =>
    sign | (exponent << BigInt(fractionBits)) | fraction;
  switch (random.below(12)) {
    case 0:
      return make(0n, 0n);
    case 1:
      return make(0n, random.oneIn(2) ? any : edge);
    case 2:
      return make(top, 0n);
    case 3:
      return make(top, random.oneIn(2) ? any : edge);
    case 4:
      return make(top - 1n, edge);
    case 5:
      return make(1n + BigInt(random.below(3)), edge);
    case 6:
      // Around the limits of 32-bit and 64-bit integers and of whole numbers.
      return make(
        bias + (BigInt(random.pick([0, 1, fractionBits - 1, fractionBits, 30, 31, 32, 62, 63, 64])) & top),
        edge,
      );
    case 7:
    case 8:
      return make(bias + BigInt(random.below(9) - 4), random.oneIn(2) ? any : edge);
    default:
      return make(BigInt(random.next()) & top, random.oneIn(4) ? edge : any);
  }
}

/**
 * A number of a few significant bits or a few units in the last place from that, near 1 or as far from it as a
 * significand is long: exact results, ties and cancellation.
 */
function nearLane(random: Random, exponentBits: number, fractionBits: number): bigint {
  const bias = (1 << (exponentBits - 1)) - 1;
  const any = (BigInt(random.next()) << 32n) | BigInt(random.next());
  const all = (1n << BigInt(fractionBits)) - 1n;
  const kept = BigInt(random.below(fractionBits + 1));
  const fraction = random.pick([
    0n,
    BigInt(random.below(4)),
    all - BigInt(random.below(4)),
    1n << BigInt(random.below(fractionBits)),
    (any >> kept) << kept,
    any,
  ]);
  const distance = random.pick([0, 1, fractionBits, fractionBits + 1, random.below(2 * fractionBits + 4)]);
  const exponent = BigInt(Math.max(0, bias + (random.oneIn(2) ? distance : -distance)));
  return (
    (BigInt(random.below(2)) << BigInt(exponentBits + fractionBits)) |
    ((exponent & ((1n << BigInt(exponentBits)) - 1n)) << BigInt(fractionBits)) |
    (fraction & all)
  );
}

/** Lanes of one format in all registers or of any in each. */
const floatingPointVectors =
  (lane: (random: Random, exponentBits: number, fractionBits: number) => bigint): VectorSource =>
  (random) => {
    const common = random.oneIn(2) ? random.pick(FORMATS) : undefined;
    return (bytes) => {
      const [bits, exponentBits, fractionBits] = common ?? random.pick(FORMATS);
      fillLanes(bytes, bits, () => lane(random, exponentBits, fractionBits));
    };
  };

/** Floating-point lanes of all kinds. */
export const floatVectors: VectorSource = floatingPointVectors(floatLane);

/** Floating-point lanes whose sums and products are often exact, or nearly so. */
export const nearFloatVectors: VectorSource = floatingPointVectors(nearLane);

/** Values of FPCR: mostly the default, else any rounding mode, DN, FZ, FZ16 and AHP. */
export function anyFpcr(random: Random): number {
  if (random.oneIn(2)) return 0;
  return (random.below(32) << 22) | (random.below(2) << 19);
}

/** Values of FPSR: IXC alone, which lets the host compute, no bit, or any cumulative bits. */
export function anyFpsr(random: Random): number {
  const any = (random.below(2) << 27) | (random.below(2) << 7) | random.below(32);
  return random.pick([0, 1 << 4, any]);
}

export interface CaseOptions {
  /** What V registers hold. Default {@link integerVectors}. */
  readonly vectors?: VectorSource;
  /** Default: always 0. */
  readonly fpcr?: (random: Random) => number;
  /** FPSR before each case. Default: 0 or QC. */
  readonly fpsr?: (random: Random) => number;
}

const QC = 0x0800_0000;

/** A random word that decodes to the row. @throws Error when none is found. */
export function randomWord(row: Row, random: Random): number {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    let word: number = row.value;
    for (const { lo, width } of row.fields.values()) word |= random.below(2 ** width) << lo;
    word >>>= 0;
    if (decode(word)?.id === row.id) return word;
  }
  throw new Error(`${row.id}: no word found`);
}

/** Cases in a row that share an instruction word, so that it is translated once. */
const CASES_PER_WORD = 8;

/** Random cases of one row of the decode table; the same for the same seed. */
export function generateCases(rowId: string, count: number, seed: number, options: CaseOptions = {}): Cases {
  const row = rowById(rowId);
  if (row === undefined) throw new Error(`no row ${rowId}`);
  const random = new Random(seedOf(rowId, seed));
  const cases = new Cases(count);
  const vectors = options.vectors ?? integerVectors;
  let word = 0;
  for (let index = 0; index < count; index++) {
    if (index % CASES_PER_WORD === 0) word = randomWord(row, random);
    cases.set(index, 'word', word);
    cases.set(index, 'nzcv', random.below(16) << 28);
    cases.set(index, 'fpcr', options.fpcr?.(random) ?? 0);
    cases.set(index, 'fpsr', options.fpsr?.(random) ?? (random.oneIn(4) ? QC : 0));
    fillRandomly(random, cases, index);
    const fill = vectors(random);
    for (const register of operands(word)) {
      fill(cases.v(index, register));
      if (register < 31) cases.setX(index, register, BigInt.asUintN(64, integerLane(random, 64)));
    }
  }
  return cases;
}

/** Registers that a word may name, table lists included. */
function operands(word: number): Set<number> {
  const [d, n, a, m] = [word, word >>> 5, word >>> 10, word >>> 16].map((bits) => bits & 31) as [
    number,
    number,
    number,
    number,
  ];
  return new Set([d, n, a, m, (n + 1) & 31, (n + 2) & 31, (n + 3) & 31]);
}

/** Any bits for all registers: those that the instruction does not name need be told apart only. */
function fillRandomly(random: Random, cases: Cases, index: number): void {
  const start = index * CASE.size;
  for (let at = start + CASE.x; at < start + CASE.undefined; at += 4) cases.view.setUint32(at, random.next());
  for (let at = start + CASE.v; at < start + CASE.size; at += 4) cases.view.setUint32(at, random.next());
}
