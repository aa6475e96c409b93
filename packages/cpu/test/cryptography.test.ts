import { createCipheriv, createHash } from 'node:crypto';
import type { Feature } from '@armature/isa';
import { beforeAll, describe, expect, test } from 'vitest';
import { type BareMachine, bareMachine, CODE } from './bare-machine.ts';

/** The cryptographic instructions, used as software uses them, against the host's cryptography. */

const FEATURES: readonly Feature[] = [
  'base',
  'FEAT_FP',
  'FEAT_AdvSIMD',
  'FEAT_AES',
  'FEAT_SHA1',
  'FEAT_SHA256',
  'FEAT_SHA512',
  'FEAT_SHA3',
  'FEAT_SM3',
  'FEAT_SM4',
];

type Vector = readonly number[];

/** Instructions with Vd, Vn and Vm as 0, 1 and 2, and Va as 3. */
const WORDS = {
  AESE: 0x4e28_4820,
  AESD: 0x4e28_5820,
  AESMC: 0x4e28_6820,
  AESIMC: 0x4e28_7820,
  SHA1C: 0x5e02_0020,
  SHA1P: 0x5e02_1020,
  SHA1M: 0x5e02_2020,
  SHA1SU0: 0x5e02_3020,
  SHA1H: 0x5e28_0820,
  SHA1SU1: 0x5e28_1820,
  SHA256H: 0x5e02_4020,
  SHA256H2: 0x5e02_5020,
  SHA256SU1: 0x5e02_6020,
  SHA256SU0: 0x5e28_2820,
  SHA512H: 0xce62_8020,
  SHA512H2: 0xce62_8420,
  SHA512SU1: 0xce62_8820,
  SHA512SU0: 0xcec0_8020,
  SM4E: 0xcec0_8420,
  SM4EKEY: 0xce62_c820,
} as const;

let machine: BareMachine;

beforeAll(async () => {
  machine = await bareMachine({ model: 'max', features: FEATURES });
  machine.cpu.setSystem('CPACR_EL1', 3n << 20n);
});

/** The result of an instruction on V0, V1 and V2, each sixteen bytes. */
function run(name: keyof typeof WORDS, ...operands: readonly Vector[]): Vector {
  operands.forEach((bytes, register) => {
    const view = new DataView(Uint8Array.from(bytes).buffer);
    machine.cpu.setV(register, view.getBigUint64(0, true), view.getBigUint64(8, true));
  });
  machine.memory.writeU32(CODE, WORDS[name]);
  machine.cpu.pc = BigInt(CODE);
  machine.engine.run(1);
  expect(machine.cpu.pc).toBe(BigInt(CODE + 4));
  const view = new DataView(new ArrayBuffer(16));
  const [low, high] = machine.cpu.v(0);
  view.setBigUint64(0, low, true);
  view.setBigUint64(8, high, true);
  return [...new Uint8Array(view.buffer)];
}

const words = (...values: readonly number[]): Vector => [...new Uint8Array(Uint32Array.from(values).buffer)];
const toWords = (bytes: Vector): number[] => [...new Uint32Array(Uint8Array.from(bytes).buffer)];
const plus = (a: Vector, b: Vector): Vector =>
  words(...toWords(a).map((word, lane) => word + toWords(b)[lane]!));
const exclusiveOr = (a: Vector, b: Vector): Vector => a.map((byte, at) => byte ^ b[at]!);
const ZERO: Vector = new Array<number>(16).fill(0);

