import {
  add16,
  add32,
  add64,
  compare16,
  compare32,
  compare64,
  convert16To32,
  convert16To64,
  convert32To16,
  convert32To64,
  convert32ToBFloat16,
  convert64To16,
  convert64To32,
  convert64To32Odd,
  div16,
  div32,
  div64,
  equal16,
  equal32,
  equal64,
  type FloatContext,
  fromFixed16,
  fromFixed32,
  fromFixed64,
  greater16,
  greater32,
  greater64,
  greaterEqual16,
  greaterEqual32,
  greaterEqual64,
  max16,
  max32,
  max64,
  maxNum16,
  maxNum32,
  maxNum64,
  min16,
  min32,
  min64,
  minNum16,
  minNum32,
  minNum64,
  mul16,
  mul32,
  mul64,
  mulAdd16,
  mulAdd16To32,
  mulAdd32,
  mulAdd64,
  mulx16,
  mulx32,
  mulx64,
  recipEstimate16,
  recipEstimate32,
  recipEstimate64,
  recipExponent16,
  recipExponent32,
  recipExponent64,
  recipStep16,
  recipStep32,
  recipStep64,
  roundIntegral16,
  roundIntegral32,
  roundIntegral64,
  roundIntegralSized32,
  roundIntegralSized64,
  rsqrtEstimate16,
  rsqrtEstimate32,
  rsqrtEstimate64,
  rsqrtStep16,
  rsqrtStep32,
  rsqrtStep64,
  sqrt16,
  sqrt32,
  sqrt64,
  sub16,
  sub32,
  sub64,
  toFixed16,
  toFixed32,
  toFixed64,
  toInt32JavaScript,
  unsignedRecipEstimate,
  unsignedRsqrtEstimate,
} from '@armature/softfloat';
import { dotBFloat16 } from './bfloat16-dot.ts';
import type { Operands } from './operands.ts';
import type { SoftOperationName } from './operation-word.ts';

/** Does one lane of an operation. */
export type LaneOperation = (o: Operands, lane: number) => void;

/** An operation in half-, single- and double-precision. */
export type FormatOperations = readonly [LaneOperation, LaneOperation, LaneOperation];

type Binary = (c: FloatContext, a: number, b: number) => number;
type Binary64 = (c: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number) => void;
type Unary = (c: FloatContext, a: number) => number;
type Unary64 = (c: FloatContext, lo: number, hi: number) => void;
type Test = (c: FloatContext, a: number, b: number) => boolean;
type Test64 = (c: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number) => boolean;

const SIGN32 = 0x8000_0000 | 0;
const MAGNITUDE32 = 0x7fff_ffff;

function notDefined(): never {
  throw new Error('floating point: the operation does not exist in this format');
}

/** The result's sign bit is kept where `keep` has it and changed where `flip` has it. */
function binary(half: Binary, single: Binary, double: Binary64, keep = -1, flip = 0): FormatOperations {
  return [
    (o, lane) => {
      const result = half(o.context, o.half(0, lane), o.half(1, lane));
      o.setHalf(lane, (result & (keep >> 16)) ^ (flip >>> 16));
    },
    (o, lane) => {
      o.setSingle(lane, (single(o.context, o.single(0, lane), o.single(1, lane)) & keep) ^ flip);
    },
    (o, lane) => {
      double(
        o.context,
        o.doubleLow(0, lane),
        o.doubleHigh(0, lane),
        o.doubleLow(1, lane),
        o.doubleHigh(1, lane),
      );
      o.setDouble(lane, o.context.lo, (o.context.hi & keep) ^ flip);
    },
  ];
}

function unary(half: Unary, single: Unary, double: Unary64): FormatOperations {
  return [
    (o, lane) => o.setHalf(lane, half(o.context, o.half(0, lane))),
    (o, lane) => o.setSingle(lane, single(o.context, o.single(0, lane))),
    (o, lane) => {
      double(o.context, o.doubleLow(0, lane), o.doubleHigh(0, lane));
      o.setDoubleResult(lane);
    },
  ];
}

/** A comparison whose result is a mask; of magnitudes when `keep` has no sign bit. */
function test(half: Test, single: Test, double: Test64, keep = -1): FormatOperations {
  return [
    (o, lane) => {
      const keep16 = keep >> 16;
      o.setHalf(lane, half(o.context, o.half(0, lane) & keep16, o.half(1, lane) & keep16) ? -1 : 0);
    },
    (o, lane) => {
      o.setSingle(lane, single(o.context, o.single(0, lane) & keep, o.single(1, lane) & keep) ? -1 : 0);
    },
    (o, lane) => {
      const holds = double(
        o.context,
        o.doubleLow(0, lane),
        o.doubleHigh(0, lane) & keep,
        o.doubleLow(1, lane),
        o.doubleHigh(1, lane) & keep,
      );
      o.setDouble(lane, holds ? -1 : 0, holds ? -1 : 0);
    },
  ];
}

