import { MIXED_REGISTERS, MIXED_VECTORS, times } from './assembly.ts';
import type { SimdKind } from './kinds.ts';

/** Cryptographic instructions in the order that software uses them in, and checksums. */

const kind = (name: string, body: readonly string[], turns: number): SimdKind => ({
  name,
  group: 'cryptographic',
  setup: `${MIXED_VECTORS}\n${MIXED_REGISTERS}`,
  body,
  turns,
});

/** Rounds of four blocks at a time. */
const aes = (round: string, mix: string): string[] =>
  times(16, (i) =>
    i % 2
      ? `${mix} v${(i >> 1) % 4}.16b, v${(i >> 1) % 4}.16b`
      : `${round} v${(i >> 1) % 4}.16b, v${16 + (i >> 3)}.16b`,
  );

export const CRYPTOGRAPHIC_KINDS: readonly SimdKind[] = [
  kind('AESE, AESMC', aes('aese', 'aesmc'), 420_000),
  kind('AESD, AESIMC', aes('aesd', 'aesimc'), 250_000),
  kind(
    'SHA1C, SHA1P, SHA1M, SHA1SU0',
    times(4, (i) => [
      `${['sha1c', 'sha1p', 'sha1m', 'sha1c'][i]} q0, s1, v${16 + i}.4s`,
      'sha1h s1, s0',
      `sha1su0 v${16 + i}.4s, v${16 + ((i + 1) % 4)}.4s, v${16 + ((i + 2) % 4)}.4s`,
      `sha1su1 v${16 + i}.4s, v${16 + ((i + 3) % 4)}.4s`,
    ]).flat(),
    2_900_000,
  ),
  kind(
    'SHA256H, SHA256SU0',
    times(4, (i) => [
      `sha256h q0, q1, v${16 + i}.4s`,
      `sha256h2 q1, q2, v${16 + i}.4s`,
      `sha256su0 v${16 + i}.4s, v${16 + ((i + 1) % 4)}.4s`,
      `sha256su1 v${16 + i}.4s, v${16 + ((i + 2) % 4)}.4s, v${16 + ((i + 3) % 4)}.4s`,
    ]).flat(),
    560_000,
  ),
  kind(
    'SHA512H, SHA512SU0',
    times(4, (i) => [
      `sha512h q0, q1, v${16 + i}.2d`,
      `sha512h2 q1, q2, v${16 + i}.2d`,
      `sha512su0 v${16 + i}.2d, v${16 + ((i + 1) % 4)}.2d`,
      `sha512su1 v${16 + i}.2d, v${16 + ((i + 2) % 4)}.2d, v${16 + ((i + 3) % 4)}.2d`,
    ]).flat(),
    1_700_000,
  ),
  kind(
    'EOR3, RAX1, XAR, BCAX',
    times(4, (i) => [
      `eor3 v${i}.16b, v${16 + i}.16b, v${20 + i}.16b, v${24 + i}.16b`,
      `rax1 v${4 + i}.2d, v${16 + i}.2d, v${20 + i}.2d`,
      `xar v${8 + i}.2d, v${16 + i}.2d, v${20 + i}.2d, #${7 * i + 1}`,
      `bcax v${12 + i}.16b, v${16 + i}.16b, v${20 + i}.16b, v${24 + i}.16b`,
    ]).flat(),
    660_000,
  ),
  kind(
    'SM4E, SM3',
    times(4, (i) => [
      `sm4e v0.4s, v${16 + i}.4s`,
      `sm3partw1 v${1 + i}.4s, v${20 + i}.4s, v${24 + i}.4s`,
      `sm3tt1a v5.4s, v${16 + i}.4s, v6.s[${i}]`,
      `sm4ekey v${8 + i}.4s, v0.4s, v${16 + i}.4s`,
    ]).flat(),
    150_000,
  ),
  kind(
    'PMULL 1q, 8h',
    times(16, (i) =>
      i % 4 === 3
        ? `pmull v${i}.8h, v${16 + (i % 8)}.8b, v${24 + (i % 8)}.8b`
        : `${i % 2 ? 'pmull2' : 'pmull'} v${i}.1q, v${16 + (i % 8)}.${i % 2 ? '2d' : '1d'}, v${24 + (i % 8)}.${i % 2 ? '2d' : '1d'}`,
    ),
    87_000,
  ),
  kind(
    'CRC32, CRC32C',
    times(16, (i) =>
      i % 2
        ? `crc32cx w${8 + (i >> 1)}, w${8 + (i >> 1)}, x${8 + ((i + 3) % 8)}`
        : `crc32${'bhwx'[(i >> 1) % 4]} w${8 + (i >> 1)}, w${8 + (i >> 1)}, ${i % 8 === 6 ? 'x' : 'w'}${8 + ((i + 5) % 8)}`,
    ),
    670_000,
  ),
];
