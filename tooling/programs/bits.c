#include "runtime.h"

int main(void) {
  uint32_t seed = 99;
  unsigned leading = 0, trailing = 0, ones = 0, parity = 0;
  uint64_t swapped = 0, rotated = 0;
  for (int i = 1; i < 1500; i++) {
    uint64_t x = ((uint64_t)random32(&seed) << 32 | random32(&seed)) >> (i % 61) | 1ull << (i % 64);
    leading += (unsigned)__builtin_clzll(x);
    trailing += (unsigned)__builtin_ctzll(x);
    ones += (unsigned)__builtin_popcountll(x);
    parity += (unsigned)__builtin_parityll(x);
    swapped ^= __builtin_bswap64(x) + __builtin_bswap32((uint32_t)x);
    rotated += x << (i % 63 + 1) | x >> (63 - i % 63);
  }
  printf("%u %u %u %u %llx %llx\n", leading, trailing, ones, parity, (unsigned long long)swapped,
         (unsigned long long)rotated);
  return 0;
}
