#include "runtime.h"

#pragma GCC target("arch=armv8.3-a+fp16")
#include <arm_neon.h>

/* Complex arithmetic with FCMLA and FCADD; a Fourier transform, and back. */
enum { SIZE = 32 };

/* a * b of two complex numbers each: both halves of the product. */
static float32x4_t multiply(float32x4_t a, float32x4_t b) {
  return vcmlaq_rot90_f32(vcmlaq_f32(vdupq_n_f32(0), a, b), a, b);
}

static void transform(float (*x)[2], int size, const float (*roots)[2], int step) {
  if (size == 1) return;
  float even[SIZE / 2][2], odd[SIZE / 2][2];
  for (int i = 0; i < size / 2; i++) {
    memcpy(even[i], x[2 * i], sizeof *x);
    memcpy(odd[i], x[2 * i + 1], sizeof *x);
  }
  transform(even, size / 2, roots, step * 2);
  transform(odd, size / 2, roots, step * 2);
  for (int i = 0; i < size / 2; i++) {
    float32x2_t a = vld1_f32(even[i]), root = vld1_f32(roots[i * step]);
    float32x4_t product = multiply(vcombine_f32(root, root), vcombine_f32(vld1_f32(odd[i]), a));
    vst1_f32(x[i], vadd_f32(a, vget_low_f32(product)));
    vst1_f32(x[i + size / 2], vsub_f32(a, vget_low_f32(product)));
  }
}

int main(void) {
  static float x[SIZE][2], roots[SIZE][2];
  /* Powers of a root of one, from its half angles. */
  double c = -1, s = 0;
  for (int size = 2; size < SIZE; size *= 2) {
    double half = __builtin_sqrt((1 + c) / 2);
    s = size == 2 ? 1 : __builtin_sqrt((1 - c) / 2);
    c = half;
  }
  double re = 1, im = 0;
  for (int i = 0; i < SIZE; i++) {
    roots[i][0] = (float)re, roots[i][1] = (float)-im;
    double next = re * c - im * s;
    im = re * s + im * c;
    re = next;
  }
  for (int i = 0; i < SIZE; i++) x[i][0] = (float)(i % 7) - 3, x[i][1] = (float)(i * i % 11) / 4;
  transform(x, SIZE, (const float (*)[2])roots, 1);
  for (int i = 0; i < SIZE; i += 5) printf("%.4f %+.4fi\n", (double)x[i][0], (double)x[i][1]);
  for (int i = 0; i < SIZE; i++) roots[i][1] = -roots[i][1];
  transform(x, SIZE, (const float (*)[2])roots, 1);
  float worst = 0;
  for (int i = 0; i < SIZE; i++) {
    float difference = x[i][0] / SIZE - ((float)(i % 7) - 3);
    worst = difference > worst ? difference : -difference > worst ? -difference : worst;
  }
  printf("back to %s\n", worst < 1e-5f ? "the start" : "elsewhere");

  float64x2_t z = {-0.3, 0.4}, w = {1.25, 2.5}, square = z;
  for (int i = 0; i < 20; i++) square = vaddq_f64(vcmlaq_rot90_f64(vcmlaq_f64(vdupq_n_f64(0), square, square), square, square), z);
  printf("%.12g %.12g\n", vgetq_lane_f64(square, 0), vgetq_lane_f64(square, 1));
  z = vcaddq_rot270_f64(vcaddq_rot90_f64(z, w), vcmlaq_rot180_f64(z, w, vcmlaq_rot270_f64(w, z, w)));
  printf("%.12g %.12g\n", vgetq_lane_f64(z, 0), vgetq_lane_f64(z, 1));
  float16x8_t h = vdupq_n_f16((float16_t)0.1f), k = vreinterpretq_f16_u16(vdupq_n_u16(0x4248));
  h = vcmlaq_rot90_f16(vcmlaq_laneq_f16(h, k, h, 1), h, k);
  h = vcaddq_rot90_f16(h, k);
  uint16_t out[8];
  vst1q_u16(out, vreinterpretq_u16_f16(h));
  for (int i = 0; i < 8; i++) printf("%04x ", out[i]);
  putchar('\n');
  return 0;
}
