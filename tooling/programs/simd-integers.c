#include "runtime.h"

#include <arm_neon.h>

int main(void) {
  uint8_t bytes[64];
  uint32_t seed = 21;
  for (int i = 0; i < 64; i++) bytes[i] = (uint8_t)random32(&seed);
  uint8x16_t a = vld1q_u8(bytes), b = vld1q_u8(bytes + 16);
  uint8x16x4_t four = vld4q_u8(bytes);
  uint8_t out[16];
  vst1q_u8(out, vqaddq_u8(a, b));
  for (int i = 0; i < 16; i++) printf("%02x", out[i]);
  vst1q_u8(out, vqtbl1q_u8(a, vandq_u8(b, vdupq_n_u8(31))));
  for (int i = 0; i < 16; i++) printf("%02x", out[i]);
  vst1q_u8(out, veorq_u8(veorq_u8(four.val[0], four.val[1]), veorq_u8(four.val[2], vcntq_u8(four.val[3]))));
  for (int i = 0; i < 16; i++) printf("%02x", out[i]);
  printf("\n%u %u %u\n", vaddvq_u8(a), vmaxvq_u8(b), vaddlvq_u8(a));
  int16x8_t w = vreinterpretq_s16_u8(a), v = vreinterpretq_s16_u8(b);
  int32x4_t product = vmlal_s16(vmull_high_s16(w, v), vget_low_s16(w), vget_low_s16(v));
  printf("%d %d %d\n", vgetq_lane_s32(product, 0), vgetq_lane_s32(product, 3), vaddvq_s32(product));
  int16x8_t shifted = vqrdmulhq_s16(w, v);
  printf("%d %d\n", vgetq_lane_s16(shifted, 2), vaddvq_s16(vrshrq_n_s16(vabdq_s16(w, v), 3)));
  return 0;
}
