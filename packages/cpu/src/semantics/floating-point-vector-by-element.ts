import type { V128 } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import { indexedElement } from './floating-point-scalar-simd.ts';
import { binaryLanes } from './floating-point-vector-arithmetic.ts';
import { multiplyAddLanes } from './floating-point-vector-fused.ts';
import { type FloatLanes, vectorFormats } from './floating-point-vector-paths.ts';
import { FUSED } from './floating-point-vector-three-same.ts';
import { xor } from './simd-lanes.ts';

/** The floating-point rows of Advanced SIMD vector x indexed element that have a format for all operands. */

const SPLAT = { 16: 'i16x8.splat', 32: 'f32x4.splat', 64: 'f64x2.splat' } as const;

/** The element that multiplies, in every lane. */
const elementEverywhere = (l: FloatLanes): V128 =>
  l.e.let(vector(SPLAT[l.format], indexedElement(l.e, l.format)));

export const floatingPointVectorByElementSemantics: readonly Semantics[] = [
  ...(
    [
      ['FMUL', 'mul'],
      ['FMULX', 'mulx'],
    ] as const
  ).flatMap(([name, operation]) =>
    vectorFormats(`${name}_asimdelem`, '_half', (l) =>
      binaryLanes(l, operation, l.read('Rn'), elementEverywhere(l)),
    ),
  ),
  ...FUSED.flatMap(([name, negate]) =>
    vectorFormats(`${name}_asimdelem`, '_half', (l) => {
      const a = l.read('Rn');
      const factor = negate ? l.e.let(xor(a, l.signBits)) : a;
      multiplyAddLanes(l, l.read('Rd'), factor, elementEverywhere(l));
    }),
  ),
];
