import type { Emitter } from '../emitter/emitter.ts';
import {
  add,
  and,
  extendU,
  type I64,
  i64,
  isNegative,
  local,
  ltS,
  ne,
  or,
  select,
  shl,
  shrS,
  shrU,
  signExtend,
  sub,
  type V128,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import { extractLane, repeated32, replaceLane } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import { fixedSize, type LaneChoice, type Lanes, SHAPES, type Sign, simd, sizes } from './simd-lanes.ts';

/**
 * Shifts whose amount is the low byte of a lane, signed: to the left, or to the right where it is negative. Hosts
 * have nothing like it, so lanes are taken one by one, as 64-bit numbers.
 *
 * @spec DDI 0487, SSHL; SRSHL; SQSHL (register); SQRSHL; and their unsigned forms
 */
interface Kind {
  readonly sign: Sign;
  readonly rounding: boolean;
  readonly saturating: boolean;
}

/** An element, extended to 64 bits. */
function element(size: number, sign: Sign, v: V128, lane: number): I64 {
  const name = SHAPES[size];
  if (size === 3) return extractLane('i64', `${name}.extract_lane`, v, lane);
  const value = extendU(extractLane('i32', `${name}.extract_lane${size === 2 ? '' : '_u'}`, v, lane));
  return sign === 'u' ? value : signExtend((8 << size) as 8 | 16 | 32, value);
}

function withElement(size: number, v: V128, lane: number, value: I64): V128 {
  return replaceLane(`${SHAPES[size]}.replace_lane`, v, lane, size === 3 ? value : wrap(value));
}

/** A local that is assigned for each lane anew. */
class Variable {
  readonly value: I64;
  private readonly index: number;
  private readonly e: Emitter;

  constructor(e: Emitter) {
    this.e = e;
    this.index = e.temporary('i64');
    this.value = local('i64', this.index);
  }

  set(value: I64): void {
    this.e.assign(this.index, value);
  }
}

/** `value >> amount` for amounts from 0 up; 64 and more shift everything out. */
function shiftRight(sign: Sign, value: I64, amount: I64): I64 {
  const everything = ltS(i64(63), amount);
  return sign === 's'
    ? shrS(value, select(everything, i64(63), amount))
    : select(everything, i64(0), shrU(value, amount));
}

/** Sets `x` to the result for a negative amount, which is in `amount`. */
function right({ sign, rounding }: Kind, x: Variable, amount: Variable): void {
  if (!rounding) {
    amount.set(sub(i64(0), amount.value));
    x.set(shiftRight(sign, x.value, amount.value));
    return;
  }
  // One place less at first; then the last place, with the bit that falls out of it added.
  amount.set(sub(i64(-1), amount.value));
  x.set(shiftRight(sign, x.value, amount.value));
  const halved = sign === 's' ? shrS(x.value, i64(1)) : shrU(x.value, i64(1));
  x.set(add(halved, and(x.value, i64(1))));
}

/** Sets `x` to the result for an amount from 0 up, and `overflow` to what is not zero when it saturates. */
function left(
  { sign, saturating }: Kind,
  bits: number,
  x: Variable,
  amount: Variable,
  shifted: Variable,
  overflow: Variable,
): void {
  const room = i64(64 - bits);
  const everything = ltS(i64(63), amount.value);
  // At the top of 64 bits: what is shifted out of the element is lost.
  x.set(shl(x.value, room));
  shifted.set(select(everything, i64(0), shl(x.value, amount.value)));
  if (saturating) {
    const back = sign === 's' ? shrS(shifted.value, amount.value) : shrU(shifted.value, amount.value);
    const extreme = sign === 'u' ? i64(-1) : xor(shrS(x.value, i64(63)), i64(-1, 0x7fff_ffff));
    overflow.set(or(overflow.value, xor(back, x.value)));
    shifted.set(select(ne(back, x.value), extreme, shifted.value));
  }
  x.set(shrU(shifted.value, room));
}

function shiftLanes(kind: Kind, l: Lanes): void {
  const { e, size } = l;
  const [a, amounts] = [l.read('Rn'), l.read('Rm')];
  const index = e.temporary('v128');
  const result: V128 = local('v128', index);
  const [x, amount, shifted, overflow] = [0, 1, 2, 3].map(() => new Variable(e)) as [
    Variable,
    Variable,
    Variable,
    Variable,
  ];
  e.assign(index, repeated32(0));
  overflow.set(i64(0));
  const lanes = l.scalar ? 1 : l.bytes >> size;
  for (let lane = 0; lane < lanes; lane++) {
    x.set(element(size, kind.sign, a, lane));
    const byte = extractLane('i32', 'i8x16.extract_lane_s', amounts, lane << size);
    amount.set(signExtend(8, extendU(byte)));
    e.if(
      isNegative(amount.value),
      () => right(kind, x, amount),
      () => left(kind, l.bits, x, amount, shifted, overflow),
    );
    e.assign(index, withElement(size, result, lane, x.value));
  }
  if (kind.saturating) l.writeSaturatedWhen(result, ne(overflow.value, i64(0)));
  else l.write(result);
}

const KINDS: Readonly<Record<string, Omit<Kind, 'sign'>>> = {
  SHL: { rounding: false, saturating: false },
  RSHL: { rounding: true, saturating: false },
  QSHL: { rounding: false, saturating: true },
  QRSHL: { rounding: true, saturating: true },
};

export const simdRegisterShiftSemantics: readonly Semantics[] = Object.entries(KINDS).flatMap(
  ([name, kind]) =>
    (['s', 'u'] as const).flatMap((sign) => {
      const make = (group: string, lanes: LaneChoice): Semantics =>
        simd(`${sign.toUpperCase()}${name}_${group}`, lanes, (l) => shiftLanes({ ...kind, sign }, l));
      // Only the saturating scalar forms have all sizes.
      return [
        make('asimdsame', sizes(0, 3)),
        make('asisdsame', kind.saturating ? sizes(0, 3) : fixedSize(3)),
      ];
    }),
);
