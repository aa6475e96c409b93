import { expect, test } from 'vitest';
import {
  cpuRegOf,
  FdtError,
  findCompatible,
  findNode,
  parseFdt,
  parseFdtHeader,
  printDts,
  walk,
  writeFdt,
} from '../src/index.ts';
import { sampleSource } from './sample.ts';

/** A 32-bit xorshift generator: the same seed gives the same sequence. */
function random(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Runs every reader over the bytes. Returns whether the blob was accepted; rethrows all but FdtError. */
function read(blob: Uint8Array): boolean {
  try {
    const tree = parseFdt(blob);
    printDts(tree);
    for (const location of walk(tree)) refusable(() => cpuRegOf(tree, location));
    refusable(() => findNode(tree, 'serial0'));
    refusable(() => findNode(tree, '/soc/pl011'));
    findCompatible(tree, 'arm,pl011');
    writeRefusable(tree);
    return true;
  } catch (error) {
    if (!(error instanceof FdtError) || error.offset === undefined) throw error;
    // A header field that is not there is named too.
    expect(error.offset).toBeLessThanOrEqual(Math.max(blob.length, 40));
    return false;
  }
}

function refusable(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof FdtError)) throw error;
  }
}

/** What was read can be written and read again, unless its phandles contradict each other. */
function writeRefusable(tree: ReturnType<typeof parseFdt>): void {
  refusable(() => expect(parseFdt(writeFdt(tree))).toEqual(tree));
}

const blob = writeFdt(sampleSource());

test('a blob cut at any byte is refused', () => {
  for (let length = 0; length < blob.length; length++) {
    expect(read(blob.subarray(0, length))).toBe(false);
    // The same with a header that admits the length.
    const shorter = blob.slice(0, length);
    if (length >= 8) new DataView(shorter.buffer).setUint32(4, length);
    read(shorter);
  }
});

test('each byte of the header, set to each value, is read or refused', () => {
  for (let at = 0; at < 40; at++) {
    for (let value = 0; value < 256; value++) {
      const changed = blob.slice();
      changed[at] = value;
      refusable(() => parseFdtHeader(changed));
      refusable(() => parseFdt(changed));
    }
  }
});

test('100,000 random mutations are read or refused', () => {
  const next = random(0x5eed);
  let accepted = 0;
  for (let round = 0; round < 100_000; round++) {
    const changed = blob.slice();
    const view = new DataView(changed.buffer);
    for (let count = 1 + next(4); count > 0; count--) {
      switch (next(4)) {
        case 0:
          changed[next(changed.length)] = next(256);
          break;
        case 1:
          view.setUint32(
            4 * next(changed.length / 4),
            [0, 1, 2, 3, 4, 9, 0x7fff_ffff, 0xffff_ffff][next(8)]!,
          );
          break;
        case 2:
          view.setUint32(4 * next(changed.length / 4), next(changed.length * 2));
          break;
        default: {
          const from = next(changed.length);
          changed.copyWithin(next(changed.length), from, from + next(64));
        }
      }
    }
    if (read(changed)) accepted++;
  }
  // Mutations of values keep the structure, so both outcomes must occur.
  expect(accepted).toBeGreaterThan(1000);
  expect(accepted).toBeLessThan(99_000);
});

test('5,000 blobs of random bytes behind a valid magic are read or refused', () => {
  const next = random(7);
  for (let round = 0; round < 5000; round++) {
    const bytes = Uint8Array.from({ length: 40 + next(200) }, () => next(256));
    new DataView(bytes.buffer).setUint32(0, 0xd00d_feed);
    read(bytes);
  }
});

test('60,000 properties whose names overlap in the strings block take little time', () => {
  const properties = 60_000;
  const structure = 8 + properties * 12 + 8;
  const next = random(3);
  // Runs of 250 characters, the longest names there are, and offsets into the middle of them.
  const strings = Uint8Array.from({ length: 251 * 4000 }, (_, at) =>
    at % 251 === 250 ? 0 : 0x61 + next(26),
  );
  const big = new Uint8Array(56 + structure + strings.length);
  const view = new DataView(big.buffer);
  const words = [0xd00dfeed, big.length, 56, 56 + structure, 40, 17, 16, 0, strings.length, structure];
  words.push(0, 0, 0, 0, 1, 0);
  for (let index = 0; index < properties; index++) {
    words.push(3, 0, Math.floor(index / 15) * 251 + (index % 15) * 12);
  }
  words.push(2, 9);
  words.forEach((word, index) => {
    view.setUint32(index * 4, word);
  });
  big.set(strings, 56 + structure);
  expect(parseFdt(big).root.properties.size).toBe(properties);
}, 5000);
