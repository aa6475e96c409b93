import type { Cursor } from '../assembler/cursor.ts';
import type { Encoding } from '../assembler/encoding.ts';
import type { FieldGetter } from '../types.ts';
import type { Operand, OperandFactory } from './operand.ts';

/** A general-purpose register as written. */
export interface RegisterName {
  readonly width: 32 | 64;
  readonly number: number;
  /** True for SP and WSP, which share number 31 with the zero registers. */
  readonly stackPointer: boolean;
}

const REGISTERS: ReadonlyMap<string, RegisterName> = new Map([
  ...Array.from({ length: 31 }, (_, number): [string, RegisterName][] => [
    [`x${number}`, { width: 64, number, stackPointer: false }],
    [`w${number}`, { width: 32, number, stackPointer: false }],
  ]).flat(),
  ['xzr', { width: 64, number: 31, stackPointer: false }],
  ['wzr', { width: 32, number: 31, stackPointer: false }],
  ['sp', { width: 64, number: 31, stackPointer: true }],
  ['wsp', { width: 32, number: 31, stackPointer: true }],
  ['ip0', { width: 64, number: 16, stackPointer: false }],
  ['ip1', { width: 64, number: 17, stackPointer: false }],
  ['fp', { width: 64, number: 29, stackPointer: false }],
  ['lr', { width: 64, number: 30, stackPointer: false }],
]);

/** The name of a register with 31 read as the zero register or the stack pointer. */
export function registerName(number: number, width: 32 | 64, stackPointer: boolean): string {
  const letter = width === 64 ? 'x' : 'w';
  if (number !== 31) return `${letter}${number}`;
  if (!stackPointer) return `${letter}zr`;
  return width === 64 ? 'sp' : 'wsp';
}

/** Looks at the register that is next without taking it. */
export function peekRegister(cursor: Cursor): RegisterName | undefined {
  const name = cursor.peekName();
  return name === undefined ? undefined : REGISTERS.get(name);
}

const kindOf = (width: 32 | 64 | undefined, stackPointer: boolean): string => {
  const zero = stackPointer ? 'sp' : 'xzr';
  if (width === undefined) return stackPointer ? 'a general register or sp' : 'a general register';
  if (width === 64)
    return stackPointer ? 'a 64-bit register (x0 to x30 or sp)' : `a 64-bit register (x0 to x30 or ${zero})`;
  return stackPointer ? 'a 32-bit register (w0 to w30 or wsp)' : 'a 32-bit register (w0 to w30 or wzr)';
};

/** Takes a register; with `width`, only one of that width; number 31 must be SP or ZR as `stackPointer` says. */
export function takeRegister(
  cursor: Cursor,
  width: 32 | 64 | undefined,
  stackPointer: boolean,
): RegisterName | undefined {
  const register = peekRegister(cursor);
  if (
    register === undefined ||
    (width !== undefined && register.width !== width) ||
    (register.number === 31 && register.stackPointer !== stackPointer)
  ) {
    cursor.fail(kindOf(width, stackPointer));
    return undefined;
  }
  cursor.position++;
  return register;
}

/** A register whose width depends on a field: `wide` is the field's value for 64 bits. */
function sized(field: string, sizeField: string, wide: 0 | 1, stackPointer: boolean): Operand {
  return {
    format: ({ field: get }) => registerName(get(field), get(sizeField) === wide ? 64 : 32, stackPointer),
    parse(cursor, encoding) {
      let width: 32 | 64 | undefined;
      if (encoding.isSet(sizeField)) width = encoding.get(sizeField) === wide ? 64 : 32;
      const register = takeRegister(cursor, width, stackPointer);
      if (register === undefined) return false;
      return (
        encoding.set(sizeField, register.width === 64 ? wide : 1 - wide) &&
        encoding.set(field, register.number)
      );
    },
  };
}

function fixed(field: string, width: 32 | 64, stackPointer: boolean): Operand {
  return {
    format: ({ field: get }) => registerName(get(field), width, stackPointer),
    parse(cursor, encoding) {
      const register = takeRegister(cursor, width, stackPointer);
      return register !== undefined && encoding.set(field, register.number);
    },
  };
}

const SHIFTS = ['lsl', 'lsr', 'asr', 'ror'];
const EXTENSIONS = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx'];

/** `Rm{, shift #amount}`; the shift amount of the data-processing instructions. */
function shiftedRegister(allowRor: boolean): Operand {
  const names = SHIFTS.slice(0, allowRor ? 4 : 3);
  return {
    format({ field }) {
      const register = registerName(field('Rm'), field('sf') === 1 ? 64 : 32, false);
      const amount = field('imm6');
      const shift = field('shift');
      return shift === 0 && amount === 0 ? register : `${register}, ${SHIFTS[shift]} #${amount}`;
    },
    parse(cursor, encoding) {
      const width = encoding.get('sf') === 1 ? 64 : 32;
      const register = takeRegister(cursor, width, false);
      if (register === undefined) return false;
      let shift = 0;
      let amount: number | undefined = 0;
      if (cursor.take(',')) {
        shift = names.indexOf(cursor.peekName() ?? '');
        if (shift < 0) return cursor.fail(`a shift (${names.join(', ')})`);
        cursor.position++;
        amount = cursor.integer(0, width - 1);
      }
      if (amount === undefined) return false;
      return (
        encoding.set('Rm', register.number) && encoding.set('shift', shift) && encoding.set('imm6', amount)
      );
    },
  };
}

