#include "runtime.h"

int main(void) {
  uint32_t seed = 1;
  long long quotients = 0, remainders = 0;
  for (int i = 0; i < 2000; i++) {
    long long a = (long long)((uint64_t)random32(&seed) << 32 | random32(&seed));
    long long b = (int)random32(&seed) >> (i % 31);
    if (b == 0) b = 1;
    quotients ^= a / b;
    remainders += a % b;
    if (i % 400 == 0) printf("%lld / %lld = %lld, %lld\n", a, b, a / b, a % b);
  }
  volatile long long least = -9223372036854775807ll - 1;
  printf("%lld %lld %lld\n", quotients, remainders, least / 3);
  return 0;
}
