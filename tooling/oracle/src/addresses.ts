import { extract, type Row, signExtend } from '@armature/isa';
import type { Override } from './case.ts';
import { PAGE_SIZE, WINDOW } from './layout.ts';
import type { Random } from './random.ts';
import { windowOffset } from './state.ts';

/** What a memory access adds to its base register, or undefined when the base is the address. */
function immediateOffset(row: Row, word: number): bigint | undefined {
  const size = (word >>> 30) & 3;
  switch (row.group) {
    case 'load-store-unsigned-immediate':
      return BigInt(extract(row, word, 'imm12') * 2 ** size);
    case 'load-store-unscaled':
    case 'load-store-unprivileged':
    case 'load-store-immediate-pre':
      return BigInt(signExtend(extract(row, word, 'imm9'), 9));
    case 'load-store-pair-offset':
    case 'load-store-pair-pre':
    case 'load-store-no-allocate-pair':
      return BigInt(signExtend(extract(row, word, 'imm7'), 7) * (word >>> 31 === 1 ? 8 : 4));
    default:
      return undefined;
  }
}

/** An index register's value, and what the access adds for it. */
function index(row: Row, word: number, random: Random): { value: bigint; offset: bigint } {
  const option = extract(row, word, 'option');
  const shift = BigInt(extract(row, word, 'S') * ((word >>> 30) & 3));
  const low = random.oneIn(2) ? BigInt(random.below(64)) : BigInt.asIntN(32, BigInt(random.next()));
  // The high half counts for 64-bit indexes only; for the others it is there to be ignored.
  const value = option & 1 ? low : (BigInt(random.next()) << 32n) | BigInt.asUintN(32, low);
  const extended = option & 1 ? value : option & 4 ? BigInt.asIntN(32, value) : BigInt.asUintN(32, value);
  return { value: BigInt.asUintN(64, value), offset: extended << shift };
}

/** Rows that access memory at an address made from a base register. */
export function hasBaseRegister(row: Row): boolean {
  return row.group.startsWith('load-store');
}

/** A target address in the window, naturally aligned more often than not. */
export function targetAddress(random: Random, alignment: number): bigint {
  const offset = windowOffset(random);
  return BigInt(WINDOW + (random.below(4) < 3 ? offset - (offset % alignment) : offset));
}

/**
 * Register values that make a load or store address the window, its edges and its holes. SP is always aligned:
 * QEMU doesn't check that (SCTLR_EL1.SA), so the check has tests of its own elsewhere.
 */
export function addressOverrides(row: Row, word: number, random: Random): Override[] {
  const rn = extract(row, word, 'Rn');
  if (rn !== 31 && random.oneIn(12)) return [];
  const aligned = (value: bigint): bigint => BigInt.asUintN(64, rn === 31 ? value & ~15n : value);
  const exclusive = row.group === 'load-store-exclusive' || row.group === 'load-store-ordered';
  const target = targetAddress(random, exclusive ? 16 : random.pick([1, 4, 8, 16]));
  if (row.group === 'load-store-register-offset') {
    const rm = extract(row, word, 'Rm');
    const { value, offset } = index(row, word, random);
    const base = { register: rn, value: aligned(target - (rm === 31 ? 0n : offset)) };
    return rm === 31 || rm === rn ? [base] : [base, { register: rm, value }];
  }
  const value = target - (immediateOffset(row, word) ?? 0n);
  return [{ register: rn, value: aligned(value) }];
}

/** An offset in the code pages where a case may begin: anywhere, or at the end of a page. */
export function codeOffset(random: Random, words: number): number {
  const page = 4 + random.below(11);
  const last = PAGE_SIZE - 4;
  const inPage = random.oneIn(8) ? last - 4 * random.below(words) : 4 * random.below(PAGE_SIZE / 4);
  return page * PAGE_SIZE + inPage;
}
