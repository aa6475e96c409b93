import type { Cursor } from '../assembler/cursor.ts';
import type { Encoding } from '../assembler/encoding.ts';
import { decodeBitMasks, encodeBitMask, toBigInt } from '../bits.ts';
import type { FieldGetter } from '../types.ts';
import { hex, type Operand, type OperandFactory } from './operand.ts';

const datasizeOf = (field: FieldGetter): 32 | 64 => (field('sf') === 1 ? 64 : 32);

/** Takes a relocation operator such as `:lo12:` and gives its name. */
export function takeRelocationOperator(cursor: Cursor): string | undefined {
  const start = cursor.position;
  cursor.take('#');
  if (cursor.take(':')) {
    const name = cursor.name();
    if (name !== undefined && cursor.take(':')) return name;
  }
  cursor.position = start;
  return undefined;
}

/** Reads `:lo12:symbol` after the operator was seen: the low 12 bits of the address. */
export function takeLow12(cursor: Cursor, operator: string): number | undefined {
  const start = cursor.position;
  if (operator !== 'lo12') {
    cursor.fail('the relocation operator :lo12:');
    return undefined;
  }
  const value = cursor.expression('an address');
  const address = value && cursor.number(value, start, 'page');
  return address === undefined ? undefined : Number(BigInt.asUintN(12, address));
}

/** `#imm12{, lsl #12}`; `negated` reads the immediate of the opposite operation. */
function addImmediate(negated: boolean): Operand {
  const expected = 'an immediate from 0 to 4095, or a multiple of 4096 up to 16773120';
  return {
    format: ({ field }) => `#${hex(field('imm12'))}${field('sh') === 1 ? ', lsl #12' : ''}`,
    parse(cursor, encoding) {
      const start = cursor.position;
      const operator = takeRelocationOperator(cursor);
      if (operator !== undefined && !negated) {
        const low = takeLow12(cursor, operator);
        return low !== undefined && encoding.set('imm12', low) && encoding.set('sh', 0);
      }
      let value = cursor.constant(expected);
      if (value === undefined) return false;
      if (negated) value = -value;
      let shifted = 0;
      if (cursor.take(',')) {
        if (cursor.name() !== 'lsl') return cursor.fail('lsl #0 or lsl #12');
        const amount = cursor.integer(0, 12);
        if (amount === undefined) return false;
        if (amount !== 0 && amount !== 12) return cursor.fail('lsl #0 or lsl #12');
        shifted = amount === 12 ? 1 : 0;
      } else if (value > 0xfffn && (value & 0xfffn) === 0n) {
        value >>= 12n;
        shifted = 1;
      }
      if (value < 0n || value > 0xfffn || (negated && value === 0n)) return cursor.failValue(start, expected);
      return encoding.set('imm12', Number(value)) && encoding.set('sh', shifted);
    },
  };
}

/** Whether a number is a signed or unsigned value of the width. */
const fitsWidth = (value: bigint, width: 32 | 64): boolean =>
  width === 64 || (value >= -0x8000_0000n && value <= 0xffff_ffffn);

function bitMask(inverted: boolean): Operand {
  const expected = 'a bit mask immediate: a rotated run of ones, repeated';
  return {
    format({ field }) {
      const mask = decodeBitMasks(field('N'), field('imms'), field('immr'), datasizeOf(field));
      return `#${hex(mask === undefined ? 0n : toBigInt(mask))}`;
    },
    parse(cursor, encoding) {
      const start = cursor.position;
      let value = cursor.constant(expected);
      if (value === undefined) return false;
      const datasize = datasizeOf(encoding.get);
      if (inverted) value = ~value;
      const fits = datasize === 64 || value >> 32n === 0n || value >> 32n === -1n;
      const found = fits ? encodeBitMask(BigInt.asUintN(datasize, value), datasize) : undefined;
      if (found === undefined) return cursor.failValue(start, expected);
      return (
        encoding.set('N', found.N) && encoding.set('imms', found.imms) && encoding.set('immr', found.immr)
      );
    },
  };
}

