#include "runtime.h"

int main(void) {
  volatile double values[] = {0.0, -0.0, 1.5, -1.5, 2147483647.5, -2147483649.0, 1e19, -1e19, 1e300, 0.999999999};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    double v = values[i];
    float f = (float)v;
    printf("%lld %u %f %.3f\n", v > -9e18 && v < 9e18 ? (long long)v : -1, v >= 0 && v < 4e9 ? (unsigned)v : 1u,
           (double)f, (double)(int)(v > -2e9 && v < 2e9 ? v : 0));
  }
  uint32_t seed = 41;
  double sum = 0;
  for (int i = 0; i < 300; i++) {
    uint64_t x = (uint64_t)random32(&seed) << 32 | random32(&seed);
    sum += (double)x - (double)(int64_t)x + (double)(float)(int32_t)x;
  }
  printf("%f\n", sum);
  return 0;
}
