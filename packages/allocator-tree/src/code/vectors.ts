/** Instructions on vectors of four words, beside those of the assembler. */
import { type Code, eachAnd, splat } from '@armature/wasm-assembler';

const instruction =
  (...opcode: readonly number[]) =>
  (...operands: readonly Code[]): Code => [...operands, 0xfd, ...opcode];

export const eachOr = instruction(0x50);
/** Each word becomes the smaller of two, taken as unsigned. */
export const eachLeast = instruction(0xb7, 0x01);
export const eachSubtract = instruction(0xb1, 0x01);
export const eachEqual = instruction(0x37);
/** The bits of the first that are not in the second. */
export const eachWithout = instruction(0x4f);
/** Shifts a vector's words by the same number of bits. */
export const eachShiftLeft = instruction(0xab, 0x01);
/** Zeros come in. */
export const eachShiftRight = instruction(0xad, 0x01);
export const eachNot = instruction(0x4d);
/** A bit for the sign of each word. */
export const signs = instruction(0xa4, 0x01);
/** The words of two vectors, of 16 bits at most with their sign, as eight halves of words. */
const pack = instruction(0x86, 0x01);
/** Products of halves of words, added in pairs. */
const addProducts = instruction(0xba, 0x01);
const ONES = splat([0x41, 0x81, 0x80, 0x04]);

export const wordsOf = (...words: readonly [number, number, number, number]): Code => [
  0xfd,
  0x0c,
  ...words.flatMap((each) => [each & 0xff, (each >>> 8) & 0xff, (each >>> 16) & 0xff, each >>> 24]),
];

/** Loads four words. @param offset in bytes, below 2^14 */
export const loadVector = (address: Code, offset = 0): Code => [
  address,
  [0xfd, 0x00, 2, (offset & 0x7f) | 0x80, offset >>> 7],
];

/** A vector whose word of a number is replaced. */
export const withLane = (vector: Code, index: number, value: Code): Code => [
  vector,
  value,
  [0xfd, 0x1c, index],
];

/**
 * The sums of four groups of words, in their order. The groups are as large as each other, and lie one behind the other
 * in vectors; a sum is below 2^15.
 */
export function sumsOfFour(vectors: readonly Code[], mask: Code): Code {
  if (vectors.length === 1) return eachAnd(vectors[0]!, splat(mask));
  const half = vectors.length / 2;
  const halves = [vectors.slice(0, half), vectors.slice(half)].map((each) => sumsOfFour(each, mask));
  return addProducts(pack(...halves), ONES);
}
