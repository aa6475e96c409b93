#include "runtime.h"

#pragma GCC target("+crc")
#include <arm_acle.h>

static uint32_t bit_by_bit(uint32_t crc, const uint8_t *bytes, size_t size, uint32_t polynomial) {
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
  }
  return crc;
}

int main(void) {
  static uint8_t bytes[4096];
  uint32_t seed = 32;
  for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)random32(&seed);
  int differences = 0;
  for (size_t size = 1; size <= sizeof bytes; size = size * 2 + 1) {
    uint32_t ieee = ~0u, castagnoli = ~0u;
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
      uint64_t word;
      memcpy(&word, bytes + at, 8);
      ieee = __crc32d(ieee, word);
      castagnoli = __crc32cd(castagnoli, word);
    }
    if (size & 4) {
      uint32_t word;
      memcpy(&word, bytes + at, 4);
      ieee = __crc32w(ieee, word);
      castagnoli = __crc32cw(castagnoli, word);
      at += 4;
    }
    if (size & 2) {
      uint16_t word;
      memcpy(&word, bytes + at, 2);
      ieee = __crc32h(ieee, word);
      castagnoli = __crc32ch(castagnoli, word);
      at += 2;
    }
    if (size & 1) {
      ieee = __crc32b(ieee, bytes[at]);
      castagnoli = __crc32cb(castagnoli, bytes[at]);
    }
    printf("%4zu %08x %08x\n", size, ~ieee, ~castagnoli);
    differences += ieee != bit_by_bit(~0u, bytes, size, 0xedb88320);
    differences += castagnoli != bit_by_bit(~0u, bytes, size, 0x82f63b78);
  }
  return differences;
}
