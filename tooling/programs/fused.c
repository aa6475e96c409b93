#include "runtime.h"

#include <arm_neon.h>

/* Fused multiplications and additions of every form, with inputs where two roundings would differ. */
static void show(double value) {
  union { double d; uint64_t u; } as = {value};
  printf(" %016llx", (unsigned long long)as.u);
}

int main(void) {
  static const double values[] = {1.0 + 0x1p-52, 1.0 - 0x1p-53, 0x1p-1022, 0x1.fffffffffffffp1023, -0x1.8p-1060, 3.0, 1e16, -0.0};
  enum { COUNT = sizeof values / sizeof *values };
  for (int i = 0; i < COUNT; i++) {
    for (int k = 0; k < COUNT; k++) {
      volatile double a = values[i], b = values[k], c = -a * b;
      show(__builtin_fma(a, b, c));
      show(-__builtin_fma(a, b, values[(i + k) % COUNT]));
    }
    putchar('\n');
  }
  uint32_t seed = 12, sum = 0;
  for (int i = 0; i < 500; i++) {
    union { uint32_t u[4]; float32x4_t v; } a, b, c, out;
    for (int k = 0; k < 4; k++) {
      a.u[k] = random32(&seed);
      b.u[k] = random32(&seed);
      /* About the size of the product, and of the other sign. */
      c.u[k] = ((a.u[k] & 0x7f800000) + (b.u[k] & 0x7f800000) - 0x3f800000) ^ (random32(&seed) & 0x807fffff);
    }
    out.v = vfmaq_f32(c.v, a.v, b.v);
    out.v = vfmsq_lane_f32(out.v, a.v, vget_low_f32(b.v), 1);
    for (int k = 0; k < 4; k++) sum = sum * 33 + out.u[k];
    union { float f; uint32_t u; } scalar;
    scalar.f = __builtin_fmaf(vgetq_lane_f32(a.v, 0), -vgetq_lane_f32(b.v, 1), vgetq_lane_f32(c.v, 2));
    sum = sum * 33 + scalar.u;
  }
  printf("%08x\n", sum);
  return 0;
}
