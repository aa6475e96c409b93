import { CASE, CODE_PAGES, PAGE_SIZE, WINDOW, WINDOW_PAGES } from './layout.ts';
import { Random } from './random.ts';

/** How a case is entered. */
export const MODE = { el1h: 0, el1t: 1, el0t: 2 } as const;
export type Mode = (typeof MODE)[keyof typeof MODE];

/** SPSR_ELx.M of each mode. */
const PSTATE_M = [0b0101, 0b0100, 0b0000] as const;

const EDGES: readonly (readonly [lo: number, hi: number])[] = [
  [0, 0],
  [1, 0],
  [-1, -1],
  [0, 0x8000_0000],
  [-1, 0x7fff_ffff],
  [0x8000_0000, 0],
  [0x7fff_ffff, 0],
  [0x8000_0000, -1],
  [-1, 0],
  [0, -1],
  [0x5555_5555, 0x5555_5555],
  [0xff, 0],
  [0x8000, 0],
];

/** An address where something interesting begins or ends, as an offset in the window. */
export function windowOffset(random: Random): number {
  const kind = random.below(16);
  const pages = WINDOW_PAGES.length;
  // Any page, one beyond the end, or (mostly) those that hold data.
  const page = kind < 3 ? random.below(pages + 1) : CODE_PAGES + 1 + random.below(6);
  const start = page * PAGE_SIZE;
  switch (kind % 4) {
    case 0:
      return start + random.below(PAGE_SIZE);
    case 1:
      return start + PAGE_SIZE - random.below(33);
    case 2:
      return start + 8 * random.below(PAGE_SIZE / 8);
    default:
      return start + random.below(33) - 16;
  }
}

/** Writes one 64-bit value. */
export function put64(record: Int32Array, word: number, lo: number, hi: number): void {
  record[word] = lo;
  record[word + 1] = hi;
}

/** Writes an address, or any whole number that a double holds. */
export function putNumber(record: Int32Array, word: number, value: number): void {
  put64(record, word, (value % 2 ** 32) | 0, Math.floor(value / 2 ** 32));
}

function putRandom(record: Int32Array, word: number, random: Random): void {
  const kind = random.below(16);
  if (kind < 6) {
    put64(record, word, random.next(), random.next());
  } else if (kind < 8) {
    const edge = random.pick(EDGES);
    put64(record, word, edge[0], edge[1]);
  } else if (kind === 8) {
    const bit = random.below(64);
    put64(record, word, bit < 32 ? 1 << bit : 0, bit < 32 ? 0 : 1 << (bit - 32));
  } else if (kind < 11) {
    const small = random.below(129) - 64;
    put64(record, word, small, small >> 31);
  } else if (kind === 11) {
    put64(record, word, random.next(), 0);
  } else if (kind === 12) {
    // Contiguous ones, as masks and counts of leading bits like them.
    const ones = random.below(65);
    const fill = (count: number): number => (count >= 32 ? -1 : count <= 0 ? 0 : (1 << count) - 1);
    put64(record, word, fill(ones), fill(ones - 32));
  } else {
    putNumber(record, word, WINDOW + windowOffset(random));
  }
}

/**
 * Fills a record with a state that depends on nothing but the seed and the mode: registers of many kinds, stack
 * pointers mostly aligned and in the window, random flags and interrupt masks. Recorded vectors depend on it: a
 * change of it makes them stale.
 */
export function fillState(record: Int32Array, seed: number, mode: Mode, pcOffset: number): void {
  const random = new Random(seed);
  record.fill(0);
  putNumber(record, CASE.pc, WINDOW + pcOffset);
  for (let register = 0; register < 31; register++) putRandom(record, CASE.x + 2 * register, random);
  for (const word of [CASE.spEl0, CASE.spEl1]) {
    if (random.oneIn(8)) putRandom(record, word, random);
    else putNumber(record, word, WINDOW + (windowOffset(random) & (random.oneIn(8) ? -1 : -16)));
  }
  put64(record, CASE.tpidrEl0, random.next(), random.next());
  record[CASE.pstate] = (random.next() & 0xf000_0000) | (random.below(16) << 6) | PSTATE_M[mode];
}
