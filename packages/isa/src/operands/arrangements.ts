import type { Encoding } from '../assembler/encoding.ts';
import type { FieldGetter } from '../types.ts';

/**
 * How the fields of SIMD&FP instructions choose the shape of a register: an arrangement such as `4s`, or the
 * letter of a scalar register. A choice is a name and the field values it stands for.
 *
 * Names with `$` are no fields: `$shift` is the element size that immh names, `$element` the one imm5 names. They
 * are read from the field, and noted in the encoding until the shift amount or index fills the field.
 */
export type Choice = readonly [name: string, fields: Readonly<Record<string, number>>];

const bySizeAndQ = (names: readonly string[], size: string): Choice[] =>
  names.map((name, index) => [name, { [size]: index >> 1, Q: index & 1 }]);

const byOne = (names: readonly string[], field: string): Choice[] =>
  names.map((name, index) => [name, { [field]: index }]);

const ALL = ['8b', '16b', '4h', '8h', '2s', '4s', '1d', '2d'];
const WIDE = ['8h', '4s', '2d'];
const fixed = (name: string): Choice[] => [[name, {}]];

/** Arrangements of vector registers by the name the table uses. */
export const VECTORS: Readonly<Record<string, readonly Choice[]>> = {
  T: bySizeAndQ(ALL, 'size'),
  T0: bySizeAndQ(ALL.slice(0, 4), 'size0'),
  Tsz: bySizeAndQ(['2s', '4s', '1d', '2d'], 'sz'),
  B: byOne(['8b', '16b'], 'Q'),
  H: byOne(['4h', '8h'], 'Q'),
  S: byOne(['2s', '4s'], 'Q'),
  D: byOne(['1d', '2d'], 'Q'),
  HalfH: byOne(['2h', '4h'], 'Q'),
  // Twice the element size of T, in a full vector.
  W: byOne(WIDE, 'size'),
  Wsz: byOne(['4s', '2d'], 'sz'),
  Nsz: bySizeAndQ(['4h', '8h', '2s', '4s'], 'sz'),
  // Pairs of elements added to one of twice the size.
  P: bySizeAndQ(['4h', '8h', '2s', '4s', '1d', '2d'], 'size'),
  Pairsz: byOne(['2s', '2d'], 'sz'),
  Tshift: bySizeAndQ(ALL, '$shift'),
  Wshift: byOne(WIDE, '$shift'),
  whole: [['2d', { Q: 1 }]],
  Telement: bySizeAndQ(ALL, '$element'),
  ...Object.fromEntries(['16b', '8h', '2h', '4s', '2s', '2d', '1q'].map((name) => [name, fixed(name)])),
};

/** Letters of scalar registers by the name the table uses. */
export const SCALARS: Readonly<Record<string, readonly Choice[]>> = {
  size: byOne(['b', 'h', 's', 'd'], 'size'),
  wide: byOne(['h', 's', 'd'], 'size'),
  sz: byOne(['s', 'd'], 'sz'),
  shift: byOne(['b', 'h', 's', 'd'], '$shift'),
  wideshift: byOne(['h', 's', 'd'], '$shift'),
  low: [['d', { Q: 0 }]],
  element: byOne(['b', 'h', 's', 'd'], '$element'),
  ftype: [
    ['s', { ftype: 0 }],
    ['d', { ftype: 1 }],
    ['h', { ftype: 3 }],
  ],
  opc: [
    ['s', { opc: 0 }],
    ['d', { opc: 1 }],
    ['h', { opc: 3 }],
  ],
  access: [
    ...byOne(['b', 'h', 's', 'd'], 'size').map(([name, fields]): Choice => [name, { ...fields, opc1: 0 }]),
    ['q', { size: 0, opc1: 1 }],
  ],
  pair: byOne(['s', 'd', 'q'], 'opc'),
  ...Object.fromEntries(['b', 'h', 's', 'd', 'q'].map((name) => [name, fixed(name)])),
};

const read = (name: string, field: FieldGetter): number => {
  if (name === '$shift') return 31 - Math.clz32(field('immh'));
  if (name === '$element') return 31 - Math.clz32(field('imm5') & -field('imm5'));
  return field(name);
};

/** The choice the fields make; `?` for a combination that has none. */
export function readChoice(choices: readonly Choice[], field: FieldGetter): string {
  const found = choices.find(([, fields]) =>
    Object.entries(fields).every(([name, value]) => read(name, field) === value),
  );
  return found?.[0] ?? '?';
}

/** Sets the fields of the choice with the name; false when there is none or a field has another value. */
export function writeChoice(choices: readonly Choice[], name: string, encoding: Encoding): boolean {
  return choices.some(
    ([choice, fields]) =>
      choice === name &&
      Object.entries(fields).every(([field, value]) =>
        field.startsWith('$') ? encoding.note(field, value) : encoding.set(field, value),
      ),
  );
}

/** The names that can still be chosen, for a message. */
export function choiceNames(choices: readonly Choice[], encoding: Encoding): string[] {
  return choices
    .filter(([, fields]) =>
      Object.entries(fields).every(([field, value]) => {
        if (field.startsWith('$')) return (encoding.noted(field) ?? value) === value;
        return !encoding.isSet(field) || encoding.get(field) === value;
      }),
    )
    .map(([name]) => name);
}
