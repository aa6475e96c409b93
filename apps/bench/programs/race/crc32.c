/* CRC-32 (IEEE 802.3) by table: a byte at a time, and eight bytes at a time. */
#include "race.h"

enum { SIZE = 1 << 20 };

static uint32_t table[8][256];

static void make_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
    table[0][byte] = crc;
  }
  for (int slice = 1; slice < 8; slice++) {
    for (int byte = 0; byte < 256; byte++) {
      uint32_t before = table[slice - 1][byte];
      table[slice][byte] = (before >> 8) ^ table[0][before & 255];
    }
  }
}

static uint32_t by_bytes(uint32_t crc, const unsigned char *data, size_t size) {
  crc = ~crc;
  for (size_t i = 0; i < size; i++) crc = (crc >> 8) ^ table[0][(crc ^ data[i]) & 255];
  return ~crc;
}

static uint32_t by_words(uint32_t crc, const unsigned char *data, size_t size) {
  crc = ~crc;
  for (; size >= 8; data += 8, size -= 8) {
    uint32_t low, high;
    memcpy(&low, data, 4);
    memcpy(&high, data + 4, 4);
    low ^= crc;
    crc = table[7][low & 255] ^ table[6][(low >> 8) & 255] ^ table[5][(low >> 16) & 255] ^ table[4][low >> 24] ^
          table[3][high & 255] ^ table[2][(high >> 8) & 255] ^ table[1][(high >> 16) & 255] ^ table[0][high >> 24];
  }
  return by_bytes(~crc, data, size);
}

int main(int argc, char **argv) {
  static unsigned char data[SIZE];
  uint64_t state = 5, sum = DIGEST_START;
  make_table();
  if (by_bytes(0, (const unsigned char *)"123456789", 9) != 0xcbf43926u) fail("wrong check value");
  for (size_t i = 0; i < SIZE; i++) data[i] = (unsigned char)random32(&state);
  uint32_t crc = 0;
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    size_t quarter = SIZE / 4, from = round % 7;
    uint32_t quick = by_words(crc, data + from, SIZE - from);
    if (by_bytes(crc, data, quarter) != by_words(crc, data, quarter)) fail("the two ways differ");
    crc = quick;
    sum = digest(sum, crc);
  }
  return report(sum);
}
