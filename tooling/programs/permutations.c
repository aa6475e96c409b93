#include "runtime.h"

#include <arm_neon.h>

/* Moves of lanes: zips, tables, transposition, structures in memory, bit fields by masks. */
static uint32_t digest(uint32_t sum, const uint8_t *bytes, int size) {
  for (int i = 0; i < size; i++) sum = (sum ^ bytes[i]) * 16777619u;
  return sum;
}

int main(void) {
  uint8_t bytes[128], out[64];
  for (int i = 0; i < 128; i++) bytes[i] = (uint8_t)(i * 37 + i / 16);
  uint8x16_t a = vld1q_u8(bytes), b = vld1q_u8(bytes + 16);
  uint32_t sum = 2166136261u;
  uint8x16x2_t pairs[3] = {vzipq_u8(a, b), vuzpq_u8(a, b), vtrnq_u8(a, b)};
  for (int i = 0; i < 3; i++) {
    vst1q_u8_x2(out, pairs[i]);
    sum = digest(sum, out, 32);
    printf("%08x\n", sum);
  }
  uint8x16x4_t table = vld1q_u8_x4(bytes);
  uint8x16_t indices = vmulq_u8(a, vdupq_n_u8(11));
  vst1q_u8(out, vqtbl4q_u8(table, indices));
  vst1q_u8(out + 16, vqtbx4q_u8(b, table, indices));
  vst1q_u8(out + 32, vextq_u8(a, b, 5));
  vst1q_u8(out + 48, vrbitq_u8(vrev32q_u8(vbslq_u8(a, b, indices))));
  printf("%08x\n", sum = digest(sum, out, 64));

  /* Pixels of three bytes to planes and back, structures of four words by lanes. */
  uint8x16x3_t planes = vld3q_u8(bytes);
  planes.val[0] = vqsubq_u8(planes.val[0], planes.val[2]);
  vst3q_u8(out, planes);
  printf("%08x\n", sum = digest(sum, out, 48));
  uint32x4x4_t words = vld4q_dup_u32((const uint32_t *)bytes);
  words = vld4q_lane_u32((const uint32_t *)(bytes + 32), words, 2);
  vst4q_lane_u32((uint32_t *)out, words, 2);
  vst4_lane_u16((uint16_t *)(out + 16), vld4_u16((const uint16_t *)bytes), 3);
  printf("%08x\n", sum = digest(sum, out, 24));

  /* A matrix of 16-bit numbers, transposed by pairs of ever larger lanes. */
  int16x8_t rows[8];
  for (int i = 0; i < 8; i++) rows[i] = vld1q_s16((const int16_t *)(bytes + 16 * i));
  for (int i = 0; i < 8; i += 2) {
    int16x8_t first = vtrn1q_s16(rows[i], rows[i + 1]);
    rows[i + 1] = vtrn2q_s16(rows[i], rows[i + 1]);
    rows[i] = first;
  }
  for (int i = 0; i < 8; i += i % 4 == 1 ? 3 : 1) {
    int32x4_t x = vreinterpretq_s32_s16(rows[i]), y = vreinterpretq_s32_s16(rows[i + 2]);
    rows[i] = vreinterpretq_s16_s32(vtrn1q_s32(x, y));
    rows[i + 2] = vreinterpretq_s16_s32(vtrn2q_s32(x, y));
  }
  for (int i = 0; i < 4; i++) {
    int64x2_t x = vreinterpretq_s64_s16(rows[i]), y = vreinterpretq_s64_s16(rows[i + 4]);
    rows[i] = vreinterpretq_s16_s64(vtrn1q_s64(x, y));
    rows[i + 4] = vreinterpretq_s16_s64(vtrn2q_s64(x, y));
  }
  int wrong = 0;
  for (int i = 0; i < 8; i++) {
    int16_t row[8];
    vst1q_s16(row, rows[i]);
    for (int k = 0; k < 8; k++) wrong += row[k] != ((const int16_t *)bytes)[8 * k + i];
  }
  return wrong;
}