describe('AES-128', () => {
  const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');

  /** SubBytes of a word, which AESE gives when all columns are the same. */
  const substituted = (word: number): number => toWords(run('AESE', words(word, word, word, word), ZERO))[0]!;

  function roundKeys(): Vector[] {
    const schedule = toWords([...key]);
    for (let index = 4, constant = 1; index < 44; index++) {
      let word = schedule[index - 1]!;
      if (index % 4 === 0) {
        const rotated = (word >>> 8) | (word << 24);
        word = substituted(rotated) ^ constant;
        constant = (constant << 1) ^ (constant & 0x80 ? 0x11b : 0);
      }
      schedule.push((schedule[index - 4]! ^ word) >>> 0);
    }
    return Array.from({ length: 11 }, (_, round) => words(...schedule.slice(4 * round, 4 * round + 4)));
  }

  test('encrypts and decrypts as the host does', () => {
    const keys = roundKeys();
    for (let block = 0; block < 8; block++) {
      const text = Array.from({ length: 16 }, (_, at) => (block * 89 + at * 37) & 255);
      let state: Vector = text;
      for (let round = 0; round < 9; round++) state = run('AESMC', ZERO, run('AESE', state, keys[round]!));
      state = exclusiveOr(run('AESE', state, keys[9]!), keys[10]!);
      const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
      expect(state).toEqual([...cipher.update(Uint8Array.from(text))]);

      state = run('AESD', state, keys[10]!);
      for (let round = 9; round > 0; round--) {
        state = run('AESD', run('AESIMC', ZERO, state), run('AESIMC', ZERO, keys[round]!));
      }
      expect(exclusiveOr(state, keys[0]!)).toEqual(text);
    }
  });
});

const swap32 = (bytes: Vector): Vector => Array.from({ length: 16 }, (_, at) => bytes[at ^ 3]!);
const swap64 = (bytes: Vector): Vector => Array.from({ length: 16 }, (_, at) => bytes[at ^ 7]!);

/** A message of one block, padded as SHA-1 and SHA-2 do. */
function padded(message: Uint8Array, blockBytes: number): Vector[] {
  const block = new Uint8Array(blockBytes);
  block.set(message);
  block[message.length] = 0x80;
  new DataView(block.buffer).setUint32(blockBytes - 4, 8 * message.length);
  return Array.from({ length: blockBytes / 16 }, (_, at) => [...block.subarray(16 * at, 16 * at + 16)]);
}

const MESSAGES = ['', 'abc', 'The quick brown fox jumps over the lazy dog'].map((text) =>
  new TextEncoder().encode(text),
);
const hostHash = (name: string, message: Uint8Array): string =>
  createHash(name).update(message).digest('hex');

describe('SHA-1', () => {
  const K = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6] as const;
  const STEPS = ['SHA1C', 'SHA1P', 'SHA1M', 'SHA1P'] as const;

  test.each(MESSAGES)('agrees with the host: %#', (message) => {
    const schedule = padded(message, 64).map(swap32);
    const start = words(0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476);
    let abcd = start;
    let e: Vector = words(0xc3d2_e1f0, 0, 0, 0);
    for (let group = 0; group < 20; group++) {
      const w = schedule[group]!;
      const k = K[Math.floor(group / 5)]!;
      const next = run('SHA1H', ZERO, abcd);
      abcd = run(STEPS[Math.floor(group / 5)]!, abcd, e, plus(w, words(k, k, k, k)));
      e = next;
      if (group < 16) {
        const part = run('SHA1SU0', w, schedule[group + 1]!, schedule[group + 2]!);
        schedule.push(run('SHA1SU1', part, schedule[group + 3]!));
      }
    }
    const sum = [...toWords(plus(abcd, start)), (toWords(e)[0]! + 0xc3d2_e1f0) >>> 0];
    expect(sum.map((word) => word.toString(16).padStart(8, '0')).join('')).toBe(hostHash('sha1', message));
  });
});

/** Fractional parts of roots of the first primes: the constants of SHA-2, as halves of 64 bits. */
function rootBits(count: number, root: 2 | 3): bigint[] {
  const primes: bigint[] = [];
  for (let candidate = 2n; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0n)) primes.push(candidate);
  }
  return primes.map((prime) => {
    const scaled = prime << BigInt(64 * root);
    let low = 0n;
    let high = 1n << 80n;
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      if (middle ** BigInt(root) <= scaled) low = middle;
      else high = middle;
    }
    return BigInt.asUintN(64, low);
  });
}

