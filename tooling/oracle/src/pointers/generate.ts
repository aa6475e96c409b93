import { type Row, rowById, table } from '@armature/isa';
import { Random, seedOf } from '../random.ts';
import { LANDING, type PointerDriver, RECORD, RESULT_NAMES } from './record.ts';

/** Rows of pointer authentication. X0 is the destination, and X1 or SP the modifier where there is a field for it. */
export const pointerRows: readonly Row[] = table.filter(
  ({ feature, status }) => feature === 'FEAT_PAuth' && status === 'done',
);

const random64 = (random: Random): bigint => (BigInt(random.next()) << 32n) | BigInt(random.next());

/** SCTLR_EL1 after reset, then EnIA, EnIB, EnDA and EnDB. */
const SCTLR_RESET = 0x00c5_0838n;
const EN_IA = 1n << 31n;
const ENABLES = EN_IA | (1n << 30n) | (1n << 27n) | (1n << 13n);

/** Rows that go to the address or load from it. */
const usesAddress = (row: Row): boolean => /^(B|RET|ERET|LDR)/.test(row.id);

/** Circumstances that no case has, each with the reason. */
export const POINTER_AVOIDANCES: readonly {
  readonly reason: string;
  readonly rows: (row: Row) => boolean;
}[] = [
  {
    reason:
      'QEMU 7.2 takes bit 55 of a pointer where bit 63 decides on the half: halves have one size when the bits differ',
    rows: () => true,
  },
  {
    reason: 'QEMU 7.2 leaves XPACI, XPACD and XPACLRI without effect while no key is enabled: EnIA is set',
    rows: (row) => row.id.startsWith('XPAC'),
  },
  {
    reason:
      'QEMU 7.2 reports the abort of a fetch from a misaligned address, and not that it is misaligned, which has priority',
    rows: (row) => /^(B|RET|ERET)/.test(row.id),
  },
  {
    reason: 'QEMU 7.2 does not check the alignment of data accesses while the MMU is off',
    rows: (row) => row.id.startsWith('LDR'),
  },
  {
    reason: 'physical addresses of the CPU max have 52 bits on QEMU and 48 on ours: no address is between',
    rows: usesAddress,
  },
];

/** How many sizes of addresses there are from 16 (TCR_EL1.TxSZ) on; only the first ones keep addresses of RAM whole. */
const SIZES = 24;
const SIZES_WITH_RAM = 17;

/**
 * Any of the sizes, top bytes ignored in both halves or in none, for data alone at times. For a pointer that is
 * in both halves, its bits 63 and 55 being different, both have one size.
 */
function control(random: Random, pointer: bigint, sizes: number): bigint {
  const first = BigInt(16 + (random.oneIn(2) ? 0 : random.below(sizes)));
  const isInBoth = (((pointer >> 63n) ^ (pointer >> 55n)) & 1n) !== 0n;
  const second = isInBoth ? first : BigInt(16 + random.below(sizes));
  const ignored = random.oneIn(2) ? 0n : (3n << 37n) | (random.oneIn(2) ? 3n << 51n : 0n);
  // Granules of 4 KiB.
  return first | (second << 16n) | (2n << 30n) | ignored;
}

