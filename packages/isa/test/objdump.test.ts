import { describe, expect, test } from 'vitest';
import { decode, disassemble, type Row, table } from '../src/index.ts';
import { differenceReason } from './disassembly-differences.ts';
import { binutilsMissing, objdump, random, wordsOf } from './support.ts';

const WORDS_PER_ROW = 200;

describe.skipIf(binutilsMissing !== undefined)('compared with objdump', () => {
  test('the text of random words of every row with syntax is objdump’s', () => {
    const next = random(1);
    const rows = table.filter(({ asm }) => asm !== '');
    const words = rows.flatMap((row) => wordsOf(row, WORDS_PER_ROW, next));
    expect(words.length).toBe(rows.length * WORDS_PER_ROW);
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
});
