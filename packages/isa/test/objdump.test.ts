import { describe, expect, test } from 'vitest';
import { decode, disassemble, type Row, table } from '../src/index.ts';
import {
  differenceReason,
  differencesWithoutAliases,
  disassemblyDifferences,
} from './disassembly-differences.ts';
import { binutilsMissing, objdump, random, wordsOf } from './support.ts';

const WORDS_PER_ROW = 200;
const WORDS_PER_ROW_WITHOUT_ALIASES = 40;

const rows = table.filter(({ asm }) => asm !== '');

function differencesFromObjdump(wordsPerRow: number, seed: number, noAliases: boolean): string[] {
  const next = random(seed);
  const words = rows.flatMap((row) => wordsOf(row, wordsPerRow, next));
  expect(words.length).toBe(rows.length * wordsPerRow);
  const theirs = objdump(words, noAliases ? ['-M', 'no-aliases'] : []);
  const listed = noAliases ? differencesWithoutAliases : disassemblyDifferences;
  const differences: string[] = [];
  for (const [index, word] of words.entries()) {
    const ours = disassemble(word, index * 4, { noAliases });
    if (ours === theirs[index]) continue;
    const row = decode(word) as Row;
    if (differenceReason(row, word, listed) !== undefined) continue;
    differences.push(`${word.toString(16)} ${row.id}: ours '${ours}', theirs '${theirs[index]}'`);
  }
  return differences;
}

describe.skipIf(binutilsMissing !== undefined)('compared with objdump', () => {
  test('the text of random words of every row with syntax is objdump’s', () => {
    expect(differencesFromObjdump(WORDS_PER_ROW, 1, false).slice(0, 20)).toEqual([]);
  });

  test('so it is without aliases', () => {
    expect(differencesFromObjdump(WORDS_PER_ROW_WITHOUT_ALIASES, 2, true).slice(0, 20)).toEqual([]);
  });
});
