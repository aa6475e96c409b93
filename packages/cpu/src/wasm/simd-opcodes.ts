import { hostHasMultiplyAdd } from '../floating-point/host-fused.ts';

/**
 * Vector opcodes by their standard names: `SIMD['i8x16.add']`. @spec WebAssembly Core 2.0, Vector Instructions
 *
 * Each line gives the number of its first opcode; the rest follow, a dash leaves a number out.
 */
const LINES = `
0 v128.load
11 v128.store v128.const i8x16.shuffle i8x16.swizzle
15 i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat
21 i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane
24 i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane
27 i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane
31 f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane
35 i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u
45 i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s i16x8.le_u i16x8.ge_s i16x8.ge_u
55 i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u
65 f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge
71 f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge
77 v128.not v128.and v128.andnot v128.or v128.xor v128.bitselect v128.any_true
92 v128.load32_zero v128.load64_zero f32x4.demote_f64x2_zero f64x2.promote_low_f32x4
96 i8x16.abs i8x16.neg i8x16.popcnt i8x16.all_true i8x16.bitmask i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u
103 f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest
107 i8x16.shl i8x16.shr_s i8x16.shr_u i8x16.add i8x16.add_sat_s i8x16.add_sat_u
113 i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u f64x2.ceil f64x2.floor
118 i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u
124 i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u
126 i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u
128 i16x8.abs i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true i16x8.bitmask i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u
135 i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u
139 i16x8.shl i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s i16x8.add_sat_u
145 i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u f64x2.nearest i16x8.mul
150 i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u - i16x8.avgr_u
156 i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u
160 i32x4.abs i32x4.neg - i32x4.all_true i32x4.bitmask
167 i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u
171 i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add - - i32x4.sub - - - i32x4.mul
182 i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s
188 i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u
192 i64x2.abs i64x2.neg - i64x2.all_true i64x2.bitmask
199 i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u
203 i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add - - i64x2.sub - - - i64x2.mul
214 i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s
220 i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u
224 f32x4.abs f32x4.neg - f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div
232 f32x4.min f32x4.max f32x4.pmin f32x4.pmax
236 f64x2.abs f64x2.neg - f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div
244 f64x2.min f64x2.max f64x2.pmin f64x2.pmax
248 i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u
252 i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u
261 f32x4.relaxed_madd - f64x2.relaxed_madd
`;

export type SimdName = `${'v128' | 'i8x16' | 'i16x8' | 'i32x4' | 'i64x2' | 'f32x4' | 'f64x2'}.${string}`;

const numbers = new Map<string, number>();
for (const line of LINES.trim().split('\n')) {
  const [first, ...names] = line.split(' ');
  names.forEach((name, index) => {
    if (name !== '-') numbers.set(name, Number(first) + index);
  });
}

const FIRST_RELAXED = 0x100;
/** Takes three vectors and gives one, too. */
const BIT_SELECT = numbers.get('v128.bitselect')!;

/**
 * The number of a vector instruction. In the place of a relaxed one that the host does not know, which nothing runs
 * there, is one that it knows.
 */
export function simdOpcode(name: SimdName): number {
  const number = numbers.get(name);
  if (number === undefined) throw new Error(`code generator: no vector instruction ${name}`);
  return number >= FIRST_RELAXED && !hostHasMultiplyAdd() ? BIT_SELECT : number;
}
