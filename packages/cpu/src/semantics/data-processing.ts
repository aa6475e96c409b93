import type { Emitter, Width } from '../emitter/emitter.ts';
import {
  add,
  and,
  as,
  clz,
  constant,
  divS,
  divU,
  type Expr,
  eq,
  eqz,
  extendS,
  extendU,
  type I64,
  i32,
  i64,
  mul,
  neg,
  not,
  or,
  rotr,
  select,
  shl,
  shrS,
  shrU,
  sub,
  xor,
} from '../emitter/expressions.ts';
import { addSubtract } from './add-subtract.ts';
import { type Semantics, SF, semantics } from './definition.ts';
import { shift } from './shifts.ts';

/** A mask of a repeated 32-bit pattern. */
const pattern = <T extends Width>(width: T, value: number): Expr<T> =>
  (width === 'i32' ? i32(value) : i64(value, value)) as unknown as Expr<T>;

/** Exchanges neighbouring groups of `amount` bits; `mask` selects the lower group of each pair. */
function exchange<T extends Width>(e: Emitter, value: Expr<T>, mask: number, amount: number): Expr<T> {
  const held = e.let(value);
  const by = constant(held.type, amount);
  const selected = pattern(held.type, mask);
  return or(and(shrU(held, by), selected), shl(and(held, selected), by));
}

const swapBytes16 = <T extends Width>(e: Emitter, value: Expr<T>): Expr<T> =>
  exchange(e, value, 0x00ff00ff, 8);
const swapBytes32 = <T extends Width>(e: Emitter, value: Expr<T>): Expr<T> =>
  exchange(e, swapBytes16(e, value), 0x0000ffff, 16);

function reverseBytes<T extends Width>(e: Emitter, width: T, value: Expr<T>): Expr<T> {
  if (width === 'i32') return rotr(swapBytes16(e, value), constant(width, 16));
  return rotr(swapBytes32(e, value), constant(width, 32));
}

const oneSource: readonly Semantics[] = [
  semantics('RBIT_dp_1src', SF, (e) => {
    const width = e.width();
    let value: Expr<Width> = e.register(width, 'Rn');
    value = exchange(e, value, 0x55555555, 1);
    value = exchange(e, value, 0x33333333, 2);
    value = exchange(e, value, 0x0f0f0f0f, 4);
    e.setRegister(width, 'Rd', reverseBytes(e, width, value));
  }),
  semantics('REV16_dp_1src', SF, (e) => {
    e.setRegister(e.width(), 'Rd', swapBytes16(e, e.register(e.width(), 'Rn')));
  }),
  semantics('REV_dp_1src', SF, (e) => {
    e.setRegister(e.width(), 'Rd', reverseBytes(e, e.width(), e.register(e.width(), 'Rn')));
  }),
  semantics('REV32_dp_1src', {}, (e) => {
    e.setRegister('i64', 'Rd', swapBytes32(e, e.register('i64', 'Rn')));
  }),
  semantics('CLZ_dp_1src', SF, (e) => {
    e.setRegister(e.width(), 'Rd', clz(e.register(e.width(), 'Rn')));
  }),
  semantics('CLS_dp_1src', SF, (e) => {
    const width = e.width();
    const value = e.let(e.register(width, 'Rn'));
    // x ^ (x >> 1 arithmetic) has its highest set bit below the run of sign bits.
    const edges = xor(value, shrS(value, constant(width, 1)));
    e.setRegister(width, 'Rd', sub(clz(edges), constant(width, 1)));
  }),
];

const divide: readonly Semantics[] = [
  semantics('UDIV_dp_2src', SF, (e) => {
    const width = e.width();
    const divisor = e.let(e.register(width, 'Rm'));
    e.if(
      eqz(divisor),
      () => e.setRegister(width, 'Rd', constant(width, 0)),
      () => e.setRegister(width, 'Rd', divU(e.register(width, 'Rn'), divisor)),
    );
  }),
  semantics('SDIV_dp_2src', SF, (e) => {
    const width = e.width();
    const divisor = e.let(e.register(width, 'Rm'));
    const dividend = e.let(e.register(width, 'Rn'));
    const minusOne = (width === 'i32' ? i32(-1) : i64(-1)) as Expr<Width>;
    e.if(
      eqz(divisor),
      () => e.setRegister(width, 'Rd', constant(width, 0)),
      () =>
        e.if(
          // The host traps on the smallest number divided by -1; negation wraps as the architecture wants.
          eq(divisor, minusOne),
          () => e.setRegister(width, 'Rd', neg(dividend)),
          () => e.setRegister(width, 'Rd', divS(dividend, divisor)),
        ),
    );
  }),
];