const GROUP_RELOCATION = /^abs_g([0-3])(_nc)?$/;

/** `#imm16{, lsl #shift}` or `#:abs_gN:symbol`. */
const wideImmediate: OperandFactory = () => ({
  format: ({ field }) => `#${hex(field('imm16'))}${field('hw') === 0 ? '' : `, lsl #${field('hw') * 16}`}`,
  parse(cursor, encoding) {
    const start = cursor.position;
    const operator = takeRelocationOperator(cursor);
    if (operator !== undefined) {
      const group = GROUP_RELOCATION.exec(operator);
      if (group === null) return cursor.fail('the relocation operator :abs_g0: to :abs_g3:');
      return groupRelocation(cursor, encoding, Number(group[1]), group[2] === undefined, start);
    }
    const imm16 = cursor.integer(0, 0xffff);
    if (imm16 === undefined) return false;
    let amount: number | undefined = 0;
    if (cursor.take(',')) {
      if (cursor.name() !== 'lsl') return cursor.fail('lsl');
      const at = cursor.position;
      amount = cursor.integer(0, 48);
      if (amount === undefined) return false;
      if (amount % 16 !== 0 || amount >= datasizeOf(encoding.get)) {
        return cursor.failValue(
          at,
          `a shift of ${datasizeOf(encoding.get) === 64 ? '0, 16, 32 or 48' : '0 or 16'}`,
        );
      }
    }
    return encoding.set('imm16', imm16) && encoding.set('hw', amount / 16);
  },
});

function groupRelocation(
  cursor: Cursor,
  encoding: Encoding,
  group: number,
  checked: boolean,
  start: number,
): boolean {
  const value = cursor.expression('an address');
  const address = value && cursor.number(value, start);
  if (address === undefined) return false;
  const shifted = BigInt.asUintN(64, address) >> BigInt(16 * group);
  if (checked && shifted > 0xffffn) return cursor.failValue(start, `an address below 2^${16 * (group + 1)}`);
  return encoding.set('hw', group) && encoding.set('imm16', Number(shifted & 0xffffn));
}

/** The value a MOVZ or MOVN stands for, as the `mov` alias writes it. */
function moveImmediate(inverted: boolean): Operand {
  const expected = 'an immediate that one MOV can make';
  return {
    format({ field }) {
      const datasize = datasizeOf(field);
      const value = BigInt(field('imm16')) << BigInt(16 * field('hw'));
      return `#${hex(BigInt.asUintN(datasize, inverted ? ~value : value))}`;
    },
    parse(cursor, encoding) {
      const start = cursor.position;
      const value = cursor.constant(expected);
      if (value === undefined) return false;
      const datasize = datasizeOf(encoding.get);
      if (!fitsWidth(value, datasize)) return cursor.failValue(start, `a ${datasize}-bit immediate`);
      const bits = BigInt.asUintN(datasize, inverted ? ~value : value);
      for (let hw = 0; hw < datasize / 16; hw++) {
        const imm16 = (bits >> BigInt(16 * hw)) & 0xffffn;
        if (imm16 << BigInt(16 * hw) === bits)
          return encoding.set('hw', hw) && encoding.set('imm16', Number(imm16));
      }
      return cursor.failValue(start, expected);
    },
  };
}

/** A number in a field, printed in decimal or hexadecimal, from 0 to `maximum` or what the field holds. */
function plain(field: string, hexadecimal: boolean, maximum?: number): Operand {
  return {
    format: ({ field: get }) => `#${hexadecimal ? hex(get(field)) : get(field)}`,
    parse(cursor, encoding) {
      const width = encoding.row.fields.get(field)?.width ?? 0;
      const value = cursor.integer(0, maximum ?? 2 ** width - 1);
      return value !== undefined && encoding.set(field, value);
    },
  };
}

