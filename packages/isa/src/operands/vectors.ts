import type { Cursor } from '../assembler/cursor.ts';
import type { Encoding } from '../assembler/encoding.ts';
import type { FieldGetter } from '../types.ts';
import { type Choice, choiceNames, readChoice, SCALARS, VECTORS, writeChoice } from './arrangements.ts';
import type { Operand, OperandFactory } from './operand.ts';
import { floatZero } from './vector-immediates.ts';

/** SIMD&FP registers as operands: scalars, vectors, elements and lists. */

const arrangements = (name: string): readonly Choice[] => {
  const choices = VECTORS[name];
  if (choices === undefined) throw new Error(`unknown arrangement '${name}'`);
  return choices;
};

const letters = (name: string): readonly Choice[] => {
  const choices = SCALARS[name];
  if (choices === undefined) throw new Error(`unknown scalar size '${name}'`);
  return choices;
};

/** Takes `v<number>.<arrangement>` and gives the number. */
function takeVector(cursor: Cursor, encoding: Encoding, choices: readonly Choice[]): number | undefined {
  const register = /^v(\d|[12]\d|3[01])\.(\w+)$/.exec(cursor.peekName() ?? '');
  const [, number, arrangement = ''] = register ?? [];
  if (number === undefined || !writeChoice(choices, arrangement, encoding)) {
    cursor.fail(
      `a vector register (v0 to v31) with the arrangement ${choiceNames(choices, encoding).join(', ')}`,
    );
    return undefined;
  }
  cursor.position++;
  return Number(number);
}

/** `Vd.4s`; with `second`, one register written once that fills two fields. */
const vector: OperandFactory = (field = 'Rd', arrangement = 'T', second) => {
  const choices = arrangements(arrangement);
  return {
    format: ({ field: get }) => `v${get(field)}.${readChoice(choices, get)}`,
    parse(cursor, encoding) {
      const number = takeVector(cursor, encoding, choices);
      if (number === undefined || !encoding.set(field, number)) return false;
      return second === undefined || encoding.set(second, number);
    },
  };
};

/** `Sd`, `Dd` and so on. */
const scalar: OperandFactory = (field = 'Rd', size = 'sz') => {
  const choices = letters(size);
  return {
    format: ({ field: get }) => `${readChoice(choices, get)}${get(field)}`,
    parse(cursor, encoding) {
      const register = /^([bhsdq])(\d|[12]\d|3[01])$/.exec(cursor.peekName() ?? '');
      const [, letter = '', number] = register ?? [];
      if (number === undefined || !writeChoice(choices, letter, encoding)) {
        const names = choiceNames(choices, encoding).map((name) => `${name}0 to ${name}31`);
        return cursor.fail(`a register (${names.join(', ')})`);
      }
      cursor.position++;
      return encoding.set(field, Number(number));
    },
  };
};

/** FCMP's second operand: a register, or `#0.0` when `cmpz` is 1. */
const comparand: OperandFactory = (field = 'Rm', size = 'sz') => {
  const register = scalar(field, size);
  const immediate = floatZero();
  return {
    format: (context) => (context.field('cmpz') === 1 ? immediate : register).format(context),
    parse(cursor, encoding) {
      if (register.parse(cursor, encoding)) return encoding.set('cmpz', 0);
      return immediate.parse(cursor, encoding) && encoding.set('cmpz', 1);
    },
  };
};

/** MOVI's 64-bit destination: `Vd.2d`, or `Dd` when Q is 0. */
const maskRegister: OperandFactory = (field = 'Rd') => {
  const whole = vector(field, 'whole');
  const low = scalar(field, 'low');
  return {
    format: (context) => (context.field('Q') === 1 ? whole : low).format(context),
    parse: (cursor, encoding) => (cursor.peekName()?.startsWith('v') ? whole : low).parse(cursor, encoding),
  };
};

/** Takes `[index]` from 0 to `maximum`. */
function takeIndex(cursor: Cursor, maximum: number): number | undefined {
  if (!cursor.expect('[')) return undefined;
  const index = cursor.integer(0, maximum);
  return index !== undefined && cursor.expect(']') ? index : undefined;
}

const ELEMENT_LETTERS = ['b', 'h', 's', 'd'];

/** Takes `v<number>.<letter>` and gives both; like GNU as, also `v<number>.4s` before an index. */
function takeElementRegister(
  cursor: Cursor,
  accepted: readonly string[],
): { readonly number: number; readonly suffix: string } | undefined {
  const register = /^v(\d|[12]\d|3[01])\.(\w+)$/.exec(cursor.peekName() ?? '');
  const [, number, written = ''] = register ?? [];
  const suffix = accepted.includes(written) ? written : elementOf(written);
  if (number !== undefined && accepted.includes(suffix)) {
    cursor.position++;
    if (suffix === written || cursor.sees('[')) return { number: Number(number), suffix };
    cursor.position--;
  }
  cursor.fail(`an element of a vector (v0.${accepted.join(', v0.')})`);
  return undefined;
}

