import { decode, extract, type Row, rowById } from '@armature/isa';
import { allSemantics } from '../../src/semantics/index.ts';
import { Random, seedOf } from '../simd-oracle/random.ts';
import { Cases, PAGE, random64, SLOT, WINDOW, WINDOW_PAGES, WINDOW_SIZE, windowContent } from './case.ts';

/** Rows that are compared: with semantics, and not among those of the oracle of integer instructions. */
export function memoryRows(wanted = /_fp$|_asisdls|_memop$|_comswap|_ldapstl|^LDLAR|^STLLR/): string[] {
  return [...allSemantics.keys()].filter((row) => wanted.test(row));
}

/** Encodings that are UNPREDICTABLE: no case has them. */
function isUnpredictable(row: Row, word: number): boolean {
  const field = (name: string): number => extract(row, word, name);
  if (/^LDN?P_/.test(row.id) && field('Rt') === field('Rt2')) return true;
  if (/^LDRA[AB]_/.test(row.id) && field('W') === 1) return field('Rn') === field('Rt') && field('Rn') !== 31;
  return false;
}

const REGISTER_FIELDS = new Set(['Rn', 'Rm', 'Rt', 'Rt2', 'Rs']);

function randomField(name: string, width: number, random: Random): number {
  if (REGISTER_FIELDS.has(name) && random.oneIn(6)) return 31;
  if (width > 3 && random.oneIn(6)) return random.pick([0, 1, 2 ** width - 1, 2 ** (width - 1)]);
  return random.below(2 ** width);
}

/** A random word that decodes to the row. @throws Error when none is found. */
export function randomWord(row: Row, random: Random): number {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    let word: number = row.value;
    for (const { name, lo, width } of row.fields.values()) {
      const fixed = row.defaults?.[name];
      word |= (typeof fixed === 'number' ? fixed : randomField(name, width, random)) << lo;
    }
    word >>>= 0;
    if (decode(word)?.id === row.id && !isUnpredictable(row, word)) return word;
  }
  throw new Error(`${row.id}: no word found`);
}

/** An offset in the window: anywhere, or within 70 bytes of where two pages meet. */
function windowOffset(random: Random): number {
  if (random.oneIn(3)) return (1 + random.below(WINDOW_PAGES.length - 1)) * PAGE + random.below(140) - 70;
  return random.pick([1, 1, 2, 4, 5, 7]) * PAGE + random.below(PAGE);
}

const signExtended = (value: number, width: number): number => (value << (32 - width)) >> (32 - width);

/** What an access adds to its base register, beside an index register. */
function immediateOffset(row: Row, word: number): bigint {
  const field = (name: string): number => extract(row, word, name);
  if (row.fields.has('imm12')) {
    const scale = row.fields.has('opc1') ? 4 * field('opc1') + field('size') : word >>> 30;
    return BigInt(field('imm12')) << BigInt(scale);
  }
  if (/immpost|_post/.test(row.id)) return 0n;
  if (row.fields.has('imm9')) {
    const value = signExtended(field('imm9'), 9);
    return BigInt(row.id.startsWith('LDRA') ? ((field('S') ? -512 : 0) + field('imm9')) * 8 : value);
  }
  if (row.fields.has('imm7')) return BigInt(signExtended(field('imm7'), 7) * (4 << field('opc')));
  return 0n;
}

/** Sets the registers of a case so that its access is in the window. */
function aim(cases: Cases, index: number, row: Row, word: number, random: Random): void {
  const field = (name: string): number => extract(row, word, name);
  const rn = field('Rn');
  const offset = windowOffset(random);
  const alignment = random.pick(
    /memop|comswap|ldapstl|ldstord/.test(row.id) ? [4, 8, 16, 16, 16] : [1, 1, 4, 8, 16],
  );
  let base = BigInt(WINDOW + (offset & -alignment)) - immediateOffset(row, word);
  if (row.id.includes('regoff') && field('Rm') !== 31 && field('Rm') !== rn) {
    const option = field('option');
    const shift = field('S') ? BigInt(4 * field('opc1') + field('size')) : 0n;
    const low = random.oneIn(2) ? BigInt(random.below(64)) : BigInt.asIntN(32, BigInt(random.next()));
    const value = option & 1 ? low : (BigInt(random.next()) << 32n) | BigInt.asUintN(32, low);
    const added = option & 1 ? value : option & 4 ? BigInt.asIntN(32, value) : BigInt.asUintN(32, value);
    cases.setX(index, field('Rm'), value);
    base -= added << shift;
  }
  cases.setX(index, rn, rn === 31 ? base & ~15n : base);
}

const content = windowContent();

/** Makes a comparison with memory succeed, where the case has one. */
function agree(cases: Cases, index: number, row: Row, word: number): void {
  const offset = Number(cases.x(index, extract(row, word, 'Rn')) - BigInt(WINDOW));
  if (offset < 0 || offset > WINDOW_SIZE - 16) return;
  const view = new DataView(content.buffer, offset, 16);
  const rs = extract(row, word, 'Rs');
  const double = extract(row, word, 'sf') === 1;
  if (rs < 31) cases.setX(index, rs, view.getBigUint64(0, true));
  if (!row.id.startsWith('CASP') || rs + 1 >= 31) return;
  cases.setX(index, rs + 1, double ? view.getBigUint64(8, true) : BigInt(view.getUint32(4, true)));
}

/** A distance of a literal load that leads into the window. */
function literalWord(word: number, random: Random): number {
  const target = WINDOW + (windowOffset(random) & ~3);
  return ((word & ~(0x7_ffff << 5)) | (((((target - SLOT) / 4) & 0x7_ffff) << 5) >>> 0)) >>> 0;
}

/** Random cases of one row of the decode table; the same for the same seed. */
export function generateCases(rowId: string, count: number, seed: number): Cases {
  const row = rowById(rowId);
  if (row === undefined) throw new Error(`no row ${rowId}`);
  const random = new Random(seedOf(rowId, seed));
  const cases = new Cases(count);
  for (let index = 0; index < count; index++) {
    let word = randomWord(row, random);
    if (row.id.includes('loadlit')) word = literalWord(word, random);
    cases.set(index, 'word', word);
    cases.set(index, 'nzcv', random.below(16) << 28);
    for (let register = 0; register < 31; register++) cases.setX(index, register, random64(random));
    cases.setX(index, 31, random64(random) & ~15n);
    for (let register = 0; register < 32; register++) {
      const bytes = cases.v(index, register);
      for (let at = 0; at < 16; at++) bytes[at] = random.next();
    }
    if (row.fields.has('Rn') && !random.oneIn(20)) aim(cases, index, row, word, random);
    if (/^CASP?_/.test(row.id) && random.oneIn(2)) agree(cases, index, row, word);
  }
  return cases;
}