/** A bit position of the register: 0 to datasize - 1. */
const bitPosition: OperandFactory = (field = 'imms') => ({
  format: ({ field: get }) => `#${get(field)}`,
  parse(cursor, encoding) {
    const value = cursor.integer(0, datasizeOf(encoding.get) - 1);
    return value !== undefined && encoding.set(field, value);
  },
});

/** LSL by an immediate, an alias of UBFM. */
const leftShift: OperandFactory = () => ({
  format: ({ field }) => `#${datasizeOf(field) - 1 - field('imms')}`,
  parse(cursor, encoding) {
    const datasize = datasizeOf(encoding.get);
    const amount = cursor.integer(0, datasize - 1);
    if (amount === undefined) return false;
    return (
      encoding.set('immr', (datasize - amount) % datasize) && encoding.set('imms', datasize - 1 - amount)
    );
  },
});

/** LSR and ASR by an immediate, aliases of UBFM and SBFM. */
const rightShift: OperandFactory = () => ({
  format: ({ field }) => `#${field('immr')}`,
  parse(cursor, encoding) {
    const datasize = datasizeOf(encoding.get);
    const amount = cursor.integer(0, datasize - 1);
    return amount !== undefined && encoding.set('immr', amount) && encoding.set('imms', datasize - 1);
  },
});

/** `#lsb, #width`: of an insertion (BFI, SBFIZ, UBFIZ, BFC) or an extraction (BFXIL, SBFX, UBFX). */
function bitRange(insertion: boolean): Operand {
  return {
    format({ field }) {
      const immr = field('immr');
      const imms = field('imms');
      if (!insertion) return `#${immr}, #${imms - immr + 1}`;
      const datasize = datasizeOf(field);
      return `#${(datasize - immr) % datasize}, #${imms + 1}`;
    },
    parse(cursor, encoding) {
      const datasize = datasizeOf(encoding.get);
      const lsb = cursor.integer(0, datasize - 1);
      if (lsb === undefined || !cursor.expect(',')) return false;
      const width = cursor.integer(1, datasize - lsb);
      if (width === undefined) return false;
      if (!insertion) return encoding.set('immr', lsb) && encoding.set('imms', lsb + width - 1);
      return encoding.set('immr', (datasize - lsb) % datasize) && encoding.set('imms', width - 1);
    },
  };
}

/** The bit number of TBZ and TBNZ, split over b5 and b40. */
const testBit: OperandFactory = () => ({
  format: ({ field }) => `#${(field('b5') << 5) | field('b40')}`,
  parse(cursor, encoding) {
    const bit = cursor.integer(0, encoding.isSet('b5') ? 31 : 63);
    return bit !== undefined && encoding.set('b5', bit >> 5) && encoding.set('b40', bit & 31);
  },
});

/** ADDG's offset, in units of a 16-byte tag granule. */
const tagOffset: OperandFactory = () => ({
  format: ({ field }) => `#${hex(field('uimm6') * 16)}`,
  parse(cursor, encoding) {
    const start = cursor.position;
    const value = cursor.integer(0, 1008);
    if (value === undefined) return false;
    if (value % 16 !== 0) return cursor.failValue(start, 'a multiple of 16 from 0 to 1008');
    return encoding.set('uimm6', value / 16);
  },
});

export const immediateOperands: Readonly<Record<string, OperandFactory>> = {
  addimm: () => addImmediate(false),
  negaddimm: () => addImmediate(true),
  bitmask: (inverted) => bitMask(inverted === 'inverted'),
  wide: wideImmediate,
  movz: () => moveImmediate(false),
  movn: () => moveImmediate(true),
  u: (field = 'imm', maximum) => plain(field, false, maximum === undefined ? undefined : Number(maximum)),
  uhex: (field = 'imm', maximum) => plain(field, true, maximum === undefined ? undefined : Number(maximum)),
  bit: bitPosition,
  lslamount: leftShift,
  srcamount: rightShift,
  bfiz: () => bitRange(true),
  bfx: () => bitRange(false),
  tbbit: testBit,
  tagoffset: tagOffset,
};
