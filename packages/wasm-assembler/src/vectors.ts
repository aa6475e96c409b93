/** Instructions on vectors of four 32-bit integers. */
import type { Code } from './assembler.ts';

const PREFIX = 0xfd;

const operation =
  (...opcode: readonly number[]) =>
  (...operands: readonly Code[]): Code => [...operands, PREFIX, ...opcode];

/** The same integer four times. */
export const splat = operation(0x11);
export const vectorOf = (...integers: readonly [number, number, number, number]): Code => [
  PREFIX,
  0x0c,
  ...integers.flatMap((each) => [each & 0xff, (each >>> 8) & 0xff, (each >>> 16) & 0xff, each >>> 24]),
];
/** One of the four integers. */
export const lane = (vector: Code, index: number): Code => [vector, PREFIX, 0x1b, index];
/** A vector of which one integer is replaced. */
export const withLane = (vector: Code, index: number, value: Code): Code => [
  vector,
  value,
  [PREFIX, 0x1c, index],
];
/** Four words of memory. @param offset in bytes, below 2^14 */
export const loadVector = (address: Code, offset = 0): Code => [
  address,
  [PREFIX, 0x00, 2, (offset & 0x7f) | 0x80, offset >>> 7],
];
/** All ones where the integers are equal, else 0. */
export const eachEqual = operation(0x37);
export const eachGreater = operation(0x3b);
export const eachNot = operation(0x4d);
export const eachAnd = operation(0x4e);
/** The bits of the first that are not in the second. */
export const eachWithout = operation(0x4f);
export const eachOr = operation(0x50);
/** 1 when a bit of the vector is set. */
export const anyOf = operation(0x53);
/** The bits 0 to 3: the signs of the integers. */
export const signs = operation(0xa4, 0x01);
/** Shifts all by the same number of bits. */
export const eachShiftLeft = operation(0xab, 0x01);
/** Zeros come in. */
export const eachShiftRight = operation(0xad, 0x01);
export const eachAdd = operation(0xae, 0x01);
export const eachSubtract = operation(0xb1, 0x01);
/** The smaller of two, taken as unsigned. */
export const eachLeast = operation(0xb7, 0x01);
/** The integers of two vectors, each of 16 bits at most with its sign, as eight halves. */
export const packHalves = operation(0x86, 0x01);
/** Products of halves, added in pairs. */
export const addProductsOfHalves = operation(0xba, 0x01);
