import { expect, test } from 'vitest';
import { pack, unpack } from './packing.ts';

/** Numbers that look random, the same every time. */
function noise(length: number, values: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % values;
  });
}

const cases: readonly [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['less than a copy', Uint8Array.of(1, 2, 3)],
  ['nothing to copy', noise(5000, 256)],
  ['a copy of what is being written', new Uint8Array(3000).fill(7)],
  ['a copy at the end', Uint8Array.of(...noise(40, 256), ...noise(40, 256))],
  ['many short copies', noise(20_000, 3)],
  ['literals and lengths at the edges of their nibbles', Uint8Array.from(edges())],
  ['copies from farther than a distance goes', Uint8Array.of(...noise(70_000, 256), ...noise(300, 256))],
];

function* edges(): Generator<number> {
  for (const count of [13, 14, 15, 16, 17, 269, 270, 271, 524, 525, 526]) {
    yield* noise(count, 256, count);
    yield* noise(count, 256, count);
  }
}

test.each(cases)('%s', (_, bytes) => {
  expect(Buffer.compare(unpack(pack(bytes), bytes.length), bytes)).toBe(0);
});

test('what repeats takes little', () => {
  expect(pack(new Uint8Array(100_000)).length).toBeLessThan(420);
});
