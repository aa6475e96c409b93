import { fixedPointScale } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Conversion between floating-point and fixed-point. */
export const conversionFloatingPointFixedPoint = defineGroup(
  'conversion-floating-point-fixed-point',
  { legend: { x: 'sz', i: 'scale' }, feature: 'FEAT_FP' },
  [
    {
      id: 'SCVTF_float2fix',
      title: 'SCVTF (scalar, fixed-point)',
      pattern: 'z 00 11110 0x 0 00 010 iiiiii nnnnn ddddd',
      constraint: fixedPointScale,
      asm: 'scvtf sc:Rd,sz r:Rn fbits',
    },
    {
      id: 'SCVTF_float2fix_half',
      title: 'SCVTF (scalar, fixed-point, half-precision)',
      pattern: 'z 00 11110 11 0 00 010 iiiiii nnnnn ddddd',
      feature: 'FEAT_FP16',
      constraint: fixedPointScale,
      asm: 'scvtf sc:Rd,h r:Rn fbits',
    },
    {
      id: 'UCVTF_float2fix',
      title: 'UCVTF (scalar, fixed-point)',
      pattern: 'z 00 11110 0x 0 00 011 iiiiii nnnnn ddddd',
      constraint: fixedPointScale,
      asm: 'ucvtf sc:Rd,sz r:Rn fbits',
    },
    {
      id: 'UCVTF_float2fix_half',
      title: 'UCVTF (scalar, fixed-point, half-precision)',
      pattern: 'z 00 11110 11 0 00 011 iiiiii nnnnn ddddd',
      feature: 'FEAT_FP16',
      constraint: fixedPointScale,
      asm: 'ucvtf sc:Rd,h r:Rn fbits',
    },
    {
      id: 'FCVTZS_float2fix',
      title: 'FCVTZS (scalar, fixed-point)',
      pattern: 'z 00 11110 0x 0 11 000 iiiiii nnnnn ddddd',
      constraint: fixedPointScale,
      asm: 'fcvtzs r:Rd sc:Rn,sz fbits',
    },
    {
      id: 'FCVTZS_float2fix_half',
      title: 'FCVTZS (scalar, fixed-point, half-precision)',
      pattern: 'z 00 11110 11 0 11 000 iiiiii nnnnn ddddd',
      feature: 'FEAT_FP16',
      constraint: fixedPointScale,
      asm: 'fcvtzs r:Rd sc:Rn,h fbits',
    },
    {
      id: 'FCVTZU_float2fix',
      title: 'FCVTZU (scalar, fixed-point)',
      pattern: 'z 00 11110 0x 0 11 001 iiiiii nnnnn ddddd',
      constraint: fixedPointScale,
      asm: 'fcvtzu r:Rd sc:Rn,sz fbits',
    },
    {
      id: 'FCVTZU_float2fix_half',
      title: 'FCVTZU (scalar, fixed-point, half-precision)',
      pattern: 'z 00 11110 11 0 11 001 iiiiii nnnnn ddddd',
      feature: 'FEAT_FP16',
      constraint: fixedPointScale,
      asm: 'fcvtzu r:Rd sc:Rn,h fbits',
    },
  ],
);
