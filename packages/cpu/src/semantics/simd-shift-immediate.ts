import type { Fields } from '../emitter/emitter.ts';
import { type I32, i32, type V128 } from '../emitter/expressions.ts';
import type { Choice, Semantics } from './definition.ts';
import { type Narrowing, type Saturated, saturatingNarrow } from './simd-arithmetic.ts';
import {
  andNot,
  bitSelect,
  extend,
  type LaneChoice,
  type Lanes,
  minimum,
  narrow,
  not,
  ONES,
  orr,
  type Sign,
  type Size,
  signs,
  simd,
  xor,
} from './simd-lanes.ts';

/**
 * Advanced SIMD shift by immediate and its scalar forms, but conversions. `immh:immb` is `esize + shift` of shifts
 * to the left and `2 * esize - shift` of shifts to the right; its top bit tells `esize`.
 */

/** Binary logarithm of the bytes of an element. */
const sizeOf = ({ immh }: Fields): Size => (31 - Math.clz32(immh)) as Size;
const leftShift = (fields: Fields): number => ((fields.immh << 3) | fields.immb) - (8 << sizeOf(fields));
/** 1 to `esize`. */
const rightShift = (fields: Fields): number => (16 << sizeOf(fields)) - ((fields.immh << 3) | fields.immb);

const lanes = (first: Size, last: Size): LaneChoice => ({ first, last, of: sizeOf });
const VECTOR = lanes(0, 3);
const SCALAR = lanes(3, 3);
/** Elements that a narrowing shift makes, or a lengthening one takes. */
const NARROW = lanes(0, 2);

/** A shift by as many places as the element has bits: the host would shift by none. */
const WHOLE: Readonly<Record<string, Choice>> = {
  whole: { values: 2, of: (fields) => (rightShift(fields) === 8 << sizeOf(fields) ? 1 : 0) },
};

const leftAmount = (l: Lanes): I32 => l.e.immediateSmall('shift', leftShift);
const rightAmount = (l: Lanes): I32 => l.e.immediateSmall('shift', rightShift);

type Shift = (l: Lanes, a: V128) => V128;

/** SSHR: all places may go, and leave the sign. */
const signedShift: Shift = (l, a) => {
  const amount = l.e.immediateSmall('shift', (fields) =>
    Math.min(rightShift(fields), (8 << sizeOf(fields)) - 1),
  );
  return l.op('shr_s', a, amount);
};

/** USHR, in rows that have the choice {@link WHOLE}. */
const unsignedShift: Shift = (l, a) =>
  l.e.choice('whole') === 1 ? xor(a, a) : l.op('shr_u', a, rightAmount(l));

/** SRSHR, URSHR: the bit that falls out last is added. `l` are the lanes shifted. */
const roundingShift =
  (sign: Sign): Shift =>
  (l, a) => {
    const oneLess = l.e.immediateSmall('oneLess', (fields) => rightShift(fields) - 1);
    const before = l.e.let(l.op(`shr_${sign}`, a, oneLess));
    // Half of it, rounded up, is what half of it, rounded down, leaves.
    return l.op('sub', before, l.op(`shr_${sign}`, before, i32(1)));
  };

interface RightShift {
  readonly shift: Shift;
  readonly choices: Readonly<Record<string, Choice>>;
}

const RIGHT: Readonly<Record<string, RightShift>> = {
  SSHR: { shift: signedShift, choices: {} },
  USHR: { shift: unsignedShift, choices: WHOLE },
  SRSHR: { shift: roundingShift('s'), choices: {} },
  URSHR: { shift: roundingShift('u'), choices: {} },
};

/** Both forms of a row: on vectors, and on a scalar of the sizes given. */
const both = (
  name: string,
  scalar: LaneChoice,
  emit: (l: Lanes) => void,
  choices: Readonly<Record<string, Choice>> = {},
): Semantics[] => [
  simd(`${name}_asimdshf`, VECTOR, emit, choices),
  simd(`${name}_asisdshf`, scalar, emit, choices),
];

const rightShifts: readonly Semantics[] = Object.entries(RIGHT).flatMap(([name, { shift, choices }]) => [
  ...both(name, SCALAR, (l) => l.write(shift(l, l.read('Rn'))), choices),
  // SSRA, USRA, SRSRA, URSRA
  ...both(
    `${name.slice(0, -2)}RA`,
    SCALAR,
    (l) => l.write(l.op('add', l.e.vector('Rd'), shift(l, l.read('Rn')))),
    choices,
  ),
]);

