import type { Cursor } from '../assembler/cursor.ts';
import type { Encoding } from '../assembler/encoding.ts';
import type { FieldGetter } from '../types.ts';
import { hex, type Operand, type OperandFactory } from './operand.ts';

/** Immediates of the SIMD&FP instructions. */

/** Element size in bits: from immh when disassembling, from the arrangement when assembling. */
const shiftSize = (field: FieldGetter): number => 8 << (31 - Math.clz32(field('immh')));

function setShift(encoding: Encoding, value: number): boolean {
  return encoding.set('immh', value >> 3) && encoding.set('immb', value & 7);
}

/** A shift by an immediate: right shifts count down from twice the element size, left shifts up from it. */
function shift(left: boolean): Operand {
  return {
    format({ field }) {
      const value = (field('immh') << 3) | field('immb');
      const esize = shiftSize(field);
      return `#${left ? value - esize : 2 * esize - value}`;
    },
    parse(cursor, encoding) {
      const esize = 8 << (encoding.noted('$shift') ?? 0);
      const amount = left ? cursor.integer(0, esize - 1) : cursor.integer(1, esize);
      return amount !== undefined && setShift(encoding, left ? esize + amount : 2 * esize - amount);
    },
  };
}

/** SXTL and UXTL: SSHLL and USHLL by nothing, with no operand written. */
const noShift: OperandFactory = () => ({
  hidden: true,
  format: () => '',
  parse: (_, encoding) => setShift(encoding, 8 << (encoding.noted('$shift') ?? 0)),
});

/** Fraction bits of the half-precision conversions, 16 - immb4. */
const halfFraction: OperandFactory = () => ({
  format: ({ field }) => `#${16 - field('immb4')}`,
  parse(cursor, encoding) {
    const bits = cursor.integer(1, 16);
    return bits !== undefined && encoding.set('immb4', 16 - bits);
  },
});

/** Fraction bits of the conversions with a general register, 64 - scale. */
const fractionBits: OperandFactory = () => ({
  format: ({ field }) => `#${64 - field('scale')}`,
  parse(cursor, encoding) {
    const bits = cursor.integer(1, encoding.get('sf') === 1 ? 64 : 32);
    return bits !== undefined && encoding.set('scale', 64 - bits);
  },
});

/** SHLL's shift, which is the element size. */
const elementShift: OperandFactory = () => ({
  format: ({ field }) => `#${8 << field('size')}`,
  parse(cursor, encoding) {
    const bits = 8 << encoding.get('size');
    return cursor.integer(bits, bits) !== undefined;
  },
});

/** `#0` of the integer comparisons. */
const zero: OperandFactory = () => ({
  format: () => '#0',
  parse: (cursor) => cursor.integer(0, 0) !== undefined,
});

/** `#0.0` of the floating-point comparisons; the fraction may be left out. */
export const floatZero: OperandFactory = () => ({
  format: () => '#0.0',
  parse(cursor) {
    const start = cursor.position;
    const value = takeNumber(cursor, '#0.0');
    return value === 0 || (value !== undefined && cursor.failValue(start, '#0.0'));
  },
});

/** A rotation of the complex instructions, in steps of 90 degrees from `first`. */
const rotation = (first: number, step: number): Operand => ({
  format: ({ field }) => `#${first + step * field('rot')}`,
  parse(cursor, encoding) {
    const start = cursor.position;
    const degrees = cursor.integer(0, 270);
    if (degrees === undefined) return false;
    const steps = (degrees - first) / step;
    const width = encoding.row.fields.get('rot')?.width ?? 1;
    if (!Number.isInteger(steps) || steps < 0 || steps >= 2 ** width) {
      const last = first + step * (2 ** width - 1);
      return cursor.failValue(start, `a rotation of ${first} to ${last} in steps of ${step}`);
    }
    return encoding.set('rot', steps);
  },
});

/** Takes a number with or without a fraction. */
function takeNumber(cursor: Cursor, expected: string): number | undefined {
  const start = cursor.position;
  cursor.take('#');
  const negative = cursor.take('-');
  const { kind, text } = cursor.token;
  if (kind === 'float') {
    cursor.position++;
    return negative ? -Number(text) : Number(text);
  }
  cursor.position = start;
  const value = cursor.constant(expected);
  return value === undefined ? undefined : Number(value);
}

/** The value of an 8-bit floating-point immediate. @spec DDI 0487, VFPExpandImm */
export function expandFloat(imm8: number): number {
  const sign = imm8 & 0x80 ? -1 : 1;
  const exponent = ((imm8 >> 4) & 7) ^ 4;
  return sign * (1 + (imm8 & 15) / 16) * 2 ** (exponent - 3);
}

/** The immediate of a value, or undefined when it has none. */
export function encodeFloat(value: number): number | undefined {
  for (let imm8 = 0; imm8 < 256; imm8++) if (expandFloat(imm8) === value) return imm8;
  return undefined;
}

