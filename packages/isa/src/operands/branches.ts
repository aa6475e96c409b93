import type { Cursor } from '../assembler/cursor.ts';
import { signExtend } from '../bits.ts';
import { CONDITION_SYNONYMS, CONDITIONS } from './mnemonic.ts';
import { hex, type Operand, type OperandFactory } from './operand.ts';

/** The number of a condition written as a lower-case suffix or operand. */
export function conditionNumber(name: string): number | undefined {
  const index = (CONDITIONS as readonly string[]).indexOf(name);
  return index >= 0 ? index : CONDITION_SYNONYMS[name];
}

/** A condition; `inverted` writes the opposite one and excludes AL and NV, as CSET and its kin do. */
function condition(inverted: boolean): Operand {
  return {
    format: ({ field }) => CONDITIONS[field('cond') ^ (inverted ? 1 : 0)] as string,
    parse(cursor, encoding) {
      const number = conditionNumber(cursor.peekName() ?? '');
      if (number === undefined || (inverted && number >= 14)) {
        return cursor.fail(inverted ? 'a condition other than al and nv' : 'a condition (eq, ne, cs, ...)');
      }
      cursor.position++;
      return encoding.set('cond', inverted ? number ^ 1 : number);
    },
  };
}

const printAddress = (address: bigint): string => hex(BigInt.asUintN(64, address));

/** Reads an address and gives its distance from `from`, noting a failure outside the range. */
function distance(
  cursor: Cursor,
  page: bigint,
  minimum: bigint,
  maximum: bigint,
  expected: string,
): bigint | undefined {
  const start = cursor.position;
  cursor.take('#');
  if (cursor.sees('[')) {
    cursor.fail('a label');
    return undefined;
  }
  const target = cursor.sees('=') && cursor.take('=') ? takeLiteral(cursor) : cursor.expression('a label');
  if (target === undefined) return undefined;
  const here = cursor.scope.here();
  // Inside the image a distance survives a move, by whole pages at least; to a fixed address it does not.
  const inside = page === 1n ? 'relative' : 'page';
  const to = cursor.number(target, start, inside);
  const from = cursor.number(here, start, target.section === undefined ? 'exact' : inside);
  if (to === undefined || from === undefined) return undefined;
  const delta = BigInt.asIntN(64, BigInt.asUintN(64, to) / page - BigInt.asUintN(64, from) / page);
  if (delta < minimum || delta > maximum) {
    cursor.failValue(start, expected);
    return undefined;
  }
  return delta;
}

function takeLiteral(cursor: Cursor) {
  const literal = cursor.scope.literal();
  if (literal === undefined) {
    cursor.fail('a label or an address');
    return undefined;
  }
  while (!cursor.atEnd) cursor.position++;
  return literal;
}

/** A branch target or literal: a word-aligned distance in units of 4 bytes. */
const label: OperandFactory = (field = 'imm19') => ({
  format(context) {
    const width = { imm14: 14, imm19: 19, imm26: 26 }[field] ?? 19;
    return printAddress(context.address + BigInt(signExtend(context.field(field), width)) * 4n);
  },
  parse(cursor, encoding) {
    const width = encoding.row.fields.get(field)?.width ?? 19;
    const reach = 1n << BigInt(width + 1);
    const expected = `a label within ${range(reach)} of this instruction`;
    const start = cursor.position;
    const delta = distance(cursor, 1n, -reach, reach - 4n, expected);
    if (delta === undefined) return false;
    if (delta % 4n !== 0n) return cursor.failValue(start, 'a label on a 4-byte boundary');
    return encoding.set(field, Number(BigInt.asUintN(width, delta / 4n)));
  },
});

const range = (bytes: bigint): string => (bytes >= 1n << 20n ? `${bytes >> 20n} MiB` : `${bytes >> 10n} KiB`);

/** The target of ADR (bytes) or ADRP (pages). */
function pcRelative(page: bigint): Operand {
  return {
    format(context) {
      const imm = signExtend((context.field('immhi') << 2) | context.field('immlo'), 21);
      return printAddress((context.address / page) * page + BigInt(imm) * page);
    },
    parse(cursor, encoding) {
      const reach = 1n << 20n;
      const expected = `a label within ${page === 1n ? '1 MiB' : '4 GiB'} of this instruction`;
      if (cursor.sees(':')) {
        cursor.take(':');
        if (cursor.name() !== 'pg_hi21' || !cursor.take(':'))
          return cursor.fail('the relocation operator :pg_hi21:');
      }
      const delta = distance(cursor, page, -reach, reach - 1n, expected);
      if (delta === undefined) return false;
      const imm = Number(BigInt.asUintN(21, delta));
      return encoding.set('immlo', imm & 3) && encoding.set('immhi', imm >> 2);
    },
  };
}

export const branchOperands: Readonly<Record<string, OperandFactory>> = {
  cond: () => condition(false),
  condinv: () => condition(true),
  label,
  adr: () => pcRelative(1n),
  adrp: () => pcRelative(4096n),
};
