import { extract, type Row, signExtend } from '@armature/isa';
import { CODE_PAGES, PAGE_SIZE, WINDOW, WINDOW_PAGES, WINDOW_SIZE } from '../layout.ts';
import { Random, seedOf } from '../random.ts';
import { windowContent } from '../tables.ts';
import { randomWord } from '../words.ts';
import { RECORD, type Records, SLOTS, wordAddress } from './record.ts';
import { extremeLane, floatLane, integerLane, type LaneMaker, minimumLane, nearLane } from './values.ts';

const LANE_BITS = [8, 16, 32, 64] as const;
const FLOAT_BITS = [16, 32, 64] as const;

/** Rows of floating-point arithmetic: their registers mostly hold such numbers, and FPCR varies. */
const isFloatingPoint = (row: Row): boolean =>
  /^(floating-point|conversion)/.test(row.group) ||
  (row.group.startsWith('advsimd') && /^(F|BF|[SU]CVTF)/.test(row.id));

/** Rows that access memory. */
const accessesMemory = (row: Row): boolean => /load|atomic|swap|limited/.test(row.group);

/** Rows that write memory, or both read and write it. */
const mayStore = (row: Row): boolean =>
  accessesMemory(row) && (/^(ST|CAS|SWP)/.test(row.id) || /^LD(ADD|CLR|EOR|SET|[SU]M(AX|IN))/.test(row.id));

/** FPCR: the default half of the time, else any rounding mode, DN, FZ, FZ16 and AHP. */
const anyFpcr = (random: Random): number =>
  random.oneIn(2) ? 0 : (random.below(32) << 22) | (random.below(2) << 19);

/** FPSR: IXC alone, which lets the host compute, no bit, or any cumulative bits. */
const anyFpsr = (random: Random): number => {
  const kind = random.below(3);
  if (kind < 2) return kind << 4;
  return (random.below(2) << 27) | (random.below(2) << 7) | random.below(32);
};

const integerLanes: readonly LaneMaker[] = [
  integerLane,
  integerLane,
  integerLane,
  integerLane,
  extremeLane,
  minimumLane,
];
const floatLanes: readonly LaneMaker[] = [
  floatLane,
  floatLane,
  floatLane,
  floatLane,
  nearLane,
  nearLane,
  nearLane,
  integerLane,
];

function fillLanes(bytes: Uint8Array, from: number, bits: number, make: LaneMaker, random: Random): void {
  const end = from + 16;
  for (let at = from; at < end; ) {
    const lane = make(random, bits);
    let half = lane.lo;
    for (let bit = 0; bit < bits; bit += 8, half >>>= 8) {
      if (bit === 32) half = lane.hi;
      bytes[at++] = half;
    }
  }
}

/** Fills the registers that a word may name, table lists included, with values that are worth a try. */
function fillOperands(cases: Records, index: number, word: number, floats: boolean, random: Random): void {
  const sizes = floats ? FLOAT_BITS : LANE_BITS;
  const make = random.pick(floats ? floatLanes : integerLanes);
  const common = random.oneIn(2) ? random.pick(sizes) : 0;
  const vectors = index * RECORD.size + RECORD.v;
  let filled = 0;
  const fill = (register: number): void => {
    if ((filled >>> register) & 1) return;
    filled |= 1 << register;
    fillLanes(cases.bytes, vectors + 16 * register, common || random.pick(sizes), make, random);
    if (register === 31) return;
    const lane = integerLane(random, 64);
    const at = cases.at(index, RECORD.x + 8 * register);
    cases.words[at] = lane.lo;
    cases.words[at + 1] = lane.hi;
  };
  const n = (word >>> 5) & 31;
  fill(word & 31);
  fill(n);
  fill((word >>> 10) & 31);
  fill((word >>> 16) & 31);
  if (((word >>> 24) & 0xbf) !== 0x0e) return;
  for (let next = 1; next < 4; next++) fill((n + next) & 31);
}

/** Pages that programs at EL0 can reach, from the first page of data on. */
const DATA_PAGES = WINDOW_PAGES.flatMap((kind, page) =>
  kind === 'data' || kind === 'read-only' ? [page] : [],
);

/** An offset in the window: in one of the pages of data, or within 70 bytes of where two pages meet. */
function windowOffset(random: Random): number {
  if (!random.oneIn(3)) return random.pick(DATA_PAGES) * PAGE_SIZE + random.below(PAGE_SIZE);
  const page = CODE_PAGES + 1 + random.below(WINDOW_PAGES.length - CODE_PAGES - 1);
  return page * PAGE_SIZE + random.below(140) - 70;
}