/** Bits above the addresses all equal, or not; tags at times. */
function anyPointer(random: Random): bigint {
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

/** A place that can be branched to, or loaded from at any offset that the instruction has. */
const place = (random: Random): bigint =>
  BigInt(LANDING.address + LANDING.size / 4 + 8 * random.below(LANDING.size / 16));

/** A pointer to where there is neither memory nor a device, whatever the size of addresses; aligned. */
const nowhere = (random: Random): bigint => (anyPointer(random) & ~0x000f_0080_8000_0007n) | 0x6000_0000n;

function wordOf(row: Row, random: Random): number {
  const modifier = random.oneIn(4) ? 31 : 1;
  let word: number = row.value;
  if (row.id.startsWith('LDRA')) {
    const writeback = random.below(2);
    word |= (random.below(2) << 22) | (random.below(256) << 12) | (writeback << 11) | 2;
  } else if (row.id === 'PACGA_dp_2src') {
    // Takes its data from X0 too, for a code in X0.
    word |= modifier << 16;
  } else if (row.id.startsWith('B')) {
    // The address is in X0, the modifier in Rm.
    if (row.fields.has('Rm')) word |= modifier;
  } else if (row.fields.has('Rn')) {
    word |= modifier << 5;
  }
  return word >>> 0;
}

/** The instruction that signs the pointer that a word authenticates, as a word with the same operands. */
function signingWord(row: Row, word: number): number | undefined {
  const [name = ''] = row.id.split('_');
  const wordOfRow = (id: string): number => rowById(id)!.value >>> 0;
  const modifier = (word & 31) << 5;
  if (name.startsWith('AUT')) {
    return (word + wordOfRow(row.id.replace('AUT', 'PAC')) - wordOfRow(row.id)) >>> 0;
  }
  const key = name.includes('AB') || name.includes('BB') ? 'B' : 'A';
  if (name.startsWith('LDRA')) return wordOfRow(`PACDZ${name.at(-1)}_dp_1src`);
  if (name.startsWith('RET')) return wordOfRow(`PACI${name.at(-1)}SP_hints`);
  if (name.startsWith('ERET')) return (wordOfRow(`PACI${name.at(-1)}_dp_1src`) | (31 << 5)) >>> 0;
  if (!name.startsWith('B')) return undefined;
  if (name.endsWith('Z')) return wordOfRow(`PACIZ${key}_dp_1src`);
  return (wordOfRow(`PACI${key}_dp_1src`) | modifier) >>> 0;
}

/**
 * Random cases of a row. Most of the pointers that an instruction authenticates are ones that `signer` has signed.
 *
 * @returns records of `RECORD.size` words, results empty
 */
export function generatePointers(
  row: Row,
  count: number,
  seed: number,
  signer: PointerDriver,
  first = 0,
): BigUint64Array {
  const records = new BigUint64Array(count * RECORD.size);
  const signing = records.slice();
  const random = new Random(0);
  const rowSeed = seedOf(row.id, seed);
  const wishes: { signed: boolean; flip: bigint }[] = [];
  for (let index = 0; index < count; index++) {
    random.reseed(rowSeed ^ Math.imul(first + index + 1, 0x9e37_79b1));
    const wild = random.oneIn(16);
    const pointer = !usesAddress(row) ? anyPointer(random) : wild ? nowhere(random) : place(random);
    const word = wordOf(row, random);
    const sctlr = SCTLR_RESET | (random.oneIn(8) ? (random64(random) & ENABLES) | EN_IA : ENABLES);
    const record = records.subarray(index * RECORD.size, (index + 1) * RECORD.size);
    record[RECORD.word] = BigInt(word);
    record[RECORD.sctlr] = sctlr;
    record[RECORD.tcr] = control(random, pointer, usesAddress(row) ? SIZES_WITH_RAM : SIZES);
    record[RECORD.pointer] = pointer;
    record[RECORD.modifier] = random64(random);
    record[RECORD.sp] = random64(random) & ~15n;
    for (let key = 0; key < 10; key++) record[RECORD.keys + key] = random64(random);
    signing.set(record, index * RECORD.size);
    signing[index * RECORD.size] = BigInt(signingWord(row, word) ?? 0);
    // Where an address is used, no flip leads to another place in physical memory.
    const lowest = usesAddress(row) ? 52 : 0;
    const flip = random.oneIn(4) ? 1n << BigInt(lowest + random.below(64 - lowest)) : 0n;
    wishes.push({ signed: usesAddress(row) ? !random.oneIn(8) : random.oneIn(2), flip });
  }
  if (signingWord(row, row.value) === undefined) return records;
  signer.run(signing);
  wishes.forEach(({ signed, flip }, index) => {
    if (!signed) return;
    const at = index * RECORD.size;
    const pointer = records[at + RECORD.pointer]!;
    // The result is in the one of X0, X17 and X30 that has changed.
    const results = ['x0', 'x17', 'x30'].map(
      (name) => signing[at + RECORD.results + RESULT_NAMES.indexOf(name as 'x0')]!,
    );
    records[at + RECORD.pointer] = (results.find((value) => value !== pointer) ?? pointer) ^ flip;
  });
  return records;
}
