import type { Emitter } from '../emitter/emitter.ts';
import { and, type Expr, type I32, i32, neg, or, select, shl, shrU, xor } from '../emitter/expressions.ts';
import type { FormatBits } from '../floating-point/operation-word.ts';
import type { Choice, Semantics } from './definition.ts';
import {
  type FloatType,
  formats,
  hostCompare,
  hostElseSoft,
  noneSubnormal,
  type Scalar,
  scalarOperand,
  softScalar,
  softWord,
  zeroOf,
} from './floating-point-paths.ts';

/** Floating-point compare, conditional compare and conditional select. */

/** Sets the flags from N, Z, C and V as four bits. */
function setFlagBits(e: Emitter, nzcv: I32): void {
  const held = e.let(nzcv);
  e.setFlags({
    n: shl(held, i32(28)),
    z: xor(and(held, i32(4)), i32(4)),
    c: and(shrU(held, i32(1)), i32(1)),
    v: shl(held, i32(31)),
  });
}

/** Sets the flags by the order of two scalars. Only NaNs need the software: nothing else sets FPSR. */
function compare(e: Emitter, format: FormatBits, first: Scalar, second: Scalar, signalling: boolean): void {
  const name = signalling ? 'compareSignalling' : 'compareQuiet';
  if (format === 16) {
    softScalar(e, name, format, [first, second]);
    setFlagBits(e, softWord(e));
    return;
  }
  const a = e.let(first as Expr<FloatType>);
  const b = e.let(second as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => {
      const less = e.let(hostCompare('Lt', a, b));
      const notLess = e.let(hostCompare('Ge', a, b));
      path.require(or(less, notLess));
      e.setFlags({ n: neg(less), z: hostCompare('Ne', a, b), c: notLess, v: i32(0) });
    },
    () => {
      softScalar(e, name, format, [a, b]);
      setFlagBits(e, softWord(e));
    },
    { flushable: noneSubnormal(a, b) },
  );
}

/** With zero instead of a register. */
const CMPZ: Readonly<Record<'cmpz', Choice>> = { cmpz: { values: 2, of: ({ cmpz }) => cmpz } };

const NAMES = [
  ['', false],
  ['E', true],
] as const;

const compares = NAMES.flatMap(([suffix, signalling]) =>
  formats(
    `FCMP${suffix}_floatcmp`,
    '_half',
    (e, format) => {
      const second = e.choice('cmpz') === 1 ? zeroOf(format) : scalarOperand(e, format, 'Rm');
      compare(e, format, scalarOperand(e, format, 'Rn'), second, signalling);
    },
    { choices: CMPZ },
  ),
);

/** Eight conditions; the lowest bit of the field inverts them. */
const CONDITION_PAIR: Readonly<Record<'condPair', Choice>> = {
  condPair: { values: 8, of: ({ cond }) => cond >> 1 },
};

const conditionalCompares = NAMES.flatMap(([suffix, signalling]) =>
  formats(
    `FCCMP${suffix}_floatccmp`,
    '_half',
    (e, format) => {
      e.if(
        e.condition('cond'),
        () => {
          const [a, b] = ['Rn', 'Rm'].map((field) => scalarOperand(e, format, field));
          compare(e, format, a, b, signalling);
        },
        () =>
          setFlagBits(
            e,
            e.immediateSmall('nzcv', ({ nzcv }) => nzcv),
          ),
      );
    },
    { choices: CONDITION_PAIR, outlined: true },
  ),
);

/** A selection changes no bit, so integers do. */
const selects = formats(
  'FCSEL_floatsel',
  '_half',
  (e, format) => {
    const type = format === 64 ? 'i64' : 'i32';
    const chosen = select<'i32' | 'i64'>(e.condition('cond'), e.scalar(type, 'Rn'), e.scalar(type, 'Rm'));
    e.setScalar('Rd', format === 16 ? and(chosen as I32, i32(0xffff)) : chosen);
  },
  { choices: CONDITION_PAIR },
);

export const floatingPointCompareSemantics: readonly Semantics[] = [
  ...compares,
  ...conditionalCompares,
  ...selects,
];
