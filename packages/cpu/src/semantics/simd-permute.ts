import { shuffle, vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import { bitSelect, fixedSize, orr, pick, repeated, simd, sizes } from './simd-lanes.ts';

/** Advanced SIMD permute, extract and table lookup. */

/** Elements of both operands, numbered through, for a vector of `count` elements; `part` is the final digit less 1. */
type Permutation = (count: number, part: number) => (index: number) => number;

const PERMUTATIONS: Readonly<Record<string, Permutation>> = {
  UZP: (_, part) => (index) => 2 * index + part,
  TRN: (count, part) => (index) => (index & ~1) + part + (index & 1) * count,
  ZIP: (count, part) => (index) => (index >> 1) + (part * count) / 2 + (index & 1) * count,
};

const permutations: readonly Semantics[] = Object.entries(PERMUTATIONS).flatMap(([name, permutation]) =>
  [0, 1].map((part) =>
    simd(`${name}${part + 1}_asimdperm`, sizes(0, 3), (l) => {
      const count = l.bytes >> l.size;
      const all = 16 >> l.size;
      const source = permutation(count, part);
      const elements = Array.from({ length: all }, (_, index) => {
        // What lies above a 64-bit vector is cleared when it is written.
        const element = source(index % count);
        return element < count ? element : all + element - count;
      });
      l.write(pick(l.size, l.e.vector('Rn'), l.e.vector('Rm'), elements));
    }),
  ),
);

/** Bytes from a position in both operands on: one constant shuffle for each position. */
const extract = simd(
  'EXT_asimdext',
  fixedSize(0),
  (l) => {
    const position = l.e.choice('position');
    const bytes = Array.from({ length: 16 }, (_, index) => {
      const byte = position + (index % l.bytes);
      return byte < l.bytes ? byte : 16 + ((byte - l.bytes) % l.bytes);
    });
    l.write(shuffle(l.e.vector('Rn'), l.e.vector('Rm'), bytes));
  },
  { position: { values: 16, of: ({ imm4 }) => imm4 } },
);

/** Indices beyond the table give 0, or in TBX leave the byte as it was. */
const lookup = (extension: boolean): Semantics =>
  simd(
    extension ? 'TBX_asimdtbl' : 'TBL_asimdtbl',
    fixedSize(0),
    (l) => {
      const { e } = l;
      const registers = e.choice('registers') + 1;
      const indices = l.read('Rm');
      const found = Array.from({ length: registers }, (_, next) => {
        const own = next === 0 ? indices : l.op('sub', indices, repeated(0, 16 * next));
        return vector('i8x16.swizzle', e.vector('Rn', next), own);
      }).reduce(orr);
      if (!extension) return l.write(found);
      const inside = l.op('lt_u', indices, repeated(0, 16 * registers));
      l.write(bitSelect(inside, found, e.vector('Rd')));
    },
    { registers: { values: 4, of: ({ len }) => len } },
  );

export const simdPermuteSemantics: readonly Semantics[] = [
  ...permutations,
  extract,
  lookup(false),
  lookup(true),
];
