#include "runtime.h"

/* FJCVTZS: ToInt32 of ECMAScript, and its Z flag, against arithmetic on the bits. */
static int32_t convert(double value, int *exact) {
  int32_t result;
  uint64_t zero;
  __asm__(".arch armv8.3-a\n fjcvtzs %w0, %d2\n cset %1, eq" : "=r"(result), "=r"(zero) : "w"(value) : "cc");
  *exact = (int)zero;
  return result;
}

static int32_t to_int32(uint64_t bits) {
  int exponent = (int)(bits >> 52 & 0x7ff);
  uint64_t mantissa = (bits & 0xfffffffffffffull) | 1ull << 52;
  if (exponent == 0x7ff || exponent < 1023) return 0;
  int shift = exponent - 1075;
  uint32_t magnitude = shift <= -53 ? 0 : shift < 0 ? (uint32_t)(mantissa >> -shift) : shift < 32 ? (uint32_t)(mantissa << shift) : 0;
  return (int32_t)(bits >> 63 ? 0 - magnitude : magnitude);
}

int main(void) {
  static const double values[] = {0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2147483647.0, 2147483648.0, -2147483648.0, -2147483649.0,
                                  4294967295.0, 4294967296.5, 1e10, -1e15, 1e22, 1e300, 9007199254740993.0, 5e-324};
  int exact, differences = 0;
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    int32_t result = convert(values[i], &exact);
    printf("%g %d %d\n", values[i], result, exact);
  }
  printf("%d %d\n", convert(__builtin_nan(""), &exact), convert(-__builtin_inf(), &exact));
  uint32_t seed = 5, sum = 0;
  for (int i = 0; i < 2000; i++) {
    union { uint64_t u; double d; } as = {(uint64_t)random32(&seed) << 32 | random32(&seed)};
    /* Exponents around those of integers. */
    if (i & 1) as.u = (as.u & ~(0x7ffull << 52)) | (uint64_t)(1015 + i % 80) << 52;
    int32_t result = convert(as.d, &exact);
    differences += result != to_int32(as.u);
    sum = sum * 31 + (uint32_t)result + (uint32_t)exact;
  }
  printf("%08x\n", sum);
  return differences > 255 ? 255 : differences;
}
