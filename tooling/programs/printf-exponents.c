#include "runtime.h"

int main(void) {
  static const double values[] = {0.0, -0.0, 1.0, 9.5, 0.1, 123456.0, 1234567.0, 999999.5, 0.0001, 0.00001234, 1e100, 6.02214076e23,
                                  -1.602176634e-19, 2.5, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
    printf("%e|%.0e|%.3e|%g|%.1g|%.17g|%+12.2e|%-14g|%016g|\n", values[i], values[i], values[i], values[i], values[i],
           values[i], values[i], values[i], values[i]);
  printf("%.40e\n%.50g\n", 0.1, 1.0 / 3.0);
  /* Bits to digits, for numbers of all sizes. */
  uint32_t seed = 77;
  for (int i = 0; i < 12; i++) {
    union { uint64_t u; double d; } bits = {(uint64_t)random32(&seed) << 32 | random32(&seed)};
    printf("%.17g\n", bits.d);
  }
  return 0;
}