/** `%.18e`, as objdump prints it. */
const printFloat = (value: number): string => value.toExponential(18).replace(/e([-+])(\d)$/, 'e$10$2');

function takeFloat(cursor: Cursor): number | undefined {
  const expected = 'a floating-point immediate: n / 16 * 2^r with n from 16 to 31 and r from -3 to 4';
  const start = cursor.position;
  cursor.take('#');
  // GNU as takes hexadecimal for the bits of the value: to read it as a number would silently mean another one.
  if (/^0x/i.test(cursor.token.text)) {
    cursor.failValue(start, 'a floating-point immediate in decimal');
    return undefined;
  }
  const value = takeNumber(cursor, expected);
  if (value === undefined) return undefined;
  const imm8 = encodeFloat(value);
  if (imm8 === undefined) cursor.failValue(start, expected);
  return imm8;
}

const scalarFloat: OperandFactory = () => ({
  format: ({ field }) => `#${printFloat(expandFloat(field('imm8')))}`,
  parse(cursor, encoding) {
    const imm8 = takeFloat(cursor);
    return imm8 !== undefined && encoding.set('imm8', imm8);
  },
});

const setVectorImmediate = (encoding: Encoding, imm8: number): boolean =>
  encoding.set('abc', imm8 >> 5) && encoding.set('defgh', imm8 & 31);

const vectorImmediate = (field: FieldGetter): number => (field('abc') << 5) | field('defgh');

const vectorFloat: OperandFactory = () => ({
  format: ({ field }) => `#${printFloat(expandFloat(vectorImmediate(field)))}`,
  parse(cursor, encoding) {
    const imm8 = takeFloat(cursor);
    return imm8 !== undefined && setVectorImmediate(encoding, imm8);
  },
});

/** `#imm8{, lsl #amount}`, or `msl` for shifting ones. */
function shiftedByte(shiftName: 'lsl' | 'msl' | 'none'): Operand {
  return {
    format({ field }) {
      const immediate = `#${hex(vectorImmediate(field))}`;
      if (shiftName === 'none') return immediate;
      const amount = shiftName === 'msl' ? 8 + 8 * field('amount') : 8 * field('amount');
      return amount === 0 ? immediate : `${immediate}, ${shiftName} #${amount}`;
    },
    parse(cursor, encoding) {
      const imm8 = cursor.integer(-128, 255);
      if (imm8 === undefined || !setVectorImmediate(encoding, imm8 & 0xff)) return false;
      if (shiftName === 'none') return true;
      const most = 2 ** (encoding.row.fields.get('amount')?.width ?? 0) - 1;
      const first = shiftName === 'msl' ? 1 : 0;
      if (!cursor.take(',')) {
        return shiftName === 'lsl' ? encoding.set('amount', 0) : cursor.fail(`', msl #8' or ', msl #16'`);
      }
      if (cursor.name() !== shiftName) return cursor.fail(shiftName);
      const start = cursor.position;
      const bits = cursor.integer(0, 24);
      if (bits === undefined) return false;
      const amount = bits / 8 - first;
      if (!Number.isInteger(amount) || amount < 0 || amount > most) {
        return cursor.failValue(start, `a shift of ${8 * first} to ${8 * (most + first)} in steps of 8`);
      }
      return encoding.set('amount', amount);
    },
  };
}

/** MOVI's 64-bit immediate: every bit of imm8 stands for a byte of ones or zeros. */
const byteMask: OperandFactory = () => ({
  format({ field }) {
    let value = 0n;
    for (let bit = 0; bit < 8; bit++)
      if ((vectorImmediate(field) >> bit) & 1) value |= 0xffn << BigInt(8 * bit);
    return `#${hex(value)}`;
  },
  parse(cursor, encoding) {
    const expected = 'an immediate whose bytes are 0x00 or 0xff';
    const start = cursor.position;
    const value = cursor.constant(expected);
    if (value === undefined) return false;
    let imm8 = 0;
    for (let bit = 0; bit < 8; bit++) {
      const byte = (BigInt.asUintN(64, value) >> BigInt(8 * bit)) & 0xffn;
      if (byte !== 0n && byte !== 0xffn) return cursor.failValue(start, expected);
      if (byte === 0xffn) imm8 |= 1 << bit;
    }
    return setVectorImmediate(encoding, imm8);
  },
});

export const vectorImmediateOperands: Readonly<Record<string, OperandFactory>> = {
  rsh: () => shift(false),
  lsh: () => shift(true),
  nosh: noShift,
  fbits16: halfFraction,
  fbits: fractionBits,
  esize: elementShift,
  zero,
  fzero: floatZero,
  rot: () => rotation(0, 90),
  rot90: () => rotation(90, 180),
  fimm8: scalarFloat,
  vfimm: vectorFloat,
  vimm: () => shiftedByte('lsl'),
  vimmones: () => shiftedByte('msl'),
  vimmbyte: () => shiftedByte('none'),
  vimmmask: byteMask,
};