function compare(signalNaNs: boolean): FormatOperations {
  return [
    (o) => o.setSingle(0, compare16(o.context, o.half(0, 0), o.half(1, 0), signalNaNs)),
    (o) => o.setSingle(0, compare32(o.context, o.single(0, 0), o.single(1, 0), signalNaNs)),
    (o) => {
      const { context } = o;
      o.setSingle(
        0,
        compare64(
          context,
          o.doubleLow(0, 0),
          o.doubleHigh(0, 0),
          o.doubleLow(1, 0),
          o.doubleHigh(1, 0),
          signalNaNs,
        ),
      );
    },
  ];
}

/** The same whatever the format of the word is. */
const single = (operation: LaneOperation): FormatOperations => [operation, operation, operation];

/** Stores the integer that a conversion left in the context. */
function setInteger(o: Operands, lane: number): void {
  if (o.width === 64) o.setDoubleResult(lane);
  else if (o.width === 32) o.setSingle(lane, o.context.lo);
  else o.setHalf(lane, o.context.lo);
}

function integerLow(o: Operands, lane: number): number {
  if (o.width !== 16) return o.width === 32 ? o.single(0, lane) : o.doubleLow(0, lane);
  const value = o.half(0, lane);
  return o.unsigned ? value : (value << 16) >> 16;
}

function integerHigh(o: Operands, lane: number, low: number): number {
  if (o.width === 64) return o.doubleHigh(0, lane);
  return o.unsigned ? 0 : low >> 31;
}

const toFixed: FormatOperations = [
  (o, lane) => {
    toFixed16(o.context, o.half(0, lane), o.width, o.unsigned, o.fractionBits, o.rounding);
    setInteger(o, lane);
  },
  (o, lane) => {
    toFixed32(o.context, o.single(0, lane), o.width, o.unsigned, o.fractionBits, o.rounding);
    setInteger(o, lane);
  },
  (o, lane) => {
    const [lo, hi] = [o.doubleLow(0, lane), o.doubleHigh(0, lane)];
    toFixed64(o.context, lo, hi, o.width, o.unsigned, o.fractionBits, o.rounding);
    setInteger(o, lane);
  },
];

const fromFixed: FormatOperations = [
  (o, lane) => {
    const low = integerLow(o, lane);
    const high = integerHigh(o, lane, low);
    o.setHalf(lane, fromFixed16(o.context, low, high, o.unsigned, o.fractionBits));
  },
  (o, lane) => {
    const low = integerLow(o, lane);
    const high = integerHigh(o, lane, low);
    o.setSingle(lane, fromFixed32(o.context, low, high, o.unsigned, o.fractionBits));
  },
  (o, lane) => {
    const low = integerLow(o, lane);
    fromFixed64(o.context, low, integerHigh(o, lane, low), o.unsigned, o.fractionBits);
    o.setDoubleResult(lane);
  },
];

const roundIntegral: FormatOperations = [
  (o, lane) => o.setHalf(lane, roundIntegral16(o.context, o.half(0, lane), o.rounding, o.exact)),
  (o, lane) => o.setSingle(lane, roundIntegral32(o.context, o.single(0, lane), o.rounding, o.exact)),
  (o, lane) => {
    roundIntegral64(o.context, o.doubleLow(0, lane), o.doubleHigh(0, lane), o.rounding, o.exact);
    o.setDoubleResult(lane);
  },
];

const sizedBits = (o: Operands): 32 | 64 => (o.width === 32 ? 32 : 64);

const roundIntegralSized: FormatOperations = [
  notDefined,
  (o, lane) =>
    o.setSingle(lane, roundIntegralSized32(o.context, o.single(0, lane), sizedBits(o), o.rounding)),
  (o, lane) => {
    const [lo, hi] = [o.doubleLow(0, lane), o.doubleHigh(0, lane)];
    roundIntegralSized64(o.context, lo, hi, sizedBits(o), o.rounding);
    o.setDoubleResult(lane);
  },
];

