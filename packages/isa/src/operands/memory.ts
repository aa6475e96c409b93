import type { Cursor } from '../assembler/cursor.ts';
import type { Encoding } from '../assembler/encoding.ts';
import { signExtend } from '../bits.ts';
import { takeLow12, takeRelocationOperator } from './immediates.ts';
import { type Operand, type OperandFactory, scaleOf } from './operand.ts';
import { peekRegister, registerName, takeBase } from './registers.ts';

const base = (number: number): string => registerName(number, 64, true);

/** Reads an optional `, #offset` before the closing bracket; zero when there is none. */
function takeOffset(cursor: Cursor, minimum: number, maximum: number, multiple: number): number | undefined {
  if (cursor.take(']')) return 0;
  if (!cursor.expect(',')) return undefined;
  const offset = offsetValue(cursor, minimum, maximum, multiple);
  return offset !== undefined && cursor.expect(']') ? offset : undefined;
}

function offsetValue(cursor: Cursor, minimum: number, maximum: number, multiple: number): number | undefined {
  const expected =
    multiple === 1
      ? `an offset from ${minimum} to ${maximum}`
      : `an offset from ${minimum} to ${maximum} that is a multiple of ${multiple}`;
  const start = cursor.position;
  const value = cursor.constant(expected);
  if (value === undefined) return undefined;
  if (value < minimum || value > maximum || value % BigInt(multiple) !== 0n) {
    cursor.failValue(start, expected);
    return undefined;
  }
  return Number(value);
}

/** `[Xn|SP]`; an offset of zero may be written. */
const baseOnly: OperandFactory = () => ({
  format: ({ field }) => `[${base(field('Rn'))}]`,
  parse: (cursor, encoding) => takeBase(cursor, encoding) && takeOffset(cursor, 0, 0, 1) !== undefined,
});

/** `[Xn|SP{, #offset}]` with an unsigned offset in units of the access size. */
const unsignedOffset: OperandFactory = (scale = '0') => ({
  format({ field }) {
    const offset = field('imm12') * 2 ** scaleOf(scale, field);
    return offset === 0 ? `[${base(field('Rn'))}]` : `[${base(field('Rn'))}, #${offset}]`;
  },
  parse(cursor, encoding) {
    if (!takeBase(cursor, encoding)) return false;
    const size = 2 ** scaleOf(scale, encoding.get);
    const afterBase = cursor.position;
    if (cursor.take(',')) {
      const start = cursor.position;
      const operator = takeRelocationOperator(cursor);
      if (operator !== undefined) {
        const low = takeLow12(cursor, operator);
        if (low === undefined) return false;
        if (low % size !== 0) return cursor.failValue(start, `an address that is a multiple of ${size}`);
        return cursor.expect(']') && encoding.set('imm12', low / size);
      }
      cursor.position = afterBase;
    }
    const offset = takeOffset(cursor, 0, 4095 * size, size);
    return offset !== undefined && encoding.set('imm12', offset / size);
  },
});

type IndexMode = 'offset' | 'pre' | 'post';

/** An addressing mode with a signed immediate of `width` bits in units of the scale. */
function signedOffset(field: string, width: number, scale: string, mode: IndexMode): Operand {
  return {
    format({ field: get }) {
      const register = base(get('Rn'));
      const offset = signExtend(get(field), width) * 2 ** scaleOf(scale, get);
      if (mode === 'post') return `[${register}], #${offset}`;
      if (mode === 'pre') return `[${register}, #${offset}]!`;
      return offset === 0 ? `[${register}]` : `[${register}, #${offset}]`;
    },
    parse(cursor, encoding) {
      if (!takeBase(cursor, encoding)) return false;
      const size = 2 ** scaleOf(scale, encoding.get);
      const minimum = -(2 ** (width - 1)) * size;
      const maximum = (2 ** (width - 1) - 1) * size;
      let offset: number | undefined;
      if (mode === 'post') {
        if (!cursor.expect(']') || !cursor.expect(',')) return false;
        offset = offsetValue(cursor, minimum, maximum, size);
      } else {
        offset = takeOffset(cursor, minimum, maximum, size);
        if (offset !== undefined && mode === 'pre' && !cursor.expect('!')) return false;
      }
      return offset !== undefined && encoding.set(field, (offset / size) & (2 ** width - 1));
    },
  };
}

const INDEX_EXTENSIONS: Readonly<Record<string, number>> = { uxtw: 2, lsl: 3, sxtw: 6, sxtx: 7 };