/** The element letter of an arrangement, or nothing. */
const elementOf = (arrangement: string): string =>
  VECTORS.T?.some(([name]) => name === arrangement) === true ? arrangement.replace(/\d+/, '') : '';

/** The element size that imm5 names: the place of its lowest bit. */
const imm5Size = (field: FieldGetter): number => 31 - Math.clz32(field('imm5') & -field('imm5'));

/** `Vn.s[index]`, with size and index in imm5. */
const element: OperandFactory = (field = 'Rn') => ({
  format({ field: get }) {
    const size = imm5Size(get);
    return `v${get(field)}.${ELEMENT_LETTERS[size]}[${get('imm5') >> (size + 1)}]`;
  },
  parse(cursor, encoding) {
    const noted = encoding.noted('$element');
    const register = takeElementRegister(
      cursor,
      noted === undefined ? ELEMENT_LETTERS : [ELEMENT_LETTERS[noted] as string],
    );
    if (register === undefined) return false;
    const size = ELEMENT_LETTERS.indexOf(register.suffix);
    const index = takeIndex(cursor, (16 >> size) - 1);
    if (index === undefined || !encoding.note('$element', size)) return false;
    return encoding.set(field, register.number) && encoding.set('imm5', (index << (size + 1)) | (1 << size));
  },
});

/** INS's source element, whose index is in imm4. */
const sourceElement: OperandFactory = (field = 'Rn') => ({
  format({ field: get }) {
    const size = imm5Size(get);
    return `v${get(field)}.${ELEMENT_LETTERS[size]}[${get('imm4') >> size}]`;
  },
  parse(cursor, encoding) {
    const size = encoding.noted('$element') ?? 0;
    const register = takeElementRegister(cursor, [ELEMENT_LETTERS[size] as string]);
    if (register === undefined) return false;
    const index = takeIndex(cursor, (16 >> size) - 1);
    return index !== undefined && encoding.set(field, register.number) && encoding.set('imm4', index << size);
  },
});

/** DUP from a general register, where imm5 holds the size alone. */
const elementSize: OperandFactory = (field = 'Rn') => ({
  format: ({ field: get }) => {
    const letter = imm5Size(get) === 3 ? 'x' : 'w';
    return get(field) === 31 ? `${letter}zr` : `${letter}${get(field)}`;
  },
  parse(cursor, encoding) {
    const size = encoding.noted('$element') ?? 0;
    const letter = size === 3 ? 'x' : 'w';
    const register = new RegExp(`^${letter}(\\d|[12]\\d|30|zr)$`).exec(cursor.peekName() ?? '')?.[1];
    if (register === undefined) return cursor.fail(`a register (${letter}0 to ${letter}30 or ${letter}zr)`);
    cursor.position++;
    if (!encoding.isSet('imm5') && !encoding.set('imm5', 1 << size)) return false;
    return encoding.set(field, register === 'zr' ? 31 : Number(register));
  },
});

/** How the index of an "x indexed element" operand is spread over H, L and M. */
interface IndexedElement {
  readonly suffix: string;
  readonly fields: Readonly<Record<string, number>>;
  readonly index: 'HLM' | 'HL' | 'H';
}

const HALF: IndexedElement = { suffix: 'h', fields: {}, index: 'HLM' };

const INDEXED: Readonly<Record<string, readonly IndexedElement[]>> = {
  size: [
    { suffix: 'h', fields: { size: 1 }, index: 'HLM' },
    { suffix: 's', fields: { size: 2 }, index: 'HL' },
  ],
  sz: [
    { suffix: 's', fields: { sz: 0 }, index: 'HL' },
    { suffix: 'd', fields: { sz: 1, L: 0 }, index: 'H' },
  ],
  h: [HALF],
  '4b': [{ suffix: '4b', fields: {}, index: 'HL' }],
  '2h': [{ suffix: '2h', fields: {}, index: 'HL' }],
  complex: [
    { suffix: 'h', fields: { size: 1 }, index: 'HL' },
    { suffix: 's', fields: { size: 2, L: 0 }, index: 'H' },
  ],
};

const chosen = (elements: readonly IndexedElement[], field: FieldGetter): IndexedElement =>
  elements.find(({ fields }) =>
    Object.keys(fields).every((name) => name === 'L' || field(name) === fields[name]),
  ) ?? (elements[0] as IndexedElement);

