import { MIXED_REGISTERS, MIXED_VECTORS, times } from './assembly.ts';
import type { SimdKind } from './kinds.ts';

/** Vectors of integers. V0 to V15 are results, V16 to V31 hold bits of all kinds. */

/** Why instructions that QEMU makes little of may be slower than a tenth of it. */
const ONE_HOST_INSTRUCTION =
  'QEMU makes one or two host instructions of each, fewer than an interpreter takes to reach the next';

type Form = readonly [name: string, d: string, n: string, m?: string];

/** Sixteen instructions, of each form in turn. A destination is an operand too where `chained`. */
const body = (forms: readonly Form[], chained = false): string[] =>
  times(16, (i) => {
    const [name, d, n, m] = forms[i % forms.length] as Form;
    const first = chained ? i : 16 + (i % 16);
    const operands = [`v${i}.${d}`, `v${first}.${n}`];
    if (m !== undefined) operands.push(m.startsWith('#') ? m : `v${16 + ((5 * i + 3) % 16)}.${m}`);
    return `${name} ${operands.join(', ')}`;
  });

const kind = (
  name: string,
  forms: readonly Form[],
  turns: number,
  options: {
    readonly chained?: boolean;
    readonly group?: 'integer' | 'permute';
    readonly reason?: string;
  } = {},
): SimdKind => ({
  name,
  group: options.group ?? 'integer',
  setup: MIXED_VECTORS,
  body: body(forms, options.chained),
  turns,
  ...(options.reason !== undefined && { reason: options.reason }),
});

const reason = ONE_HOST_INSTRUCTION;
const chained = { chained: true, reason } as const;
const permute = { group: 'permute' } as const;

const integer: readonly SimdKind[] = [
  kind(
    'ADD, SUB 16b, 8h, 4s, 2d',
    [
      ['add', '4s', '4s', '4s'],
      ['sub', '2d', '2d', '2d'],
      ['add', '16b', '16b', '16b'],
      ['sub', '8h', '8h', '8h'],
    ],
    19_000_000,
    chained,
  ),
  kind(
    'MUL, MLA 4s, 8h',
    [
      ['mul', '4s', '4s', '4s'],
      ['mla', '8h', '8h', '8h'],
      ['mla', '4s', '4s', '4s'],
      ['mul', '8h', '8h', '8h'],
    ],
    31_000_000,
    chained,
  ),
  kind(
    'AND, ORR, EOR, BIC, BSL',
    [
      ['and', '16b', '16b', '16b'],
      ['orr', '16b', '16b', '16b'],
      ['eor', '16b', '16b', '16b'],
      ['bic', '16b', '16b', '16b'],
      ['bsl', '16b', '16b', '16b'],
    ],
    29_000_000,
    { reason },
  ),
  kind(
    'SHL, USHR, SSHR, USRA',
    [
      ['shl', '4s', '4s', '#7'],
      ['ushr', '2d', '2d', '#11'],
      ['sshr', '8h', '8h', '#3'],
      ['usra', '4s', '4s', '#5'],
    ],
    23_000_000,
    { reason },
  ),
  kind(
    'USHL, SSHL by registers',
    [
      ['ushl', '4s', '4s', '4s'],
      ['sshl', '8h', '8h', '8h'],
      ['ushl', '2d', '2d', '2d'],
      ['sshl', '16b', '16b', '16b'],
    ],
    3_200_000,
  ),
  kind(
    'XTN, SHRN, SQXTN',
    [
      ['xtn', '4h', '4s'],
      ['shrn', '8b', '8h', '#4'],
      ['sqxtn', '2s', '2d'],
      ['uqxtn', '8b', '8h'],
    ],
    2_800_000,
  ),
  kind(
    'UXTL, SADDL, UMULL, SMLAL',
    [
      ['uxtl', '8h', '8b'],
      ['saddl', '4s', '4h', '4h'],
      ['umull', '2d', '2s', '2s'],
      ['smlal', '4s', '4h', '4h'],
    ],
    1_000_000,
  ),
  kind(
    'SQADD, UQSUB, UQADD, SQSUB',
    [
      ['sqadd', '8h', '8h', '8h'],
      ['uqsub', '16b', '16b', '16b'],
      ['uqadd', '4s', '4s', '4s'],
      ['sqsub', '2d', '2d', '2d'],
    ],
    5_000_000,
  ),
  kind(
    'SQRDMULH, SQDMULL, SQRSHRN',
    [
      ['sqrdmulh', '8h', '8h', '8h'],
      ['sqdmull', '4s', '4h', '4h'],
      ['sqdmulh', '4s', '4s', '4s'],
      ['sqrshrn', '4h', '4s', '#9'],
    ],
    1_300_000,
  ),
  kind(
    'CMEQ, CMHI, CMGT, CMTST',
    [
      ['cmeq', '16b', '16b', '16b'],
      ['cmhi', '4s', '4s', '4s'],
      ['cmgt', '2d', '2d', '2d'],
      ['cmtst', '8h', '8h', '8h'],
    ],
    29_000_000,
    { reason },
  ),
  kind(
    'SMAX, UMIN, SABD, UHADD',
    [
      ['smax', '8h', '8h', '8h'],
      ['umin', '16b', '16b', '16b'],
      ['sabd', '4s', '4s', '4s'],
      ['uhadd', '16b', '16b', '16b'],
    ],
    4_400_000,
  ),
  kind(
    'ABS, CLZ, CNT, REV64, RBIT',
    [
      ['abs', '4s', '4s'],
      ['clz', '4s', '4s'],
      ['cnt', '16b', '16b'],
      ['rev64', '8h', '8h'],
      ['rbit', '16b', '16b'],
    ],
    2_500_000,
  ),
  {
    name: 'ADDV, UMAXV, UADDLV',
    group: 'integer',
    setup: MIXED_VECTORS,
    body: times(
      16,
      (i) =>
        [
          `addv s${i}, v${16 + i}.4s`,
          `umaxv b${i}, v${16 + i}.16b`,
          `uaddlv h${i}, v${16 + i}.16b`,
          `addv b${i}, v${16 + i}.16b`,
        ][i % 4] as string,
    ),
    turns: 4_000_000,
  },
  kind(
    'SDOT, UDOT 4s',
    [
      ['sdot', '4s', '16b', '16b'],
      ['udot', '4s', '16b', '16b'],
    ],
    1_600_000,
  ),
];

