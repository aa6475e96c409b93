import { decode, type Row, table } from '@armature/isa';
import { Random, seedOf } from '../random.ts';
import { type Level, levelOf, tagOf, untried } from './layout.ts';

/** Words to try, each with the level at which it runs and its tag. */
export interface Words {
  readonly words: Uint32Array;
  readonly tags: Uint8Array;
}

/** The streams of words by name. */
export type StreamName = 'uniform' | 'near' | 'system';

/** Words of a stream in the making. */
class Batch implements Words {
  readonly words: Uint32Array;
  readonly tags: Uint8Array;
  private used = 0;

  constructor(size: number) {
    this.words = new Uint32Array(size);
    this.tags = new Uint8Array(size);
  }

  get full(): boolean {
    return this.used === this.words.length;
  }

  /** Adds a word, unless it can't be tried. */
  add(word: number, wanted: Level): void {
    if (untried(word)) return;
    this.words[this.used] = word;
    this.tags[this.used++] = tagOf(word, levelOf(word, wanted));
  }

  taken(): Words {
    return { words: this.words.subarray(0, this.used), tags: this.tags.subarray(0, this.used) };
  }
}

function* batches(count: number, size: number, add: (batch: Batch) => void): Generator<Words> {
  for (let left = count; left > 0; left -= size) {
    const batch = new Batch(Math.min(size, left));
    while (!batch.full) add(batch);
    yield batch.taken();
  }
}

/** Any 32-bit words, every second one at EL1. No word comes twice. */
export function uniformWords(count: number, seed: number, batch: number): Generator<Words> {
  const random = new Random(seedOf('uniform words', seed));
  let index = 0;
  return batches(count, batch, (to) => to.add(random.next(), (index++ & 1) as Level));
}

/** Words that differ in one or two bits from an encoding of a row, rows taken in turn. */
export function nearWords(count: number, seed: number, batch: number): Generator<Words> {
  const random = new Random(seedOf('near words', seed));
  let index = 0;
  return batches(count, batch, (to) => {
    const row = table[index % table.length]!;
    const flipped = flipBit(encodingOf(row, random), random);
    const turn = Math.floor(index / table.length);
    to.add(turn & 2 ? flipBit(flipped, random) : flipped, (turn & 1) as Level);
    index++;
  });
}

const flipBit = (word: number, random: Random): number => (word ^ (1 << random.below(32))) >>> 0;

/** A random word that decodes to a row. */
function encodingOf(row: Row, random: Random): number {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const word = ((random.next() & ~row.mask) | row.value) >>> 0;
    if (decode(word) === row) return word;
  }
  return row.value >>> 0;
}

/** MRS, MSR, SYS and SYSL of every encoding, at EL0 and at EL1, each with some register. */
export function* systemWords(seed: number): Generator<Words> {
  const random = new Random(seedOf('system words', seed));
  const batch = new Batch(2 * (2 ** 16 + 2 ** 15));
  for (const level of [0, 1] as const) {
    for (const [base, keys] of SYSTEM_SPACES) {
      for (let key = 0; key < keys; key++) batch.add((base | (key << 5) | random.below(31)) >>> 0, level);
    }
  }
  yield batch.taken();
}

/** First word of MSR, MRS, SYS and SYSL, and how many op0, op1, CRn, CRm, op2 follow it. */
const SYSTEM_SPACES: readonly (readonly [base: number, keys: number])[] = [
  [0xd510_0000, 1 << 15],
  [0xd530_0000, 1 << 15],
  [0xd508_0000, 1 << 14],
  [0xd528_0000, 1 << 14],
];
