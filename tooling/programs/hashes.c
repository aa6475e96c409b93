#include "runtime.h"

int main(void) {
  uint64_t fnv = 0xcbf29ce484222325ull;
  uint32_t djb = 5381, a = 1, b = 0, murmur = 0x9747b28c, seed = 31;
  for (int i = 0; i < 3000; i++) {
    unsigned char byte = (unsigned char)random32(&seed);
    fnv = (fnv ^ byte) * 0x100000001b3ull;
    djb = djb * 33 + byte;
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
    uint32_t k = byte * 0xcc9e2d51u;
    k = (k << 15 | k >> 17) * 0x1b873593u;
    murmur ^= k;
    murmur = (murmur << 13 | murmur >> 19) * 5 + 0xe6546b64u;
  }
  printf("%016llx %08x %08x %08x\n", (unsigned long long)fnv, djb, b << 16 | a, murmur);
  return 0;
}