const permutations: readonly SimdKind[] = [
  kind(
    'ZIP, UZP, TRN',
    [
      ['zip1', '16b', '16b', '16b'],
      ['uzp2', '4s', '4s', '4s'],
      ['trn1', '2d', '2d', '2d'],
      ['zip2', '8h', '8h', '8h'],
    ],
    8_000_000,
    permute,
  ),
  {
    name: 'TBL, TBX 1 and 2 registers',
    group: 'permute',
    setup: `${MIXED_VECTORS}\n movi v30.16b, #15\n and v28.16b, v28.16b, v30.16b\n and v29.16b, v29.16b, v30.16b`,
    body: times(16, (i) =>
      i % 2
        ? `${i % 4 === 1 ? 'tbl' : 'tbx'} v${i}.16b, {v${16 + (i % 8)}.16b, v${17 + (i % 8)}.16b}, v${28 + (i % 2)}.16b`
        : `tbl v${i}.16b, {v${16 + (i % 8)}.16b}, v${28 + ((i >> 1) % 2)}.16b`,
    ),
    turns: 870_000,
  },
  {
    name: 'EXT',
    group: 'permute',
    setup: MIXED_VECTORS,
    body: times(
      16,
      (i) => `ext v${i}.16b, v${16 + i}.16b, v${16 + ((i + 1) % 16)}.16b, #${1 + ((3 * i) % 15)}`,
    ),
    turns: 4_900_000,
  },
  {
    name: 'DUP, INS, UMOV, SMOV, MOVI',
    group: 'permute',
    setup: `${MIXED_VECTORS}\n${MIXED_REGISTERS}`,
    body: times(
      16,
      (i) =>
        [
          `dup v${i}.4s, w${8 + (i % 8)}`,
          `ins v${i}.s[1], v${16 + i}.s[2]`,
          `umov w${8 + (i % 8)}, v${16 + i}.h[${i % 8}]`,
          `mov v${i}.d[1], x${8 + (i % 8)}`,
          `dup v${i}.8h, v${16 + i}.h[3]`,
          `smov x${8 + (i % 8)}, v${16 + i}.b[${i % 16}]`,
          `movi v${i}.4s, #${i}`,
        ][i % 7] as string,
    ),
    turns: 29_000_000,
    reason,
  },
];

export const INTEGER_KINDS: readonly SimdKind[] = [...integer, ...permutations];
