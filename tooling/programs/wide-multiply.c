#include "runtime.h"

int main(void) {
  uint32_t seed = 77;
  unsigned __int128 sum = 0;
  for (int i = 0; i < 1000; i++) {
    uint64_t a = (uint64_t)random32(&seed) << 32 | random32(&seed);
    uint64_t b = (uint64_t)random32(&seed) << 32 | random32(&seed);
    sum += (unsigned __int128)a * b;
    __int128 product = (__int128)(int64_t)a * (int64_t)b;
    sum ^= (unsigned __int128)(product >> 7);
  }
  printf("%016llx%016llx\n", (unsigned long long)(sum >> 64), (unsigned long long)sum);
  unsigned __int128 factorial = 1;
  for (int i = 2; i <= 34; i++) factorial *= (unsigned)i;
  for (int i = 34; i > 24; i--) factorial /= (unsigned)i;
  printf("%016llx%016llx\n", (unsigned long long)(factorial >> 64), (unsigned long long)factorial);
  return 0;
}
