import { MIXED_VECTORS, times } from './assembly.ts';
import type { SimdKind } from './kinds.ts';

/** Loads and stores of V registers, in 16 KiB at X20. Each turn starts at the beginning, so that all hit the cache. */

const kind = (name: string, body: readonly string[], turns: number): SimdKind => ({
  name,
  group: 'memory',
  setup: MIXED_VECTORS,
  body,
  turns,
});

export const MEMORY_KINDS: readonly SimdKind[] = [
  kind(
    'LDR, STR q',
    times(16, (i) => (i % 2 ? `str q${i}, [x20, #${1024 + 16 * i}]` : `ldr q${i}, [x20, #${16 * i}]`)),
    8_700_000,
  ),
  kind(
    'LDR, STR d and s',
    times(16, (i) => {
      const size = i % 4 < 2 ? 'd' : 's';
      return i % 2 ? `str ${size}${i}, [x20, #${1024 + 8 * i}]` : `ldr ${size}${i}, [x20, #${8 * i}]`;
    }),
    13_000_000,
  ),
  kind(
    'LDP, STP q',
    times(16, (i) =>
      i % 2 ? `stp q${i}, q${16 + i}, [x20, #${512 + 32 * i}]` : `ldp q${i}, q${16 + i}, [x20, #${32 * i}]`,
    ),
    3_100_000,
  ),
  kind(
    'LD1, ST1 1 register, post-index',
    [
      'mov x1, x20',
      'add x2, x20, #1024',
      ...times(14, (i) => (i % 2 ? `st1 {v${i}.4s}, [x2], #16` : `ld1 {v${i + 1}.4s}, [x1], #16`)),
    ],
    5_600_000,
  ),
  kind(
    'LD1, ST1 4 registers',
    [
      'mov x1, x20',
      'add x2, x20, #1024',
      ...times(14, (i) =>
        i % 2
          ? `st1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x2], #64`
          : `ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64`,
      ),
    ],
    1_500_000,
  ),
  kind(
    'LD4, ST4',
    [
      'mov x1, x20',
      'add x2, x20, #1024',
      ...times(14, (i) => {
        const t = i % 4 < 2 ? '16b' : '4s';
        const list = `{v0.${t}, v1.${t}, v2.${t}, v3.${t}}`;
        return i % 2 ? `st4 ${list}, [x2], #64` : `ld4 ${list}, [x1], #64`;
      }),
    ],
    220_000,
  ),
  kind(
    'LD2, ST3',
    [
      'mov x1, x20',
      'add x2, x20, #1024',
      ...times(14, (i) =>
        i % 2 ? `st3 {v0.8h, v1.8h, v2.8h}, [x2], #48` : `ld2 {v${i}.4s, v${i + 1}.4s}, [x1], #32`,
      ),
    ],
    620_000,
  ),
  kind(
    'LD1R, LD1 and ST1 of one lane',
    [
      'mov x1, x20',
      'add x2, x20, #1024',
      ...times(
        14,
        (i) =>
          [
            `ld1r {v${i}.4s}, [x1], #4`,
            `st1 {v${i - 1}.h}[3], [x2], #2`,
            `ld1 {v${i}.s}[1], [x1], #4`,
            `st1 {v${i}.d}[1], [x2], #8`,
          ][i % 4] as string,
      ),
    ],
    8_000_000,
  ),
];