/** `Vm.h[index]` of the by-element instructions. */
const indexedElement: OperandFactory = (kind = 'size') => {
  const elements = INDEXED[kind];
  if (elements === undefined) throw new Error(`unknown indexed element '${kind}'`);
  return {
    format({ field }) {
      const { suffix, index } = chosen(elements, field);
      const low = field('Rm');
      if (index === 'HLM') return `v${low}.${suffix}[${(field('H') << 2) | (field('L') << 1) | field('M')}]`;
      const number = (field('M') << 4) | low;
      return `v${number}.${suffix}[${index === 'HL' ? (field('H') << 1) | field('L') : field('H')}]`;
    },
    parse(cursor, encoding) {
      const possible = elements.filter(({ fields }) =>
        Object.entries(fields).every(
          ([name, value]) => !encoding.isSet(name) || encoding.get(name) === value,
        ),
      );
      const start = cursor.position;
      const register = takeElementRegister(
        cursor,
        possible.map(({ suffix }) => suffix),
      );
      if (register === undefined) return false;
      const { fields, index } = possible.find(({ suffix }) => suffix === register.suffix) as IndexedElement;
      if (index === 'HLM' && register.number > 15) {
        return cursor.failValue(start, 'a register from v0 to v15 for halfword elements');
      }
      const value = takeIndex(cursor, 2 ** index.length - 1);
      if (value === undefined) return false;
      for (const [name, fixed] of Object.entries(fields)) if (!encoding.set(name, fixed)) return false;
      if (index === 'HLM') {
        return (
          encoding.set('Rm', register.number) &&
          encoding.set('H', value >> 2) &&
          encoding.set('L', (value >> 1) & 1) &&
          encoding.set('M', value & 1)
        );
      }
      if (!encoding.set('Rm', register.number & 15) || !encoding.set('M', register.number >> 4)) return false;
      if (index === 'H') return encoding.set('H', value);
      return encoding.set('H', value >> 1) && encoding.set('L', value & 1);
    },
  };
};

/** SM3TT's element, whose index is imm2. */
const smallIndex: OperandFactory = (field = 'Rm') => ({
  format: ({ field: get }) => `v${get(field)}.s[${get('imm2')}]`,
  parse(cursor, encoding) {
    const register = takeElementRegister(cursor, ['s']);
    if (register === undefined) return false;
    const index = takeIndex(cursor, 3);
    return index !== undefined && encoding.set(field, register.number) && encoding.set('imm2', index);
  },
});

/** `Vn.d[1]`, the top half of a register. */
const topHalf: OperandFactory = (field = 'Rn') => ({
  format: ({ field: get }) => `v${get(field)}.d[1]`,
  parse(cursor, encoding) {
    const register = takeElementRegister(cursor, ['d']);
    if (register === undefined) return false;
    const start = cursor.position;
    const index = takeIndex(cursor, 1);
    if (index === undefined) return false;
    if (index !== 1) return cursor.failValue(start, 'the index 1');
    return encoding.set(field, register.number);
  },
});

/** Writes registers in a row the way objdump does: a range from three on, unless it wraps around. */
function formatList(first: number, count: number, suffix: string): string {
  const name = (place: number): string => `v${(first + place) % 32}.${suffix}`;
  if (count > 2 && first + count <= 32) return `{${name(0)}-${name(count - 1)}}`;
  return `{${Array.from({ length: count }, (_, place) => name(place)).join(', ')}}`;
}

/** Takes `{v0.8b, v1.8b}` or `{v0.8b-v3.8b}` through `take`, which reads one register. */
function takeList(
  cursor: Cursor,
  take: () => number | undefined,
): { readonly first: number; readonly count: number } | undefined {
  if (!cursor.expect('{')) return undefined;
  const first = take();
  if (first === undefined) return undefined;
  let count = 1;
  if (cursor.take('-')) {
    const last = take();
    if (last === undefined) return undefined;
    count = ((last - first + 32) % 32) + 1;
  } else {
    while (cursor.take(',')) {
      const next = take();
      if (next === undefined) return undefined;
      if (next !== (first + count) % 32) {
        cursor.failValue(cursor.position - 1, `v${(first + count) % 32}, the next register`);
        return undefined;
      }
      count++;
    }
  }
  return cursor.expect('}') ? { first, count } : undefined;
}

/** Whether the list just taken has the length; a failure stands at its closing brace. */
function hasLength(cursor: Cursor, count: number, length: string): boolean {
  if (count === Number(length)) return true;
  const registers = length === '1' ? 'one register' : `${length} registers`;
  return cursor.failValue(cursor.position - 1, `a list of ${registers}`);
}

/** A list of a fixed number of vectors, `{v0.4s, v1.4s}`. */
const list: OperandFactory = (field = 'Rt', length = '1', arrangement = 'T') => {
  const choices = arrangements(arrangement);
  return {
    format: ({ field: get }) => formatList(get(field), Number(length), readChoice(choices, get)),
    parse(cursor, encoding) {
      const found = takeList(cursor, () => takeVector(cursor, encoding, choices));
      return (
        found !== undefined && hasLength(cursor, found.count, length) && encoding.set(field, found.first)
      );
    },
  };
};