const isStackPointerOperand = (row: string, field: FieldGetter): boolean =>
  field('Rn') === 31 || (!row.endsWith('s') && field('Rd') === 31);

/**
 * `Rm{, extend {#amount}}`. With SP among the operands the natural extension is written LSL, or nothing at all
 * when the amount is zero.
 *
 * @param flags `s` for the flag-setting forms, whose destination 31 is the zero register.
 */
function extendedRegister(flags = ''): Operand {
  return {
    format({ field }) {
      const option = field('option');
      const wide = field('sf') === 1 && (option & 3) === 3;
      const register = registerName(field('Rm'), wide ? 64 : 32, false);
      const amount = field('imm3');
      const natural = field('sf') === 1 ? 3 : 2;
      if (option === natural && isStackPointerOperand(flags, field)) {
        return amount === 0 ? register : `${register}, lsl #${amount}`;
      }
      return `${register}, ${EXTENSIONS[option]}${amount === 0 ? '' : ` #${amount}`}`;
    },
    parse(cursor, encoding) {
      const register = peekRegister(cursor);
      const destinationWidth = encoding.get('sf') === 1 ? 64 : 32;
      if (register === undefined || register.stackPointer || register.width > destinationWidth) {
        return cursor.fail(kindOf(destinationWidth === 64 ? undefined : 32, false));
      }
      cursor.position++;
      const natural = destinationWidth === 64 ? 3 : 2;
      let option = natural;
      let amount: number | undefined = 0;
      if (cursor.take(',')) {
        const name = cursor.peekName() ?? '';
        option = name === 'lsl' ? natural : EXTENSIONS.indexOf(name);
        if (option < 0) return cursor.fail(`an extension (lsl, ${EXTENSIONS.join(', ')})`);
        cursor.position++;
        if (!cursor.atEnd) amount = cursor.integer(0, 4);
        else if (name === 'lsl') return cursor.fail('a shift amount');
      }
      if (amount === undefined) return false;
      const wants = destinationWidth === 64 && (option & 3) === 3 ? 64 : 32;
      if (register.width !== wants)
        return cursor.fail(`an extension that fits the ${register.width}-bit register`);
      return (
        encoding.set('Rm', register.number) && encoding.set('option', option) && encoding.set('imm3', amount)
      );
    },
  };
}

/** One register written once that fills two fields. */
function twice(first: string, second: string): Operand {
  const operand = sized(first, 'sf', 1, false);
  return {
    format: operand.format,
    parse: (cursor, encoding) => operand.parse(cursor, encoding) && encoding.set(second, encoding.get(first)),
  };
}

/** TBZ's register: bit 5 of the bit number chooses the name, and an X register may be written for either. */
const testBitRegister: OperandFactory = (field = 'Rt') => ({
  format: ({ field: get }) => registerName(get(field), get('b5') === 1 ? 64 : 32, false),
  parse(cursor, encoding) {
    const register = takeRegister(cursor, undefined, false);
    if (register === undefined) return false;
    if (register.width === 32 && !encoding.set('b5', 0)) return false;
    return encoding.set(field, register.number);
  },
});

/** The second register of a pair, which only the first one's field holds. */
const nextRegister: OperandFactory = (field = 'Rs') => ({
  format: ({ field: get }) => registerName(get(field) + 1, get('sf') === 1 ? 64 : 32, false),
  parse(cursor, encoding) {
    const start = cursor.position;
    const register = takeRegister(cursor, encoding.get('sf') === 1 ? 64 : 32, false);
    if (register === undefined) return false;
    return (
      register.number === encoding.get(field) + 1 ||
      cursor.failValue(start, 'the register after the one before')
    );
  },
});

export const registerOperands: Readonly<Record<string, OperandFactory>> = {
  /** W or X by `sf`. */
  r: (field = 'Rd') => sized(field, 'sf', 1, false),
  /** W, WSP, X or SP by `sf`. */
  rsp: (field = 'Rd') => sized(field, 'sf', 1, true),
  /** W or X by `w32`, which is 1 for W. */
  rw: (field = 'Rt') => sized(field, 'w32', 0, false),
  /** W or X by `Q`, which is 1 for X. */
  rq: (field = 'Rd') => sized(field, 'Q', 1, false),
  /** The register after an even one, in CASP's pairs. */
  rnext: nextRegister,
  w: (field = 'Rd') => fixed(field, 32, false),
  x: (field = 'Rd') => fixed(field, 64, false),
  xsp: (field = 'Rn') => fixed(field, 64, true),
  same: (first = 'Rn', second = 'Rm') => twice(first, second),
  rshift: (ror) => shiftedRegister(ror === 'ror'),
  rext: extendedRegister,
  tbreg: testBitRegister,
};

/** Sets a base register field from `[Xn|SP`; shared by the memory operands. */
export function takeBase(cursor: Cursor, encoding: Encoding): boolean {
  if (!cursor.expect('[')) return false;
  const register = takeRegister(cursor, 64, true);
  return register !== undefined && encoding.set('Rn', register.number);
}