describe('SHA-256', () => {
  const k = rootBits(64, 3).map((value) => Number(value >> 32n));
  const h = rootBits(8, 2).map((value) => Number(value >> 32n));

  test.each(MESSAGES)('agrees with the host: %#', (message) => {
    const schedule = padded(message, 64).map(swap32);
    const starts = [words(...h.slice(0, 4)), words(...h.slice(4))] as const;
    let [abcd, efgh]: Vector[] = [...starts] as Vector[];
    for (let group = 0; group < 16; group++) {
      const w = schedule[group]!;
      const sum = plus(w, words(...k.slice(4 * group, 4 * group + 4)));
      [abcd, efgh] = [run('SHA256H', abcd!, efgh!, sum), run('SHA256H2', efgh!, abcd!, sum)];
      if (group < 12) {
        const part = run('SHA256SU0', w, schedule[group + 1]!);
        schedule.push(run('SHA256SU1', part, schedule[group + 2]!, schedule[group + 3]!));
      }
    }
    const digest = [...toWords(plus(abcd!, starts[0])), ...toWords(plus(efgh!, starts[1]))];
    const text = digest.map((word) => word.toString(16).padStart(8, '0')).join('');
    expect(text).toBe(hostHash('sha256', message));
  });
});

describe('SHA-512', () => {
  const k = rootBits(80, 3);
  const h = rootBits(8, 2);
  const pair = (low: bigint, high: bigint): Vector => [
    ...new Uint8Array(BigUint64Array.from([low, high]).buffer),
  ];
  const toPair = (bytes: Vector): bigint[] => [...new BigUint64Array(Uint8Array.from(bytes).buffer)];
  const plus64 = (a: Vector, b: Vector): Vector => {
    const [x, y] = [toPair(a), toPair(b)];
    return pair(BigInt.asUintN(64, x[0]! + y[0]!), BigInt.asUintN(64, x[1]! + y[1]!));
  };
  /** The upper half of `a` and the lower half of `b`. */
  const between = (a: Vector, b: Vector): Vector => [...a.slice(8), ...b.slice(0, 8)];

  test.each(MESSAGES)('agrees with the host: %#', (message) => {
    const schedule = padded(message, 128).map(swap64);
    const start = [0, 2, 4, 6].map((at) => pair(h[at]!, h[at + 1]!));
    let [ab, cd, ef, gh] = start as [Vector, Vector, Vector, Vector];
    for (let group = 0; group < 40; group++) {
      const w = schedule[group]!;
      const input = plus64(w, pair(k[2 * group]!, k[2 * group + 1]!));
      const sum = plus64([...input.slice(8), ...input.slice(0, 8)], gh);
      const partial = run('SHA512H', sum, between(ef, gh), between(cd, ef));
      const next = plus64(cd, partial);
      [ab, cd, ef, gh] = [run('SHA512H2', partial, cd, ab), ab, next, ef];
      if (group < 32) {
        const part = run('SHA512SU0', w, schedule[group + 1]!);
        const last = schedule[group + 7]!;
        schedule.push(run('SHA512SU1', part, last, between(schedule[group + 4]!, schedule[group + 5]!)));
      }
    }
    const digest = [ab, cd, ef, gh].flatMap((value, at) => toPair(plus64(value, start[at]!)));
    const text = digest.map((value) => value.toString(16).padStart(16, '0')).join('');
    expect(text).toBe(hostHash('sha512', message));
  });
});

describe('SM4', () => {
  /** @spec GB/T 32907-2016, A.1: the example's key is its text. */
  const TEXT = words(0x0123_4567, 0x89ab_cdef, 0xfedc_ba98, 0x7654_3210);
  const FK = words(0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc);

  test('encrypts the example of the standard', () => {
    const constant = (index: number): number =>
      [0, 1, 2, 3].reduce((word, byte) => (word << 8) | ((7 * (4 * index + byte)) & 255), 0);
    let key = exclusiveOr(TEXT, FK);
    let state = TEXT;
    for (let group = 0; group < 8; group++) {
      const constants = words(...[0, 1, 2, 3].map((index) => constant(4 * group + index)));
      key = run('SM4EKEY', ZERO, key, constants);
      state = run('SM4E', state, key);
    }
    const cipher = toWords(state).reverse();
    expect(cipher.map((word) => word.toString(16))).toEqual(['681edf34', 'd206965e', '86b3e94f', '536e4246']);
  });
});
