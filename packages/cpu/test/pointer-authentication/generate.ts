import { rowById } from '@armature/isa';
import { Random, seedOf } from '../simd-oracle/random.ts';
import type { PointerCase } from './qemu.ts';

/** Rows with X0 as destination, and X1 or SP as modifier where they have a field for it. */
const DATA_PROCESSING = ['PAC', 'AUT'].flatMap((prefix) =>
  ['IA', 'IB', 'DA', 'DB', 'IZA', 'IZB', 'DZA', 'DZB'].map((key) => `${prefix}${key}_dp_1src`),
);
const HINTS = ['PACIA', 'PACIB', 'AUTIA', 'AUTIB'].flatMap((name) =>
  ['Z', 'SP', '1716'].map((suffix) => `${name}${suffix}_hints`),
);

/** The rows that are compared. Branches and loads are not: they are made of these. */
export const POINTER_ROWS: readonly string[] = [
  ...DATA_PROCESSING,
  'XPACI_dp_1src',
  'XPACD_dp_1src',
  'PACGA_dp_2src',
  ...HINTS,
  'XPACLRI_hints',
];

const random64 = (random: Random): bigint => (BigInt(random.next()) << 32n) | BigInt(random.next());

/** SCTLR_EL1 after reset, then EnIA, EnIB, EnDA and EnDB. */
const SCTLR_RESET = 0x00c5_0838n;
const EN_IA = 1n << 31n;
const ENABLES = EN_IA | (1n << 30n) | (1n << 27n) | (1n << 13n);

/**
 * Sizes from 16 to 39, top bytes ignored in both halves or in none, for data alone at times. For a pointer that is
 * in both halves, its bits 63 and 55 being different, both have one size: QEMU takes bit 55 where bit 63 counts.
 */
function control(random: Random, pointer: bigint): bigint {
  const first = BigInt(16 + (random.oneIn(2) ? 0 : random.below(24)));
  const isInBoth = (((pointer >> 63n) ^ (pointer >> 55n)) & 1n) !== 0n;
  const second = isInBoth ? first : BigInt(16 + random.below(24));
  const ignored = random.oneIn(2) ? 0n : (3n << 37n) | (random.oneIn(2) ? 3n << 51n : 0n);
  // Granules of 4 KiB.
  return first | (second << 16n) | (2n << 30n) | ignored;
}

/** Bits above the addresses all equal, or not; tags at times. */
function pointerOf(random: Random): bigint {
  const value = random64(random);
  switch (random.below(6)) {
    case 0:
      return value;
    case 1:
      return value & 0x0000_ffff_ffff_ffffn;
    case 2:
      return value | 0xffff_0000_0000_0000n;
    case 3:
      return value & 0xff00_001f_ffff_ffffn;
    case 4:
      return value | 0x00ff_ff00_0000_0000n;
    default:
      return value & 0x0000_001f_ffff_ffffn;
  }
}

function wordOf(id: string, random: Random): number {
  const row = rowById(id);
  if (row === undefined) throw new Error(`no row ${id}`);
  const modifier = random.oneIn(4) ? 31 : 1;
  let word = row.value;
  // PACGA takes its data from X0 too, for a code in X0.
  if (row.fields.has('Rm')) word |= modifier << 16;
  else if (row.fields.has('Rn')) word |= modifier << 5;
  return word >>> 0;
}

/** QEMU leaves XPACI alone while no key is enabled, so that EnIA is among those that a case has. */
function stateOf(pointer: bigint, random: Random): Omit<PointerCase, 'word'> {
  return {
    sctlr: SCTLR_RESET | (random.oneIn(8) ? (random64(random) & ENABLES) | EN_IA : ENABLES),
    tcr: control(random, pointer),
    pointer,
    modifier: random64(random),
    sp: random64(random) & ~15n,
    keys: Array.from({ length: 10 }, () => random64(random)),
  };
}

/** Cases of each row. Half of the authentications are of pointers that a `sign` has signed. */
export function generateCases(
  count: number,
  seed: number,
  sign: (cases: readonly PointerCase[]) => readonly bigint[],
): PointerCase[] {
  const random = new Random(seedOf('pointers', seed));
  const cases: PointerCase[] = [];
  for (const id of POINTER_ROWS) {
    const plain = Array.from({ length: count }, () => {
      const pointer = pointerOf(random);
      return { ...stateOf(pointer, random), word: wordOf(id, random) };
    });
    if (!id.startsWith('AUT')) {
      cases.push(...plain);
      continue;
    }
    const offset = (rowById(id.replace('AUT', 'PAC'))?.value ?? 0) - (rowById(id)?.value ?? 0);
    const signed = sign(plain.map((one) => ({ ...one, word: one.word + offset })));
    cases.push(
      ...plain.map((one, index) => {
        const pointer = signed[index] ?? one.pointer;
        // At times with one bit changed.
        const changed = random.oneIn(4) ? pointer ^ (1n << BigInt(random.below(64))) : pointer;
        return random.oneIn(2) ? one : { ...one, pointer: changed };
      }),
    );
  }
  return cases;
}