const leftShifts: readonly Semantics[] = [
  ...both('SHL', SCALAR, (l) => l.write(l.op('shl', l.e.vector('Rn'), leftAmount(l)))),
  ...both('SLI', SCALAR, (l) => {
    const inserted = l.op('shl', ONES, leftAmount(l));
    l.write(bitSelect(inserted, l.op('shl', l.e.vector('Rn'), leftAmount(l)), l.e.vector('Rd')));
  }),
  ...both(
    'SRI',
    SCALAR,
    (l) => {
      const { e } = l;
      // Shifted out altogether, nothing is inserted.
      if (e.choice('whole') === 1) return l.write(e.vector('Rd'));
      const inserted = l.op('shr_u', ONES, rightAmount(l));
      l.write(bitSelect(inserted, l.op('shr_u', e.vector('Rn'), rightAmount(l)), e.vector('Rd')));
    },
    WHOLE,
  ),
];

/** Shifted left, and lanes that are not zero where bits that count were lost. */
function saturatingLeft(l: Lanes, sign: Sign, a: V128): Saturated {
  const { e } = l;
  const shifted = e.let(l.op('shl', a, leftAmount(l)));
  const overflow = e.let(l.op('ne', l.op(`shr_${sign}`, shifted, leftAmount(l)), a));
  if (sign === 'u') return { result: orr(shifted, overflow), overflow };
  const extreme = xor(signs(l, a), not(minimum(l.size)));
  return { result: bitSelect(overflow, extreme, shifted), overflow };
}

/** SQSHLU: negative numbers become 0. */
function saturatingLeftToUnsigned(l: Lanes, a: V128): Saturated {
  const negative = l.e.let(signs(l, a));
  const { result, overflow } = saturatingLeft(l, 'u', l.e.let(andNot(a, negative)));
  return { result, overflow: orr(overflow, negative) };
}

const SATURATING: Readonly<Record<string, (l: Lanes, a: V128) => Saturated>> = {
  SQSHL: (l, a) => saturatingLeft(l, 's', a),
  UQSHL: (l, a) => saturatingLeft(l, 'u', a),
  SQSHLU: saturatingLeftToUnsigned,
};

const saturating: readonly Semantics[] = Object.entries(SATURATING).flatMap(([name, operation]) =>
  both(name, VECTOR, (l) => {
    const { result, overflow } = operation(l, l.read('Rn'));
    l.writeSaturated(result, overflow);
  }),
);

/** A wide operand shifted right by less than its bits. */
function wideShift(l: Lanes, sign: Sign, rounding: boolean): V128 {
  const wide = l.wide();
  const source = l.read('Rn');
  if (rounding) return roundingShift(sign)(wide, source);
  return wide.op(`shr_${sign}`, source, rightAmount(l));
}

/** Name without the R of rounding, how it saturates, and the sign of what is shifted. */
const NARROWING: readonly (readonly [name: string, rounding: string, Narrowing, Sign])[] = [
  ['SQSHRN', 'SQRSHRN', 'signed', 's'],
  ['UQSHRN', 'UQRSHRN', 'unsigned', 'u'],
  ['SQSHRUN', 'SQRSHRUN', 'toUnsigned', 's'],
];

const narrowing: readonly Semantics[] = [
  ...(['SHRN', 'RSHRN'] as const).map((name) =>
    simd(`${name}_asimdshf`, NARROW, (l) => {
      l.writeNarrow(narrow(l.size, 0, wideShift(l, 'u', name === 'RSHRN')));
    }),
  ),
  ...NARROWING.flatMap(([plain, rounding, kind, sign]) =>
    [plain, rounding].flatMap((name) =>
      ['asimdshf', 'asisdshf'].map((group) =>
        simd(`${name}_${group}`, NARROW, (l) => {
          const shifted = l.e.let(wideShift(l, sign, name === rounding));
          const { result, overflow } = saturatingNarrow(l, kind, shifted);
          l.writeSaturatedNarrow(result, overflow);
        }),
      ),
    ),
  ),
];

const lengthening: readonly Semantics[] = (['s', 'u'] as const).map((sign) =>
  simd(`${sign.toUpperCase()}SHLL_asimdshf`, NARROW, (l) => {
    const wide = l.wide();
    wide.write(wide.op('shl', extend(l.size, l.half, sign, l.e.vector('Rn')), leftAmount(l)));
  }),
);

export const simdShiftImmediateSemantics: readonly Semantics[] = [
  ...rightShifts,
  ...leftShifts,
  ...saturating,
  ...narrowing,
  ...lengthening,
];