/** The host takes shift amounts modulo the width, as the architecture does. */
const variableShift: readonly Semantics[] = ['LSLV', 'LSRV', 'ASRV', 'RORV'].map((name, type) =>
  semantics(`${name}_dp_2src`, SF, (e) => {
    const width = e.width();
    e.setRegister(width, 'Rd', shift(type, e.register(width, 'Rn'), e.register(width, 'Rm')));
  }),
);

/** High half of a 64-bit product, from four 32-bit ones. */
function multiplyHigh(e: Emitter, signed: boolean): I64 {
  const a = e.let(e.register('i64', 'Rn'));
  const b = e.let(e.register('i64', 'Rm'));
  const low32 = (value: I64): I64 => and(value, i64(-1, 0));
  const high = signed ? shrS<'i64'> : shrU<'i64'>;
  const aHigh = e.let(high(a, i64(32)));
  const bHigh = e.let(high(b, i64(32)));
  const aLow = e.let(low32(a));
  const bLow = e.let(low32(b));
  const middle = e.let(add(mul(aHigh, bLow), shrU(mul(aLow, bLow), i64(32))));
  const carried = add(mul(aLow, bHigh), low32(middle));
  return add(add(mul(aHigh, bHigh), high(middle, i64(32))), high(carried, i64(32)));
}

const multiply: readonly Semantics[] = [
  ...(['MADD', 'MSUB'] as const).map((name) =>
    semantics(`${name}_dp_3src`, SF, (e) => {
      const width = e.width();
      const product = mul(e.register(width, 'Rn'), e.register(width, 'Rm'));
      const addend = e.register(width, 'Ra');
      e.setRegister(width, 'Rd', name === 'MADD' ? add(addend, product) : sub(addend, product));
    }),
  ),
  ...(['SMADDL', 'SMSUBL', 'UMADDL', 'UMSUBL'] as const).map((name) =>
    semantics(`${name}_dp_3src`, {}, (e) => {
      const extend = name.startsWith('S') ? extendS : extendU;
      const product = mul(extend(e.register('i32', 'Rn')), extend(e.register('i32', 'Rm')));
      const addend = e.register('i64', 'Ra');
      e.setRegister('i64', 'Rd', name.endsWith('ADDL') ? add(addend, product) : sub(addend, product));
    }),
  ),
  semantics('SMULH_dp_3src', {}, (e) => e.setRegister('i64', 'Rd', multiplyHigh(e, true))),
  semantics('UMULH_dp_3src', {}, (e) => e.setRegister('i64', 'Rd', multiplyHigh(e, false))),
];

/** Eight conditions; the lowest bit of the field inverts them. */
const CONDITION_PAIR = {
  condPair: { values: 8, of: ({ cond }: Readonly<Record<string, number>>) => cond >> 1 },
};

const conditionalSelect: readonly Semantics[] = (['CSEL', 'CSINC', 'CSINV', 'CSNEG'] as const).map((name) =>
  semantics(`${name}_condsel`, { ...SF, ...CONDITION_PAIR }, (e) => {
    const width = e.width();
    const other = e.register(width, 'Rm');
    const otherwise =
      name === 'CSEL'
        ? other
        : name === 'CSINC'
          ? add(other, constant(width, 1))
          : name === 'CSINV'
            ? not(other)
            : neg(other);
    e.setRegister(width, 'Rd', select(e.condition('cond'), e.register(width, 'Rn'), otherwise));
  }),
);

const conditionalCompare: readonly Semantics[] = (['imm', 'reg'] as const).flatMap((form) =>
  (['CCMN', 'CCMP'] as const).map((name) =>
    semantics(`${name}_condcmp_${form}`, { ...SF, ...CONDITION_PAIR }, (e) => {
      const width = e.width();
      e.if(
        e.condition('cond'),
        () => {
          const second =
            form === 'imm'
              ? as(
                  width,
                  e.immediateSmall('imm5', ({ imm5 }) => imm5),
                )
              : e.register(width, 'Rm');
          addSubtract(e, name === 'CCMN' ? 'ADDS' : 'SUBS', e.register(width, 'Rn'), second);
        },
        () => {
          const nzcv = e.let(e.immediateSmall('nzcv', (fields) => fields.nzcv));
          e.setFlags({
            n: shl(nzcv, i32(28)),
            z: xor(and(nzcv, i32(4)), i32(4)),
            c: and(shrU(nzcv, i32(1)), i32(1)),
            v: shl(nzcv, i32(31)),
          });
        },
      );
    }),
  ),
);

export const dataProcessingSemantics: readonly Semantics[] = [
  ...oneSource,
  ...divide,
  ...variableShift,
  ...multiply,
  ...conditionalSelect,
  ...conditionalCompare,
];
