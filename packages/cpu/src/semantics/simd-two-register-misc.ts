import { clz, i32, sub, type V128 } from '../emitter/expressions.ts';
import { extractLane, replaceLane, vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import {
  addSigned,
  addUnsigned,
  type Narrowing,
  type Saturated,
  saturatingNarrow,
  saturatingNegation,
} from './simd-arithmetic.ts';
import {
  extend,
  fixedSize,
  type LaneChoice,
  type Lanes,
  narrow,
  not,
  pairSums,
  reverseBits,
  reverseIn,
  SHAPES,
  signs,
  simd,
  sizes,
  xor,
  ZERO,
} from './simd-lanes.ts';

/** The integer rows of Advanced SIMD two-register miscellaneous and their scalar forms. */

type Operation = (l: Lanes, a: V128) => V128;

const ALL = sizes(0, 3);
const TO_WORD = sizes(0, 2);
const BYTES = fixedSize(0);

const row = (id: string, lanes: LaneChoice, operation: Operation): Semantics =>
  simd(id, lanes, (l) => l.write(operation(l, l.read('Rn'))));

const WITH_SCALAR_DOUBLEWORD: Readonly<Record<string, Operation>> = {
  CMGT: (l, a) => l.op('gt_s', a, ZERO),
  CMGE: (l, a) => l.op('ge_s', a, ZERO),
  CMEQ: (l, a) => l.op('eq', a, ZERO),
  CMLE: (l, a) => l.op('le_s', a, ZERO),
  CMLT: (l, a) => signs(l, a),
  ABS: (l, a) => l.op('abs', a),
  NEG: (l, a) => l.op('neg', a),
};

/** Leading zeros of every element. */
function leadingZeros(l: Lanes, a: V128): V128 {
  const { e, size } = l;
  const held = e.let(a);
  const result = e.temporary('v128');
  e.assign(result, ZERO);
  const partial: V128 = { type: 'v128', emit: (code) => code.localGet(result) };
  const name = SHAPES[size];
  for (let lane = 0; lane < l.bytes >> size; lane++) {
    const value = extractLane('i32', `${name}.extract_lane${size === 2 ? '' : '_u'}`, held, lane);
    const count = sub(clz(value), i32(32 - l.bits));
    e.assign(result, replaceLane(`${name}.replace_lane`, partial, lane, count));
  }
  return partial;
}

const counts: readonly Semantics[] = [
  row('CLZ_asimdmisc', TO_WORD, leadingZeros),
  // Where the sign and its copies are zeros, one zero more than copies leads.
  row('CLS_asimdmisc', TO_WORD, (l, a) =>
    l.op('add', leadingZeros(l, xor(a, signs(l, a))), l.op('eq', ZERO, ZERO)),
  ),
  row('CNT_asimdmisc', BYTES, (_, a) => vector('i8x16.popcnt', a)),
];

const rearranging: readonly Semantics[] = [
  row('REV64_asimdmisc', TO_WORD, (l, a) => reverseIn(8, l.size, a)),
  row('REV32_asimdmisc', { first: 0, last: 1, of: ({ size0 }) => size0 }, (l, a) => reverseIn(4, l.size, a)),
  row('REV16_asimdmisc', BYTES, (_, a) => reverseIn(2, 0, a)),
  row('RBIT_asimdmisc', BYTES, (l, a) => reverseBits(l.e, a)),
  row('NOT_asimdmisc', BYTES, (_, a) => not(a)),
];

const pairSumRows: readonly Semantics[] = (['s', 'u'] as const).flatMap((sign) => {
  const prefix = sign.toUpperCase();
  return [
    row(`${prefix}ADDLP_asimdmisc`, TO_WORD, (l, a) => pairSums(l.size, sign, a)),
    row(`${prefix}ADALP_asimdmisc`, TO_WORD, (l, a) =>
      l.wide().op('add', l.e.vector('Rd'), pairSums(l.size, sign, a)),
    ),
  ];
});

/** The second operand of SUQADD and USQADD is the destination. */
const SATURATING: Readonly<Record<string, (l: Lanes, a: V128) => Saturated>> = {
  SQABS: (l, a) => saturatingNegation(l, 'abs', a),
  SQNEG: (l, a) => saturatingNegation(l, 'neg', a),
  SUQADD: (l, a) => addUnsigned(l, l.e.vector('Rd'), a),
  USQADD: (l, a) => addSigned(l, l.e.vector('Rd'), a),
};

const saturating: readonly Semantics[] = Object.entries(SATURATING).flatMap(([name, operation]) =>
  ['asimdmisc', 'asisdmisc'].map((group) =>
    simd(`${name}_${group}`, ALL, (l) => {
      const { result, overflow } = operation(l, l.read('Rn'));
      l.writeSaturated(result, overflow);
    }),
  ),
);

const NARROWING: Readonly<Record<string, Narrowing>> = {
  SQXTN: 'signed',
  UQXTN: 'unsigned',
  SQXTUN: 'toUnsigned',
};

const narrowing: readonly Semantics[] = [
  simd('XTN_asimdmisc', TO_WORD, (l) => l.writeNarrow(narrow(l.size, 0, l.e.vector('Rn')))),
  ...Object.entries(NARROWING).flatMap(([name, kind]) =>
    ['asimdmisc', 'asisdmisc'].map((group) =>
      simd(`${name}_${group}`, TO_WORD, (l) => {
        const { result, overflow } = saturatingNarrow(l, kind, l.read('Rn'));
        l.writeSaturatedNarrow(result, overflow);
      }),
    ),
  ),
];

const lengthening = simd('SHLL_asimdmisc', TO_WORD, (l) => {
  const wide = l.wide();
  wide.write(wide.op('shl', extend(l.size, l.half, 'u', l.e.vector('Rn')), i32(l.bits)));
});

export const simdTwoRegisterMiscSemantics: readonly Semantics[] = [
  ...Object.entries(WITH_SCALAR_DOUBLEWORD).flatMap(([name, operation]) => [
    row(`${name}_asimdmisc`, ALL, operation),
    row(`${name}_asisdmisc`, fixedSize(3), operation),
  ]),
  ...counts,
  ...rearranging,
  ...pairSumRows,
  ...saturating,
  ...narrowing,
  lengthening,
];
