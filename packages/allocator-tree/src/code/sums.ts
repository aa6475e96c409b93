/** Sums of groups of words, four at a time. */
import {
  addProductsOfHalves,
  type Code,
  constant,
  eachAnd,
  packHalves,
  splat,
} from '@armature/wasm-assembler';

/** 1 in both halves. */
const ONES = splat(constant(0x1_0001));

/**
 * The sums of four groups of words, in their order. The groups are as large as each other, and lie one behind the other
 * in vectors; a sum is below 2^15.
 */
export function sumsOfFour(vectors: readonly Code[], mask: Code): Code {
  if (vectors.length === 1) return eachAnd(vectors[0]!, splat(mask));
  const half = vectors.length / 2;
  const halves = [vectors.slice(0, half), vectors.slice(half)].map((each) => sumsOfFour(each, mask));
  return addProductsOfHalves(packHalves(...halves), ONES);
}
