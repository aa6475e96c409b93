import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decode, extract } from '../decode.ts';
import { CONDITIONS } from '../operands/mnemonic.ts';
import type { Row } from '../types.ts';
import { table } from './index.ts';

/**
 * Compares the table with GNU objdump: which words are allocated, and to which mnemonic. objdump disassembles
 * every architecture version it knows, so what Armv8.6 and later allocate as of binutils 2.40 is listed below.
 */

const OBJDUMP = 'aarch64-linux-gnu-objdump';
const available = spawnSync(OBJDUMP, ['--version']).status === 0;

const SEED = 0x5eed_a640;
const WORDS_PER_ROW = 100;
const NEIGHBOURS_PER_ROW = 100;
const WORDS_PER_SPACE = 20_000;
/** Values of bits 28:25: data processing with immediates, branches, loads and stores, registers, SIMD&FP. */
const SPACES = [
  0b1000, 0b1001, 0b1010, 0b1011, 0b0100, 0b0110, 0b1100, 0b1110, 0b0101, 0b1101, 0b0111, 0b1111,
];

interface Difference {
  readonly word: number;
  readonly row: Row | undefined;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

interface Exemption {
  readonly reason: string;
  readonly applies: (difference: Difference) => boolean;
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/** objdump alone allocates words of this shape. */
const onlyTheirs =
  (mask: number, value: number, mnemonics: RegExp): Exemption['applies'] =>
  ({ word, ours, theirs }) =>
    ours === undefined && theirs !== undefined && (word & mask) === (value | 0) && mnemonics.test(theirs);

/** The table alone allocates these words of the named rows. */
const onlyOurs =
  (ids: RegExp, condition: (row: Row, word: number) => boolean): Exemption['applies'] =>
  ({ word, row, theirs }) =>
    row !== undefined &&
    ids.test(row.id) &&
    (theirs === undefined || theirs === 'msr') &&
    condition(row, word);

const LATER: readonly Exemption[] = [
  { reason: 'SVE', applies: ({ word, ours }) => ours === undefined && ((word >>> 25) & 15) === 0b0010 },
  {
    reason: 'SME',
    applies: ({ word, ours }) => ours === undefined && word < 0 && ((word >>> 25) & 15) === 0b0000,
  },
  { reason: 'SME: MSR SVCR', applies: onlyTheirs(0xffff_f0ff, 0xd503_407f, /^(smstart|smstop|msr)$/) },
  { reason: 'FEAT_HBC', applies: onlyTheirs(0xff00_0010, 0x5400_0010, /^bc\./) },
  { reason: 'FEAT_MOPS', applies: onlyTheirs(0x3b20_0c00, 0x1900_0400, /^(cpy|set)/) },
  { reason: 'FEAT_CSSC, 1 source', applies: onlyTheirs(0x7fff_c000, 0x5ac0_0000, /^(abs|cnt|ctz)$/) },
  { reason: 'FEAT_CSSC, 2 sources', applies: onlyTheirs(0x7fe0_f000, 0x1ac0_6000, /^[su](max|min)$/) },
  { reason: 'FEAT_CSSC, immediate', applies: onlyTheirs(0x7ff0_0000, 0x11c0_0000, /^[su](max|min)$/) },
  { reason: 'FEAT_LS64', applies: onlyTheirs(0xffe0_8c00, 0xf820_8000, /^(ld64b|st64b|st64bv|st64bv0)$/) },
  { reason: 'FEAT_WFxT', applies: onlyTheirs(0xffff_ffc0, 0xd503_1000, /^(wfet|wfit)$/) },
  { reason: 'FEAT_XS: DSB nXS', applies: onlyTheirs(0xffff_f3ff, 0xd503_323f, /^dsb$/) },
  { reason: 'FEAT_TME: TSTART, TTEST', applies: onlyTheirs(0xffff_fee0, 0xd523_3060, /^(tstart|ttest)$/) },
  { reason: 'FEAT_TME: TCOMMIT', applies: onlyTheirs(0xffff_ffff, 0xd503_307f, /^tcommit$/) },
  { reason: 'FEAT_TME: TCANCEL', applies: onlyTheirs(0xffe0_001f, 0xd460_0000, /^tcancel$/) },
];

const TRUE_DIFFERENCES: readonly Exemption[] = [
  {
    reason: 'op0 = 0 names no system register, but objdump writes it as a move of one',
    applies: onlyTheirs(0xffd8_0000, 0xd500_0000, /^(msr|mrs)$/),
  },
  {
    reason: 'objdump ignores bit 22 of FMLAL and its like, which DDI 0487 has as 0',
    applies: onlyTheirs(0x9f60_d400, 0x0e60_c400, /^fml[as]l2?$/),
  },
  {
    reason: 'fields that should be ones are not: CONSTRAINED UNPREDICTABLE, and objdump has no instruction',
    applies: onlyOurs(
      /^LD(AR|APR)[BH]?_/,
      (row, word) =>
        extract(row, word, 'Rs') !== 31 || (row.fields.has('Rt2') && extract(row, word, 'Rt2') !== 31),
    ),
  },
  {
    reason: 'bits that should be zeros are not: CONSTRAINED UNPREDICTABLE, and objdump has no instruction',
    applies: onlyOurs(/^(ADDG|SUBG)_/, (_, word) => (word & 0xc000) !== 0),
  },
  {
    reason: 'CRm should be zero: CONSTRAINED UNPREDICTABLE, and objdump writes a system register move',
    applies: onlyOurs(/^(CFINV|AXFLAG|XAFLAG)_/, (_, word) => (word & 0xf00) !== 0),
  },
  {
    reason:
      'registers of the pair, or the base it writes, are one: CONSTRAINED UNPREDICTABLE; objdump refuses',
    applies: onlyOurs(/^LDPSW_/, (row, word) => {
      const [Rt, Rt2, Rn] = ['Rt', 'Rt2', 'Rn'].map((name) => extract(row, word, name));
      return Rt === Rt2 || (!row.id.endsWith('_off') && Rn !== 31 && (Rt === Rn || Rt2 === Rn));
    }),
  },
  {
    reason: 'without aliases objdump writes every hint as HINT',
    applies: ({ row, theirs }) => row?.id.endsWith('_hints') === true && theirs === 'hint',
  },
];

const EXEMPTIONS: readonly Exemption[] = [...LATER, ...TRUE_DIFFERENCES];

/** A small deterministic generator, so that a failure repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  };
}

/** Words of every row, the same with one bit turned, and words of every space. */
function sample(): Int32Array {
  const next = random(SEED);
  const words: number[] = [];
  for (const row of table) {
    const instance = (): number => (next() & ~row.mask) | row.value;
    for (let count = 0; count < WORDS_PER_ROW; count++) words.push(instance());
    for (let count = 0; count < NEIGHBOURS_PER_ROW; count++) words.push(instance() ^ (1 << (next() & 31)));
  }
  for (const space of SPACES) {
    for (let count = 0; count < WORDS_PER_SPACE; count++) words.push((next() & ~(15 << 25)) | (space << 25));
  }
  return Int32Array.from(words);
}

/** The mnemonic objdump gives each word, undefined where it knows no instruction. */
function objdump(words: Int32Array, options: string): (string | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'armature-isa-'));
  try {
    const file = join(folder, 'words.bin');
    writeFileSync(file, new Uint8Array(words.buffer));
    const run = spawnSync(OBJDUMP, ['-D', '-z', '-b', 'binary', '-m', 'aarch64', '-M', options, file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (run.status !== 0) throw new Error(`${OBJDUMP}: ${run.error?.message ?? run.stderr}`);
    const lines = run.stdout.matchAll(/^ *[0-9a-f]+:\t[0-9a-f]{8} \t(\S+)/gm);
    return Array.from(lines, ([, mnemonic]) => (mnemonic === '.inst' ? undefined : mnemonic));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hasRow = (mnemonic: string, group: string): boolean =>
  table.some((row) => row.group === group && row.id.startsWith(`${mnemonic}_`));

/** The mnemonic of a word as the row's id and fields give it. */
function mnemonicOf(row: Row, word: number): string {
  const [name = ''] = row.id.split('_', 1);
  const isSet = (field: string): boolean => row.fields.has(field) && extract(row, word, field) === 1;
  if (row.fields.has('A') && row.fields.has('R')) {
    const [, operation = '', size = ''] = /^(.*?)([BH]?)$/.exec(name) ?? [];
    return `${operation}${isSet('A') ? 'A' : ''}${isSet('R') ? 'L' : ''}${size}`;
  }
  const second = `${name}2`;
  if (isSet('Q') && titleMnemonics(row).includes(second) && !hasRow(second, row.group)) return second;
  return row.title === 'B.cond' ? `B.${CONDITIONS[extract(row, word, 'cond')]}` : name;
}

/** The mnemonics before the bracket of a title: ADDHN and ADDHN2 of "ADDHN, ADDHN2". */
const titleMnemonics = (row: Row): string[] => (row.title.split(' (', 1)[0] ?? '').split(', ');

describe.runIf(available)('against objdump', () => {
  test(`${table.length} rows, their neighbours and random words are allocated alike, to the same mnemonics`, () => {
    const words = sample();
    expect(words.length).toBeGreaterThan(200_000);
    const disassembly = objdump(words, 'no-aliases,no-notes');
    expect(disassembly.length).toBe(words.length);
    const differences: string[] = [];
    for (const [index, word] of words.entries()) {
      const row = decode(word);
      const ours = row && mnemonicOf(row, word).toLowerCase();
      const theirs = disassembly[index];
      if (ours === theirs) continue;
      const difference: Difference = { word, row, ours, theirs };
      if (EXEMPTIONS.some((exemption) => exemption.applies(difference))) continue;
      differences.push(`${hex(word)}: ${row?.id ?? 'unallocated'}, objdump ${theirs ?? 'undefined'}`);
    }
    expect(differences.slice(0, 50)).toEqual([]);
  });

  test('every hint has the same name', () => {
    const words = Int32Array.from({ length: 128 }, (_, hint) => 0xd503_201f | (hint << 5));
    /** CLRBHB is of a later architecture; not every objdump knows DGH. */
    const names = objdump(words, 'no-notes').map((name) => name?.replace(/^(clearbhb|dgh)$/, 'hint'));
    const rows = Array.from(words, (word) => decode(word));
    const ours = rows.map((row) =>
      row === undefined || row.id === 'DGH_hints' ? 'HINT' : mnemonicOf(row, 0),
    );
    expect(ours.map((name) => name.toLowerCase())).toEqual(names);
  });
});

test('the title of a row names its mnemonic', () => {
  const mnemonics = (row: Row): string[] =>
    titleMnemonics(row).map((mnemonic) => mnemonic.replace('.cond', ''));
  const wrong = table.filter((row) => !mnemonics(row).includes(row.id.split('_', 1)[0] ?? ''));
  expect(wrong.map((row) => `${row.id}: ${row.title}`)).toEqual([]);
});
