#include "runtime.h"

int main(void) {
  unsigned char *a = malloc(5000), *b = malloc(5000);
  uint32_t seed = 64, checksum = 0;
  for (int i = 0; i < 5000; i++) a[i] = (unsigned char)random32(&seed), b[i] = 0;
  for (int i = 0; i < 120; i++) {
    size_t from = random32(&seed) % 4000, to = random32(&seed) % 4000, size = random32(&seed) % 300;
    memcpy(b + to, a + from, size);
    memmove(a + to, a + from, size);
    memset(b + from, i, size / 4);
  }
  for (int i = 0; i < 5000; i++) checksum = checksum * 31 + a[i] * 3u + b[i];
  uint64_t unaligned;
  memcpy(&unaligned, a + 3, 8);
  printf("%08x %016llx %d\n", checksum, (unsigned long long)unaligned, memcmp(a, b, 5000) != 0);
  return 0;
}
