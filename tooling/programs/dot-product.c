#include "runtime.h"

#pragma GCC target("arch=armv8.2-a+dotprod+i8mm")
#include <arm_neon.h>

/* Dot products and 8-bit matrix products, against plain loops. */
enum { SIZE = 64 };
static int8_t a[SIZE], b[SIZE];
static uint8_t c[SIZE], d[SIZE];

static void show(const char *name, int32x4_t v) {
  printf("%-10s %d %d %d %d\n", name, vgetq_lane_s32(v, 0), vgetq_lane_s32(v, 1), vgetq_lane_s32(v, 2),
         vgetq_lane_s32(v, 3));
}

int main(void) {
  uint32_t seed = 8;
  int expected_signed = 0, expected_mixed = 0;
  unsigned expected_unsigned = 0;
  for (int i = 0; i < SIZE; i++) {
    a[i] = (int8_t)random32(&seed), b[i] = (int8_t)random32(&seed);
    c[i] = (uint8_t)random32(&seed), d[i] = (uint8_t)random32(&seed);
    expected_signed += a[i] * b[i];
    expected_unsigned += (unsigned)(c[i] * d[i]);
    expected_mixed += c[i] * a[i];
  }
  int32x4_t sum = vdupq_n_s32(0), mixed = sum, by_lane = sum, square = sum, mixed_square = sum;
  uint32x4_t usum = vdupq_n_u32(0), usquare = usum;
  for (int i = 0; i < SIZE; i += 16) {
    int8x16_t x = vld1q_s8(a + i), y = vld1q_s8(b + i);
    uint8x16_t u = vld1q_u8(c + i), v = vld1q_u8(d + i);
    sum = vdotq_s32(sum, x, y);
    usum = vdotq_u32(usum, u, v);
    mixed = vusdotq_s32(mixed, u, x);
    by_lane = vdotq_laneq_s32(by_lane, x, y, 3);
    by_lane = vusdotq_laneq_s32(by_lane, u, y, 1);
    by_lane = vsudotq_laneq_s32(by_lane, x, v, 2);
    square = vmmlaq_s32(square, x, y);
    usquare = vmmlaq_u32(usquare, u, v);
    mixed_square = vusmmlaq_s32(mixed_square, u, y);
  }
  show("signed", sum);
  show("unsigned", vreinterpretq_s32_u32(usum));
  show("mixed", mixed);
  show("by lane", by_lane);
  show("matrix", square);
  show("unsigned", vreinterpretq_s32_u32(usquare));
  show("mixed", mixed_square);
  /* Wraps around. */
  show("wrapped", vdotq_s32(vdupq_n_s32(0x7fffffff), vld1q_s8(a), vld1q_s8(a)));
  return (vaddvq_s32(sum) != expected_signed) + 2 * (vaddvq_u32(usum) != expected_unsigned) +
         4 * (vaddvq_s32(mixed) != expected_mixed);
}
