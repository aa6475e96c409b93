#include "runtime.h"

int main(void) {
  static uint32_t table[256];
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
    table[i] = c;
  }
  uint32_t seed = 8, crc = ~0u;
  for (int i = 0; i < 4000; i++) crc = table[(crc ^ random32(&seed)) & 0xff] ^ crc >> 8;
  printf("%08x\n", ~crc);
  crc = ~0u;
  for (const char *p = "123456789"; *p; p++) crc = table[(crc ^ (unsigned char)*p) & 0xff] ^ crc >> 8;
  printf("%08x\n", ~crc);
  return 0;
}
