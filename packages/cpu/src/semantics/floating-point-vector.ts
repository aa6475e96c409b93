import type { Semantics } from './definition.ts';
import { floatingPointVectorAcrossLanesSemantics } from './floating-point-vector-across-lanes.ts';
import { floatingPointVectorByElementSemantics } from './floating-point-vector-by-element.ts';
import { floatingPointVectorComplexSemantics } from './floating-point-vector-complex.ts';
import { floatingPointVectorLongSemantics } from './floating-point-vector-long.ts';
import { floatingPointVectorThreeSameSemantics } from './floating-point-vector-three-same.ts';
import { floatingPointVectorTwoRegisterMiscSemantics } from './floating-point-vector-two-register-misc.ts';

/** Floating point on vectors. */
export const floatingPointVectorSemantics: readonly Semantics[] = [
  ...floatingPointVectorThreeSameSemantics,
  ...floatingPointVectorTwoRegisterMiscSemantics,
  ...floatingPointVectorByElementSemantics,
  ...floatingPointVectorAcrossLanesSemantics,
  ...floatingPointVectorComplexSemantics,
  ...floatingPointVectorLongSemantics,
];
