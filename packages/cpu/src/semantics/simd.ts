import type { Semantics } from './definition.ts';
import { simdAcrossLanesSemantics } from './simd-across-lanes.ts';
import { simdByElementSemantics } from './simd-by-element.ts';
import { simdCopySemantics } from './simd-copy.ts';
import { simdDotProductSemantics } from './simd-dot-product.ts';
import { simdEstimateSemantics } from './simd-estimates.ts';
import { simdModifiedImmediateSemantics } from './simd-modified-immediate.ts';
import { simdPermuteSemantics } from './simd-permute.ts';
import { simdPolynomialSemantics } from './simd-polynomial.ts';
import { simdRegisterShiftSemantics } from './simd-register-shift.ts';
import { simdShiftImmediateSemantics } from './simd-shift-immediate.ts';
import { simdThreeDifferentSemantics } from './simd-three-different.ts';
import { simdThreeSameSemantics } from './simd-three-same.ts';
import { simdTwoRegisterMiscSemantics } from './simd-two-register-misc.ts';

/** Integer SIMD: the instructions that compute on elements without floating point. */
export const simdIntegerSemantics: readonly Semantics[] = [
  ...simdThreeSameSemantics,
  ...simdRegisterShiftSemantics,
  ...simdTwoRegisterMiscSemantics,
  ...simdShiftImmediateSemantics,
  ...simdThreeDifferentSemantics,
  ...simdByElementSemantics,
  ...simdDotProductSemantics,
  ...simdPolynomialSemantics,
  ...simdPermuteSemantics,
  ...simdCopySemantics,
  ...simdModifiedImmediateSemantics,
  ...simdAcrossLanesSemantics,
  ...simdEstimateSemantics,
];