const mulAdd: FormatOperations = [
  (o, lane) => o.setHalf(lane, mulAdd16(o.context, o.half(0, lane), o.half(1, lane), o.half(2, lane))),
  (o, lane) =>
    o.setSingle(lane, mulAdd32(o.context, o.single(0, lane), o.single(1, lane), o.single(2, lane))),
  (o, lane) => {
    mulAdd64(
      o.context,
      o.doubleLow(0, lane),
      o.doubleHigh(0, lane),
      o.doubleLow(1, lane),
      o.doubleHigh(1, lane),
      o.doubleLow(2, lane),
      o.doubleHigh(2, lane),
    );
    o.setDoubleResult(lane);
  },
];

/** What each operation of the exact path does to a lane. */
export const LANE_OPERATIONS: Readonly<Record<SoftOperationName, FormatOperations>> = {
  add: binary(add16, add32, add64),
  sub: binary(sub16, sub32, sub64),
  mul: binary(mul16, mul32, mul64),
  mulx: binary(mulx16, mulx32, mulx64),
  negatedMul: binary(mul16, mul32, mul64, -1, SIGN32),
  div: binary(div16, div32, div64),
  max: binary(max16, max32, max64),
  min: binary(min16, min32, min64),
  maxNumber: binary(maxNum16, maxNum32, maxNum64),
  minNumber: binary(minNum16, minNum32, minNum64),
  absoluteDifference: binary(sub16, sub32, sub64, MAGNITUDE32),
  recipStep: binary(recipStep16, recipStep32, recipStep64),
  rsqrtStep: binary(rsqrtStep16, rsqrtStep32, rsqrtStep64),
  mulAdd,
  sqrt: unary(sqrt16, sqrt32, sqrt64),
  recipEstimate: unary(recipEstimate16, recipEstimate32, recipEstimate64),
  rsqrtEstimate: unary(rsqrtEstimate16, rsqrtEstimate32, rsqrtEstimate64),
  recipExponent: unary(recipExponent16, recipExponent32, recipExponent64),
  roundIntegral,
  roundIntegralSized,
  equal: test(equal16, equal32, equal64),
  greaterEqual: test(greaterEqual16, greaterEqual32, greaterEqual64),
  greater: test(greater16, greater32, greater64),
  absoluteGreaterEqual: test(greaterEqual16, greaterEqual32, greaterEqual64, MAGNITUDE32),
  absoluteGreater: test(greater16, greater32, greater64, MAGNITUDE32),
  compareQuiet: compare(false),
  compareSignalling: compare(true),
  toFixed,
  fromFixed,
  toInt32JavaScript: single((o) => {
    const result = toInt32JavaScript(o.context, o.doubleLow(0, 0), o.doubleHigh(0, 0));
    o.setDouble(0, result, o.context.nzcv);
  }),
  toHalf: [
    notDefined,
    (o, lane) => o.setHalf(lane, convert32To16(o.context, o.single(0, lane))),
    (o, lane) => o.setHalf(lane, convert64To16(o.context, o.doubleLow(0, lane), o.doubleHigh(0, lane))),
  ],
  toSingle: [
    (o, lane) => o.setSingle(lane, convert16To32(o.context, o.half(0, lane))),
    notDefined,
    (o, lane) => o.setSingle(lane, convert64To32(o.context, o.doubleLow(0, lane), o.doubleHigh(0, lane))),
  ],
  toDouble: [
    (o, lane) => {
      convert16To64(o.context, o.half(0, lane));
      o.setDoubleResult(lane);
    },
    (o, lane) => {
      convert32To64(o.context, o.single(0, lane));
      o.setDoubleResult(lane);
    },
    notDefined,
  ],
  toSingleOdd: single((o, lane) => {
    o.setSingle(lane, convert64To32Odd(o.context, o.doubleLow(0, lane), o.doubleHigh(0, lane)));
  }),
  toBFloat16: single((o, lane) => {
    o.setHalf(lane, convert32ToBFloat16(o.context, o.single(0, lane)));
  }),
  mulAddHalfToSingle: single((o, lane) => {
    o.setSingle(lane, mulAdd16To32(o.context, o.single(0, lane), o.half(1, lane), o.half(2, lane)));
  }),
  unsignedRecipEstimate: single((o, lane) => o.setSingle(lane, unsignedRecipEstimate(o.single(0, lane)))),
  unsignedRsqrtEstimate: single((o, lane) => o.setSingle(lane, unsignedRsqrtEstimate(o.single(0, lane)))),
  dotBFloat16: single((o, lane) => {
    o.setSingle(lane, dotBFloat16(o.single(0, lane), o.single(1, lane), o.single(2, lane)));
  }),
};