/** TBL's table: one to four registers of 16 bytes, counted in len. */
const tableList: OperandFactory = () => ({
  format: ({ field }) => formatList(field('Rn'), field('len') + 1, '16b'),
  parse(cursor, encoding) {
    const found = takeList(cursor, () => takeVector(cursor, encoding, arrangements('16b')));
    if (found === undefined) return false;
    if (found.count > 4) return cursor.failValue(cursor.position - 1, 'a list of one to four registers');
    return encoding.set('Rn', found.first) && encoding.set('len', found.count - 1);
  },
});

/** The element and index of a single-structure load or store: scale, S, size and Q hold them together. */
function singleIndex(field: FieldGetter): { readonly size: number; readonly index: number } {
  const [Q, S, size] = [field('Q'), field('S'), field('size')];
  const scale = field('scale');
  if (scale === 0) return { size: 0, index: (Q << 3) | (S << 2) | size };
  if (scale === 1) return { size: 1, index: (Q << 2) | (S << 1) | (size >> 1) };
  return size === 0 ? { size: 2, index: (Q << 1) | S } : { size: 3, index: Q };
}

/** `{v0.b, v1.b}[index]`. */
const elementList: OperandFactory = (length = '1') => ({
  format({ field }) {
    const { size, index } = singleIndex(field);
    return `${formatList(field('Rt'), Number(length), ELEMENT_LETTERS[size] as string)}[${index}]`;
  },
  parse(cursor, encoding) {
    let suffix: string | undefined;
    const found = takeList(cursor, () => {
      const register = takeElementRegister(cursor, suffix === undefined ? ELEMENT_LETTERS : [suffix]);
      suffix = register?.suffix;
      return register?.number;
    });
    if (found === undefined || suffix === undefined) return false;
    if (!hasLength(cursor, found.count, length)) return false;
    const element = ELEMENT_LETTERS.indexOf(suffix);
    const index = takeIndex(cursor, (16 >> element) - 1);
    if (index === undefined) return false;
    const bits = element === 3 ? (index << 3) | 1 : index << element;
    return (
      encoding.set('Rt', found.first) &&
      encoding.set('scale', Math.min(element, 2)) &&
      encoding.set('Q', bits >> 3) &&
      encoding.set('S', (bits >> 2) & 1) &&
      encoding.set('size', bits & 3)
    );
  },
});

/** The post-index of a structure access: a register, or the number of bytes transferred (Rm is 31). */
const structurePost = (bytes: (field: FieldGetter) => number): Operand => ({
  format({ field }) {
    const base = field('Rn') === 31 ? 'sp' : `x${field('Rn')}`;
    return `[${base}], ${field('Rm') === 31 ? `#${bytes(field)}` : `x${field('Rm')}`}`;
  },
  parse(cursor, encoding) {
    if (!cursor.expect('[')) return false;
    const base = /^(?:x(\d|[12]\d|30)|sp)$/.exec(cursor.peekName() ?? '');
    if (base === null) return cursor.fail('a 64-bit register (x0 to x30 or sp)');
    cursor.position++;
    if (!encoding.set('Rn', base[1] === undefined ? 31 : Number(base[1]))) return false;
    if (!cursor.expect(']') || !cursor.expect(',')) return false;
    const index = /^x(\d|[12]\d|30)$/.exec(cursor.peekName() ?? '')?.[1];
    if (index !== undefined) {
      cursor.position++;
      return encoding.set('Rm', Number(index));
    }
    const start = cursor.position;
    const size = bytes(encoding.get);
    const expected = `#${size} (the number of bytes) or a register (x0 to x30)`;
    const value = cursor.constant(expected);
    if (value === undefined) return false;
    return value === BigInt(size) ? encoding.set('Rm', 31) : cursor.failValue(start, expected);
  },
});

export const vectorOperands: Readonly<Record<string, OperandFactory>> = {
  v: vector,
  sc: scalar,
  comparand,
  maskreg: maskRegister,
  elem: element,
  elem4: sourceElement,
  gpelem: elementSize,
  vx: indexedElement,
  vimm2: smallIndex,
  vtop: topHalf,
  list,
  tblist: tableList,
  elemlist: elementList,
  /** Post-index of whole registers: `length` of them. */
  listpost: (length = '1') => structurePost((field) => Number(length) * (field('Q') === 1 ? 16 : 8)),
  /** Post-index of one element per register. */
  elempost: (length = '1') => structurePost((field) => Number(length) << singleIndex(field).size),
  /** Post-index of a load that replicates one element per register. */
  reppost: (length = '1') => structurePost((field) => Number(length) << field('size')),
};
