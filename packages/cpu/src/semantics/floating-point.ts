import type { Semantics } from './definition.ts';
import { floatingPointCompareSemantics } from './floating-point-compare.ts';
import { floatingPointConversionSemantics } from './floating-point-conversion.ts';
import { floatingPointDataProcessingSemantics } from './floating-point-data-processing.ts';
import { floatingPointMoveSemantics } from './floating-point-move.ts';
import { floatingPointRoundingSemantics } from './floating-point-rounding.ts';
import { floatingPointScalarSimdSemantics } from './floating-point-scalar-simd.ts';

/** Floating point on scalars; how it is done is told in `floating-point-paths.ts`. */
export const floatingPointScalarSemantics: readonly Semantics[] = [
  ...floatingPointDataProcessingSemantics,
  ...floatingPointRoundingSemantics,
  ...floatingPointCompareSemantics,
  ...floatingPointMoveSemantics,
  ...floatingPointConversionSemantics,
  ...floatingPointScalarSimdSemantics,
];
