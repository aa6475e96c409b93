#include "runtime.h"

#pragma GCC target("arch=armv8.5-a")
#include <arm_neon.h>

/* Every way to round: of the instruction, of FPCR, of FEAT_FRINTTS; and the flags that FPSR gathers. */
static void set_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode << 22) : "memory"); }

static uint64_t flags(void) {
  uint64_t value;
  __asm__ volatile("mrs %0, fpsr\n msr fpsr, xzr" : "=r"(value) : : "memory");
  return value & 0x9f;
}

/* Keeps the compiler from moving what it knows nothing about: arithmetic between changes of FPCR and FPSR. */
#define DONE(value) __asm__ volatile("" : "+w"(value) : : "memory")

int main(void) {
  static const double values[] = {0.5, 1.5, 2.5, -0.5, -1.5, 2147483647.5, -2147483649.0, 9.3e18, 1e-310, 0.1};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    volatile double value = values[i];
    float64x1_t v = vdup_n_f64(value);
    printf("%g: n %g a %g p %g m %g z %g |", values[i], vget_lane_f64(vrndn_f64(v), 0), vget_lane_f64(vrnda_f64(v), 0),
           vget_lane_f64(vrndp_f64(v), 0), vget_lane_f64(vrndm_f64(v), 0), vget_lane_f64(vrnd_f64(v), 0));
    flags();
    double input = value;
    DONE(input);
    double narrow = vget_lane_f64(vrnd32z_f64(vdup_n_f64(input)), 0), wide = vget_lane_f64(vrnd64x_f64(vdup_n_f64(input)), 0);
    DONE(narrow);
    DONE(wide);
    printf(" %.17g %.17g %llx\n", narrow, wide, (unsigned long long)flags());
    volatile int64_t whole[5] = {vcvtnd_s64_f64(value), vcvtad_s64_f64(value), vcvtpd_s64_f64(value), vcvtmd_s64_f64(value),
                        vcvtd_s64_f64(value)};
    volatile uint32_t fixed = (uint32_t)vcvtd_n_u64_f64(value, 4);
    printf("  %lld %lld %lld %lld %lld %u %llx\n", (long long)whole[0], (long long)whole[1], (long long)whole[2],
           (long long)whole[3], (long long)whole[4], fixed, (unsigned long long)flags());
  }
  for (uint64_t mode = 0; mode < 4; mode++) {
    volatile double third = 3.0, one = 1.0, minus = -1.0, huge = 1.7e308, tiny = 1e-300, negative = -1e-300;
    set_mode(mode);
    flags();
    volatile double a = one / third, b = minus / third, c = huge * 10, d = negative * tiny;
    volatile float e = (float)a;
    uint64_t seen = flags();
    volatile int64_t whole = (int64_t)__builtin_rint(-a * 8);
    volatile uint64_t large = 0xfffffffffffffbffull;
    volatile double converted = (double)large;
    set_mode(0);
    printf("mode %llu: %.20g %.20g %g %g %.12g %lld %.0f %llx\n", (unsigned long long)mode, a, b, c, d, (double)e,
           (long long)whole, converted, (unsigned long long)seen);
  }
  /* Subnormal numbers as zero: FPCR.FZ; a default NaN: FPCR.DN. */
  volatile double small = 1e-310, zero = 0.0;
  __asm__ volatile("msr fpcr, %0" : : "r"(1ul << 24) : "memory");
  flags();
  volatile double flushed = small + small;
  uint64_t seen = flags();
  __asm__ volatile("msr fpcr, %0" : : "r"(1ul << 25) : "memory");
  union { uint64_t u; double d; } nan = {0xfff0000000001234}, sum, none;
  DONE(nan.d);
  sum.d = nan.d + 1.0;
  none.d = zero / zero;
  DONE(sum.d);
  DONE(none.d);
  set_mode(0);
  printf("%g %llx %llx %llx\n", flushed, (unsigned long long)seen, (unsigned long long)sum.u, (unsigned long long)none.u);
  DONE(nan.d);
  nan.d = nan.d + 1.0;
  printf("%llx\n", (unsigned long long)nan.u);
  return 0;
}
