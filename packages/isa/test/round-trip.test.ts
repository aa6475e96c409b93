import { expect, test } from 'vitest';
import { decode, disassemble, type Row, table, tryAssemble } from '../src/index.ts';
import { random, wordsOf } from './support.ts';

/**
 * Assembling what the disassembler wrote gives the word back. Some words have a spelling that stands for several
 * encodings: the assembler then gives the canonical one, whose text must be the same.
 */
const SEVERAL_ENCODINGS: readonly { readonly rows: RegExp; readonly reason: string }[] = [
  { rows: /_log_imm$/, reason: 'immr has more bits than the rotation of a short element needs' },
  { rows: /_(ldstexcl|ldstord)$/, reason: 'Rs and Rt2 are should-be-one and not written' },
  { rows: /_memop$/, reason: 'Rs is should-be-one and not written' },
  { rows: /^(SMULH|UMULH)_/, reason: 'Ra is should-be-one and not written' },
  { rows: /^DUP_asimdins_general$/, reason: 'bits of imm5 above the element size are ignored' },
  { rows: /^INS_asimdins_element$/, reason: 'bits of imm4 below the index are ignored' },
  { rows: /^FCMPE?_floatcmp/, reason: 'a comparison with zero ignores Rm' },
  { rows: /^(ADDG|SUBG)_/, reason: 'bits 15:14 are should-be-zero and not written' },
  { rows: /^(CFINV|XAFLAG|AXFLAG)_/, reason: 'CRm is should-be-zero and not written' },
  { rows: /^SYS_/, reason: 'operations without a register ignore Rt' },
];

const ORIGIN = 0x4000_0000_0000n;

test('assemble(disassemble(word)) is the word, for random words of every row with syntax', () => {
  const next = random(3);
  const failures: string[] = [];
  for (const row of table) {
    if (row.asm === '') continue;
    const several = SEVERAL_ENCODINGS.some(({ rows }) => rows.test(row.id));
    for (const word of wordsOf(row, 25, next)) {
      for (const noAliases of [false, true]) {
        const text = disassemble(word, ORIGIN, { noAliases });
        const problem = roundTrip(row, word, text, several, noAliases);
        if (problem !== undefined) failures.push(`${row.id} ${word.toString(16)} '${text}': ${problem}`);
      }
    }
  }
  expect(failures.slice(0, 20)).toEqual([]);
});

function roundTrip(
  row: Row,
  word: number,
  text: string,
  several: boolean,
  noAliases: boolean,
): string | undefined {
  const result = tryAssemble(text, { origin: ORIGIN });
  if (!result.ok) return result.diagnostics[0]?.message;
  const got = result.image.words[0] as number;
  if (got === word) return undefined;
  if (several && decode(got) === row && disassemble(got, ORIGIN, { noAliases }) === text) return undefined;
  return `became ${got.toString(16)}`;
}
