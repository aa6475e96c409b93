/**
 * QARMA5-64 with the substitution that the architecture chose: the algorithm of pointer authentication codes.
 *
 * A 64-bit block is two halves. Its sixteen cells of four bits are a 4 by 4 array by rows, cell 0 in the highest
 * bits, so that a row is sixteen bits. Cells are moved and substituted by tables over the bytes of a block, and
 * mixed all at once.
 *
 * @spec DDI 0487, shared/functions/pac, ComputePAC
 */

type Cells = readonly number[];

/** Cell i of the result is cell `SHUFFLE[i]`. */
const SHUFFLE: Cells = [0, 11, 6, 13, 10, 1, 12, 7, 5, 14, 3, 8, 15, 4, 9, 2];
const TWEAK_SHUFFLE: Cells = [6, 5, 14, 15, 0, 1, 2, 3, 7, 12, 13, 4, 8, 9, 10, 11];
/** Cells of a shuffled tweak that are stepped through a shift register. */
const TWEAK_STEPPED = new Set([0, 1, 3, 4, 8, 11, 13]);
const SUBSTITUTION: Cells = [11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10];

/** Constants of the five rounds, and the one of the reflection, as halves with the high one first. */
const ROUNDS = [
  [0, 0],
  [0x1319_8a2e, 0x0370_7344],
  [0xa409_3822, 0x299f_31d0],
  [0x082e_fa98, 0xec4e_6c89],
  [0x4528_21e6, 0x38d0_1377],
] as const;
const ALPHA = [0xc0ac_29b7, 0xc97c_50dd] as const;

const inverted = (indices: Cells): number[] => indices.map((_, at) => indices.indexOf(at));
const pick = (cells: Cells, indices: Cells): number[] => indices.map((from) => cells[from]);

const step = (cell: number): number => (cell >>> 1) | (((cell ^ (cell >>> 1)) & 1) << 3);
const stepBack = (cell: number): number => ((cell << 1) & 15) | ((cell ^ (cell >>> 3)) & 1);

const stepTweak = (cells: Cells): number[] =>
  pick(cells, TWEAK_SHUFFLE).map((cell, at) => (TWEAK_STEPPED.has(at) ? step(cell) : cell));
const stepTweakBack = (cells: Cells): number[] =>
  pick(
    cells.map((cell, at) => (TWEAK_STEPPED.has(at) ? stepBack(cell) : cell)),
    inverted(TWEAK_SHUFFLE),
  );

const half = (cells: Cells, from: number): number =>
  cells.slice(from, from + 8).reduce((value, cell) => (value << 4) | cell, 0);

/** A linear map of blocks: for each byte of a block, from the lowest, its 256 contributions to both halves. */
function linearTable(map: (cells: Cells) => Cells): Int32Array {
  const table = new Int32Array(8 * 256 * 2);
  for (let byte = 0; byte < 8; byte++) {
    for (let value = 0; value < 256; value++) {
      const cells = new Array<number>(16).fill(0);
      cells[14 - 2 * byte] = value >>> 4;
      cells[15 - 2 * byte] = value & 15;
      const result = map(cells);
      const at = (byte * 256 + value) * 2;
      table[at] = half(result, 8);
      table[at + 1] = half(result, 0);
    }
  }
  return table;
}

const byteTable = (cells: Cells): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, value) => (cells[value >>> 4] << 4) | cells[value & 15]);

const rotateCells1 = (x: number): number => ((x << 1) & 0xeeee_eeee) | ((x >>> 3) & 0x1111_1111);
const rotateCells2 = (x: number): number => ((x << 2) & 0xcccc_cccc) | ((x >>> 2) & 0x3333_3333);

/** Computes codes, one at a time; the code is left in `lo` and `hi`. */
export class Qarma5 {
  lo = 0;
  hi = 0;
  private tweakLo = 0;
  private tweakHi = 0;
  private readonly shuffle = linearTable((cells) => pick(cells, SHUFFLE));
  private readonly shuffleBack = linearTable((cells) => pick(cells, inverted(SHUFFLE)));
  private readonly tweak = linearTable(stepTweak);
  private readonly tweakBack = linearTable(stepTweakBack);
  private readonly substitution = byteTable(SUBSTITUTION);
  private readonly substitutionBack = byteTable(inverted(SUBSTITUTION));

