import { describe, expect, test } from 'vitest';
import { decode, disassemble, type Row, table } from '../src/index.ts';
import { differenceReason, foreignMnemonics } from './disassembly-differences.ts';
import { binutilsMissing, objdump, random, randomWord, wordsOf } from './support.ts';

const WORDS_PER_ROW = 600;

describe.skipIf(binutilsMissing !== undefined)('compared with objdump', () => {
  test('the text of random words of every row with syntax is objdump’s', () => {
    const next = random(1);
    const words: number[] = [];
    for (const row of table) if (row.asm !== '') words.push(...wordsOf(row, WORDS_PER_ROW, next));
    expect(words.length).toBeGreaterThan(100_000);
    const theirs = objdump(words);
    const differences: string[] = [];
    for (const [index, word] of words.entries()) {
      const ours = disassemble(word, index * 4);
      if (ours === theirs[index]) continue;
      const row = decode(word) as Row;
      if (differenceReason(row, word) !== undefined) continue;
      differences.push(`${word.toString(16)} ${row.id}: ours '${ours}', theirs '${theirs[index]}'`);
    }
    expect(differences.slice(0, 20)).toEqual([]);
  });

  test('words near and far are allocated to the mnemonics objdump gives them', () => {
    const next = random(2);
    const words: number[] = [];
    for (const row of table) {
      for (let count = 0; count < 60; count++) words.push(randomWord(row, next));
      for (let count = 0; count < 40; count++)
        words.push((randomWord(row, next) ^ (1 << (next() & 31))) >>> 0);
    }
    while (words.length < 300_000) {
      const word = next() >>> 0;
      if (!isScalable(word)) words.push(word);
    }
    const theirs = objdump(words, ['-M', 'no-aliases']);
    const differences = new Map<string, string>();
    for (const [index, word] of words.entries()) {
      if (isScalable(word)) continue;
      const row = decode(word);
      const mnemonic = (theirs[index] ?? '').split(' ')[0] as string;
      if (agree(row, word, mnemonic)) continue;
      differences.set(`${row?.id} and ${mnemonic}`, `${word.toString(16)} ${theirs[index]}`);
    }
    expect([...differences].slice(0, 20)).toEqual([]);
  });
});

/** Bits 28:25 of SVE, SME and the space beside them, which the table leaves to others; UDF is ours. */
const isScalable = (word: number): boolean => ((word >>> 25) & 15) < 4 && word > 0xffff;

function agree(row: Row | undefined, word: number, mnemonic: string): boolean {
  if (mnemonic === '.inst') return row === undefined || differenceReason(row, word) !== undefined;
  if (row === undefined) return foreignMnemonics.some((foreign) => foreign.mnemonic.test(mnemonic));
  if (mnemonic === 'hint' && /^1101010100000011/.test(row.pattern)) return true;
  const name = (row.id.split('_')[0] as string).toLowerCase();
  // One row holds the two keys of a pointer authentication branch: BRAZ stands for BRAAZ and BRABZ.
  const keyed = name.endsWith('az') ? new RegExp(`^${name.slice(0, -1)}[ab]z$`) : undefined;
  return (
    mnemonic.startsWith(name) || keyed?.test(mnemonic) === true || differenceReason(row, word) !== undefined
  );
}