/** `[Xn|SP, Rm{, extend {#amount}}]`. */
const registerOffset: OperandFactory = (scale = '0') => ({
  format({ field }) {
    const option = field('option');
    const amount = field('S') === 1 ? ` #${scaleOf(scale, field)}` : '';
    const index = registerName(field('Rm'), (option & 1) === 1 ? 64 : 32, false);
    const name = Object.keys(INDEX_EXTENSIONS).find((key) => INDEX_EXTENSIONS[key] === option);
    const extension = option === 3 && amount === '' ? '' : `, ${name}${amount}`;
    return `[${base(field('Rn'))}, ${index}${extension}]`;
  },
  parse(cursor, encoding) {
    if (!takeBase(cursor, encoding) || !cursor.expect(',')) return false;
    const index = peekRegister(cursor);
    if (index === undefined || index.stackPointer) return cursor.fail('an index register');
    cursor.position++;
    const extension = takeIndexExtension(cursor, encoding, scale);
    if (extension === undefined) return false;
    const { option, S } = extension;
    if (index.width !== ((option & 1) === 1 ? 64 : 32)) {
      return cursor.fail(
        index.width === 32 ? 'uxtw or sxtw after a 32-bit index' : 'lsl or sxtx after a 64-bit index',
      );
    }
    return (
      cursor.expect(']') &&
      encoding.set('Rm', index.number) &&
      encoding.set('option', option) &&
      encoding.set('S', S)
    );
  },
});

function takeIndexExtension(
  cursor: Cursor,
  encoding: Encoding,
  scale: string,
): { readonly option: number; readonly S: number } | undefined {
  if (!cursor.take(',')) return { option: 3, S: 0 };
  const name = cursor.peekName() ?? '';
  const option = INDEX_EXTENSIONS[name];
  if (option === undefined) {
    cursor.fail('an index extension (lsl, uxtw, sxtw or sxtx)');
    return undefined;
  }
  cursor.position++;
  const log = scaleOf(scale, encoding.get);
  if (cursor.sees(']')) {
    if (name !== 'lsl') return { option, S: 0 };
    cursor.fail('a shift amount');
    return undefined;
  }
  const start = cursor.position;
  const amount = cursor.integer(0, 4);
  if (amount === undefined) return undefined;
  if (amount !== 0 && amount !== log) {
    cursor.failValue(start, log === 0 ? 'a shift amount of 0' : `a shift amount of 0 or ${log}`);
    return undefined;
  }
  // A byte access with a written amount of 0 has S set.
  return { option, S: amount === log ? 1 : 0 };
}

/** LDRAA's address: an offset of S:imm9 in units of 8 bytes, with write-back when W is 1. */
const authenticatedOffset: OperandFactory = () => ({
  format({ field }) {
    const offset = signExtend((field('S') << 9) | field('imm9'), 10) * 8;
    const text = offset === 0 ? `[${base(field('Rn'))}]` : `[${base(field('Rn'))}, #${offset}]`;
    return field('W') === 1 ? `${text}!` : text;
  },
  parse(cursor, encoding) {
    if (!takeBase(cursor, encoding)) return false;
    const offset = takeOffset(cursor, -4096, 4088, 8);
    if (offset === undefined) return false;
    const imm10 = (offset / 8) & 0x3ff;
    return (
      encoding.set('W', cursor.take('!') ? 1 : 0) &&
      encoding.set('S', imm10 >> 9) &&
      encoding.set('imm9', imm10 & 0x1ff)
    );
  },
});

const modeOf = (name: string): IndexMode => (name === 'off' ? 'offset' : (name as IndexMode));

export const memoryOperands: Readonly<Record<string, OperandFactory>> = {
  base: baseOnly,
  pos: unsignedOffset,
  simm9: () => signedOffset('imm9', 9, '0', 'offset'),
  pre9: () => signedOffset('imm9', 9, '0', 'pre'),
  post9: () => signedOffset('imm9', 9, '0', 'post'),
  pair: (scale = '2') => signedOffset('imm7', 7, scale, 'offset'),
  pairpre: (scale = '2') => signedOffset('imm7', 7, scale, 'pre'),
  pairpost: (scale = '2') => signedOffset('imm7', 7, scale, 'post'),
  regoff: registerOffset,
  simm10: authenticatedOffset,
  /** Offsets in units of a 16-byte tag granule. */
  tag: (mode = 'off') => signedOffset('imm9', 9, '4', modeOf(mode)),
  tagpair: (mode = 'off') => signedOffset('simm7', 7, '4', modeOf(mode)),
};
