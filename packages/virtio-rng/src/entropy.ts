import { ArmatureError, checkSnapshot, type Snapshot } from '@armature/core';

/** Where random bytes come from. */
export interface EntropySource {
  /** Fills `target`, which may be shared memory. */
  fill(target: Uint8Array): void;
  /** What makes the next bytes, if the source can be put back there. */
  snapshot?(): Snapshot;
  /** @throws SNAPSHOT_INVALID */
  restore?(snapshot: Snapshot): void;
}

const SNAPSHOT_TYPE = 'seeded-entropy';
const SNAPSHOT_VERSION = 1;
/** The most that a browser's or Node's generator gives at once. */
const HOST_LIMIT = 65536;

/**
 * Bytes that look random and are the same for the same seed: runs repeat, and secrets are none. The generator is
 * xoshiro128**, seeded by SplitMix32.
 *
 * @param seed a whole number from 0 to 2^32 - 1
 * @throws CONFIG_INVALID when it is not
 */
export function seededEntropy(seed: number): EntropySource {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    throw new ArmatureError('CONFIG_INVALID', `${seed} is not a seed`, {
      context: { seed },
      hint: 'Give a whole number from 0 to 2^32 - 1.',
    });
  }
  return new SeededEntropy(seed);
}

/** The host's cryptographic generator. Runs do not repeat. */
export function hostEntropy(): EntropySource {
  return {
    fill(target) {
      // The generator refuses shared memory, so the bytes come by way of memory that is not.
      const bytes = new Uint8Array(Math.min(HOST_LIMIT, target.length));
      for (let at = 0; at < target.length; at += bytes.length) {
        const part = bytes.subarray(0, Math.min(bytes.length, target.length - at));
        globalThis.crypto.getRandomValues(part);
        target.set(part, at);
      }
    },
  };
}

class SeededEntropy implements EntropySource {
  private readonly state = new Uint32Array(4);

  constructor(seed: number) {
    let word = seed;
    for (let index = 0; index < 4; index++) {
      word = (word + 0x9e37_79b9) >>> 0;
      let mixed = Math.imul(word ^ (word >>> 16), 0x21f0_aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
      this.state[index] = mixed ^ (mixed >>> 15);
    }
  }

  fill(target: Uint8Array): void {
    for (let at = 0; at < target.length; ) {
      let word = this.next();
      for (let byte = 0; byte < 4 && at < target.length; byte++) {
        target[at++] = word & 0xff;
        word >>>= 8;
      }
    }
  }

  snapshot(): Snapshot<readonly number[]> {
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, state: [...this.state] };
  }

  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const words = snapshot.state as readonly number[];
    if (words.length !== 4 || words.every((word) => word === 0)) {
      throw new ArmatureError(
        'SNAPSHOT_INVALID',
        'the state of a seeded source is four words that are not all 0',
      );
    }
    this.state.set(words);
  }

  private next(): number {
    const { state } = this;
    const product = Math.imul(state[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = (state[3] << 11) | (state[3] >>> 21);
    return result >>> 0;
  }
}