  /**
   * The code of `data` under `modifier`. All arguments are 32-bit halves; `key0` is the high half of a key
   * register pair, `key1` the low one.
   */
  compute(
    dataLo: number,
    dataHi: number,
    modifierLo: number,
    modifierHi: number,
    key0Lo: number,
    key0Hi: number,
    key1Lo: number,
    key1Hi: number,
  ): void {
    // key0 rotated right by one, its lowest bit changed by its highest.
    const whiteningLo = ((key0Lo >>> 1) | (key0Hi << 31)) ^ (key0Hi >>> 31);
    const whiteningHi = (key0Hi >>> 1) | (key0Lo << 31);
    this.tweakLo = modifierLo;
    this.tweakHi = modifierHi;
    this.lo = dataLo ^ key0Lo;
    this.hi = dataHi ^ key0Hi;
    for (let round = 0; round < 5; round++) {
      this.add(key1Lo ^ this.tweakLo ^ ROUNDS[round][1], key1Hi ^ this.tweakHi ^ ROUNDS[round][0]);
      if (round > 0) {
        this.apply(this.shuffle);
        this.mix();
      }
      this.substitute(this.substitution);
      this.moveTweak(this.tweak);
    }
    this.add(whiteningLo ^ this.tweakLo, whiteningHi ^ this.tweakHi);
    this.apply(this.shuffle);
    this.mix();
    this.substitute(this.substitution);
    this.apply(this.shuffle);
    this.mix();
    this.add(key1Lo, key1Hi);
    this.apply(this.shuffleBack);
    this.substitute(this.substitutionBack);
    this.mix();
    this.apply(this.shuffleBack);
    this.add(key0Lo ^ this.tweakLo, key0Hi ^ this.tweakHi);
    for (let round = 4; round >= 0; round--) {
      this.substitute(this.substitutionBack);
      if (round > 0) {
        this.mix();
        this.apply(this.shuffleBack);
      }
      this.moveTweak(this.tweakBack);
      this.add(
        key1Lo ^ this.tweakLo ^ ROUNDS[round][1] ^ ALPHA[1],
        key1Hi ^ this.tweakHi ^ ROUNDS[round][0] ^ ALPHA[0],
      );
    }
    this.add(whiteningLo, whiteningHi);
  }

  private add(lo: number, hi: number): void {
    this.lo ^= lo;
    this.hi ^= hi;
  }

  /** Every cell becomes a sum of the other three of its column, rotated. */
  private mix(): void {
    const { lo, hi } = this;
    const other = hi ^ lo;
    const rotated = rotateCells1((other << 16) | (other >>> 16));
    this.hi = rotated ^ rotateCells2(lo);
    this.lo = rotated ^ rotateCells2(hi);
  }

  private substitute(table: Uint8Array): void {
    this.lo = substituteHalf(this.lo, table);
    this.hi = substituteHalf(this.hi, table);
  }

  private apply(table: Int32Array): void {
    const { lo, hi } = this;
    this.lo = mapped(table, lo, hi, 0);
    this.hi = mapped(table, lo, hi, 1);
  }

  private moveTweak(table: Int32Array): void {
    const { tweakLo: lo, tweakHi: hi } = this;
    this.tweakLo = mapped(table, lo, hi, 0);
    this.tweakHi = mapped(table, lo, hi, 1);
  }
}

function substituteHalf(half32: number, table: Uint8Array): number {
  return (
    table[half32 & 255] |
    (table[(half32 >>> 8) & 255] << 8) |
    (table[(half32 >>> 16) & 255] << 16) |
    (table[half32 >>> 24] << 24)
  );
}

/** One half of a linear map of a block. */
function mapped(table: Int32Array, lo: number, hi: number, which: 0 | 1): number {
  return (
    table[((lo & 255) << 1) + which] |
    table[512 + (((lo >>> 8) & 255) << 1) + which] |
    table[1024 + (((lo >>> 16) & 255) << 1) + which] |
    table[1536 + ((lo >>> 24) << 1) + which] |
    table[2048 + ((hi & 255) << 1) + which] |
    table[2560 + (((hi >>> 8) & 255) << 1) + which] |
    table[3072 + (((hi >>> 16) & 255) << 1) + which] |
    table[3584 + ((hi >>> 24) << 1) + which]
  );
}
