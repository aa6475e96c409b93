export { add16, add32, add64, sub16, sub32, sub64 } from './add.ts';
export {
  compare16,
  compare32,
  compare64,
  equal16,
  equal32,
  equal64,
  greater16,
  greater32,
  greater64,
  greaterEqual16,
  greaterEqual32,
  greaterEqual64,
} from './compare.ts';
export { Flag, FloatContext, Rounding, type RoundingMode } from './context.ts';
export {
  convert16To32,
  convert16To64,
  convert32To16,
  convert32To64,
  convert32ToBFloat16,
  convert64To16,
  convert64To32,
  convert64To32Odd,
} from './convert.ts';
export { div16, div32, div64, sqrt16, sqrt32, sqrt64 } from './divide.ts';
export {
  recipEstimate16,
  recipEstimate32,
  recipEstimate64,
  recipExponent16,
  recipExponent32,
  recipExponent64,
  rsqrtEstimate16,
  rsqrtEstimate32,
  rsqrtEstimate64,
  unsignedRecipEstimate,
  unsignedRsqrtEstimate,
} from './estimate.ts';
export { fromFixed16, fromFixed32, fromFixed64 } from './from-fixed.ts';
export { mulAdd16, mulAdd16To32, mulAdd32, mulAdd64 } from './fused.ts';
export type { IntegerWidth } from './integer.ts';
export {
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
} from './min-max.ts';
export { mul16, mul32, mul64, mulx16, mulx32, mulx64 } from './multiply.ts';
export {
  roundIntegral16,
  roundIntegral32,
  roundIntegral64,
  roundIntegralSized32,
  roundIntegralSized64,
} from './round-integral.ts';
export { recipStep16, recipStep32, recipStep64, rsqrtStep16, rsqrtStep32, rsqrtStep64 } from './step.ts';
export { toFixed16, toFixed32, toFixed64, toInt32JavaScript } from './to-fixed.ts';
