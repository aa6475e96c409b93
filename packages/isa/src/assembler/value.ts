/** What an expression evaluates to, and the arithmetic on it. */

/** A part of the image whose start address is settled after the first pass. */
export interface SectionReference {
  readonly name: string;
}

/** A number, or an address inside a section: `offset` is then relative to the section's start. */
export interface Value {
  /** A signed 64-bit number. */
  readonly offset: bigint;
  readonly section: SectionReference | undefined;
}

/** Makes a number; wraps to 64 bits. */
export const absolute = (offset: bigint): Value => ({
  offset: BigInt.asIntN(64, offset),
  section: undefined,
});

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
const truth = (value: boolean): bigint => (value ? -1n : 0n);

/** Binary operators on numbers, with the meaning GNU as gives them. Undefined for a division by zero. */
export const OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0n ? undefined : a / b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
  '<<': (a, b) => (b >= 64n || b < 0n ? 0n : a << b),
  '>>': (a, b) => (b >= 64n || b < 0n ? 0n : unsigned(a) >> b),
  '|': (a, b) => a | b,
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '!': (a, b) => a | ~b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<>': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '&&': (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
  '||': (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
};

/** Operators from the tightest to the loosest binding: GNU as's levels, not C's. */
export const PRECEDENCE: readonly (readonly string[])[] = [
  ['*', '/', '%', '<<', '>>'],
  ['|', '&', '^', '!'],
  ['+', '-', '==', '!=', '<>', '<', '>', '<=', '>='],
  ['&&'],
  ['||'],
];