/** What an access adds to its base register, beside an index register. */
function immediateOffset(row: Row, word: number): number {
  if (row.fields.has('imm12')) {
    return extract(row, word, 'imm12') * 2 ** (4 * extract(row, word, 'opc1') + extract(row, word, 'size'));
  }
  if (/immpost|_post/.test(row.id)) return 0;
  if (row.fields.has('imm9')) return signExtend(extract(row, word, 'imm9'), 9);
  if (row.fields.has('imm7'))
    return signExtend(extract(row, word, 'imm7'), 7) * (4 << extract(row, word, 'opc'));
  return 0;
}

/** Sets the registers of a case so that its access is in the window. */
function aim(cases: Records, index: number, row: Row, word: number, random: Random): void {
  const rn = extract(row, word, 'Rn');
  const ordered = /memop|comswap|ldapstl|ldstord/.test(row.id);
  const alignment = random.pick(ordered ? [4, 8, 16, 16, 16] : [1, 1, 4, 8, 16]);
  const offset = windowOffset(random);
  let base = WINDOW + (offset - (offset % alignment)) - immediateOffset(row, word);
  if (row.fields.has('option')) {
    const rm = extract(row, word, 'Rm');
    if (rm !== 31 && rm !== rn) {
      const option = extract(row, word, 'option');
      const shift = extract(row, word, 'S') * (4 * extract(row, word, 'opc1') + extract(row, word, 'size'));
      const low = random.oneIn(2) ? random.below(64) : random.next() | 0;
      // The high half counts for 64-bit indexes only; for the others it is there to be ignored.
      cases.setX(index, rm, low);
      if (!(option & 1)) cases.words[cases.at(index, RECORD.x + 8 * rm) + 1] = random.next();
      base -= (option & 1 || option & 4 ? low : low >>> 0) * 2 ** shift;
    }
  }
  cases.setX(index, rn, rn === 31 ? base - (base & 15) : base);
}

const content = new Int32Array(windowContent().buffer);

/** Makes a comparison with memory succeed, where the case has one. */
function agree(cases: Records, index: number, row: Row, word: number): void {
  const base = cases.at(index, RECORD.x + 8 * extract(row, word, 'Rn'));
  const address = cases.words[base]! + cases.words[base + 1]! * 2 ** 32;
  const offset = address - WINDOW;
  if (!(offset >= 0 && offset <= WINDOW_SIZE - 16) || offset % 4 !== 0) return;
  const rs = extract(row, word, 'Rs');
  const words = row.id.startsWith('CASP') ? (extract(row, word, 'sf') === 1 ? 4 : 1) : 2;
  const put = (register: number, from: number, count: number): void => {
    if (register === 31) return;
    const at = cases.at(index, RECORD.x + 8 * register);
    for (let half = 0; half < count; half++) cases.words[at + half] = content[offset / 4 + from + half]!;
  };
  put(rs, 0, Math.min(words, 2));
  if (row.id.startsWith('CASP')) put(rs + 1, words === 4 ? 2 : 1, Math.min(words, 2));
}

/** A distance of a literal load that leads into the window. */
function literalWord(word: number, slot: number, random: Random): number {
  const target = WINDOW + windowOffset(random);
  const distance = ((target - (target % 4) - wordAddress(slot)) / 4) & 0x7_ffff;
  return ((word & ~(0x7_ffff << 5)) | (distance << 5)) >>> 0;
}

/** Writes random cases of a row into `cases`; each depends on nothing but the row, the seed and its number. */
export function generateInto(cases: Records, row: Row, seed: number, firstNumber = 0): void {
  const rowSeed = seedOf(row.id, seed);
  const random = new Random(0);
  const floats = isFloatingPoint(row);
  const memory = accessesMemory(row);
  const stores = mayStore(row) ? 1 : 0;
  for (let index = 0; index < cases.count; index++) {
    random.reseed(rowSeed ^ Math.imul(firstNumber + index + 1, 0x9e37_79b1));
    const slot = (firstNumber + index) % SLOTS;
    let word = randomWord(row, random);
    if (row.group === 'load-simd-literal') word = literalWord(word, slot, random);
    const start = cases.at(index, 0);
    for (let at = start + RECORD.x / 4; at < start + RECORD.faultAddress / 4; at++)
      cases.words[at] = random.next();
    cases.words[cases.at(index, RECORD.sp)] &= ~15;
    cases.set(index, 'word', word);
    cases.set(index, 'nzcv', random.next() & 0xf000_0000);
    cases.set(index, 'fpcr', floats ? anyFpcr(random) : 0);
    cases.set(index, 'fpsr', anyFpsr(random));
    cases.set(index, 'mayStore', stores);
    cases.set(index, 'slot', slot);
    if (!memory) fillOperands(cases, index, word, floats, random);
    else if (row.fields.has('Rn') && !random.oneIn(20)) aim(cases, index, row, word, random);
    if (/^CAS/.test(row.id) && random.oneIn(2)) agree(cases, index, row, word);
  }
}
