import type { Semantics } from './definition.ts';
import { floatingPointVectorThreeSameSemantics } from './floating-point-vector-three-same.ts';
import { floatingPointVectorTwoRegisterMiscSemantics } from './floating-point-vector-two-register-misc.ts';

/** Floating point on vectors. */
export const floatingPointVectorSemantics: readonly Semantics[] = [
  ...floatingPointVectorThreeSameSemantics,
  ...floatingPointVectorTwoRegisterMiscSemantics,
];
