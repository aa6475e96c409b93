#include "runtime.h"

#pragma GCC target("arch=armv8.2-a+fp16+fp16fml")
#include <arm_neon.h>

/* Arithmetic on 16-bit floating point, scalar and vector, and the widening products of FEAT_FHM. */
static unsigned bits(float16_t value) {
  union { float16_t f; uint16_t u; } as = {value};
  return as.u;
}

static void show(const char *name, float16x8_t v) {
  float16_t out[8];
  vst1q_f16(out, v);
  printf("%-8s", name);
  for (int i = 0; i < 8; i++) printf(" %04x", bits(out[i]));
  putchar('\n');
}

int main(void) {
  static const uint16_t raw[24] = {0x3c00, 0xbc00, 0x4248, 0x7bff, 0x0001, 0x83ff, 0x3555, 0xd640,
                                   0x4000, 0x3800, 0xc500, 0x7bff, 0x0400, 0x8001, 0x6400, 0x5bb3,
                                   0x0000, 0x8000, 0x7c00, 0xfc00, 0x7e00, 0x3bff, 0x0200, 0x4900};
  float16x8_t a = vreinterpretq_f16_u16(vld1q_u16(raw)), b = vreinterpretq_f16_u16(vld1q_u16(raw + 8));
  float16x8_t c = vreinterpretq_f16_u16(vld1q_u16(raw + 16));
  show("add", vaddq_f16(a, b));
  show("sub", vsubq_f16(a, b));
  show("mul", vmulq_f16(a, b));
  show("div", vdivq_f16(a, b));
  show("sqrt", vsqrtq_f16(vabsq_f16(a)));
  show("fma", vfmaq_f16(a, b, a));
  show("fms", vfmsq_f16(b, a, b));
  show("maxnm", vmaxnmq_f16(a, c));
  show("min", vminq_f16(b, c));
  show("mulx", vmulxq_f16(c, vdupq_n_f16((float16_t)0)));
  show("rndn", vrndnq_f16(a));
  show("rndp", vrndpq_f16(b));
  show("rnda", vrndaq_f16(a));
  show("recpe", vrecpeq_f16(a));
  show("rsqrts", vrsqrtsq_f16(a, b));
  show("abd", vabdq_f16(a, b));
  show("pairs", vpaddq_f16(a, b));
  show("to int", vreinterpretq_f16_s16(vcvtq_s16_f16(a)));
  show("from int", vcvtq_f16_s16(vreinterpretq_s16_f16(b)));
  show("fixed", vcvtq_n_f16_u16(vreinterpretq_u16_f16(a), 7));
  show("greater", vreinterpretq_f16_u16(vcgtq_f16(a, c)));
  float32x4_t wide = vfmlalq_low_f16(vdupq_n_f32(0.5f), a, b);
  wide = vfmlslq_high_f16(wide, a, b);
  wide = vfmlalq_laneq_low_f16(wide, b, a, 2);
  for (int i = 0; i < 4; i++) printf("%.9g ", (double)(i == 0   ? vgetq_lane_f32(wide, 0)
                                                       : i == 1 ? vgetq_lane_f32(wide, 1)
                                                       : i == 2 ? vgetq_lane_f32(wide, 2)
                                                                : vgetq_lane_f32(wide, 3)));
  /* Scalars: a series, and conversions of every kind. */
  _Float16 sum = 0, term = 1;
  for (int i = 1; i < 12; i++) {
    sum += term;
    term = term / (_Float16)i;
  }
  volatile double third = 1.0 / 3.0, huge = 65520.0;
  volatile float tenth = 0.1f;
  printf("\n%.8f %04x %04x %04x %04x %d\n", (double)sum, bits(sum), bits((float16_t)third), bits((float16_t)tenth),
         bits((float16_t)huge), (int)((_Float16)-7.5));
  return 0;
}
