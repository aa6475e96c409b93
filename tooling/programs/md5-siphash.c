#include "runtime.h"

/* MD5, its constants from the sine by its series; SipHash-2-4; FNV and a rolling sum. */
static uint32_t rotate(uint32_t x, int by) { return x << by | x >> (32 - by); }
static uint64_t rotate64(uint64_t x, int by) { return x << by | x >> (64 - by); }

static double sine(double x) {
  while (x > 3.14159265358979312) x -= 6.28318530717958623;
  double term = x, sum = x;
  for (int i = 1; i < 16; i++) sum += term *= -x * x / (double)(2 * i * (2 * i + 1));
  return sum;
}

static void md5(const char *text, size_t length) {
  static const uint8_t shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  static uint8_t data[192];
  uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  size_t size = (length + 8) / 64 * 64 + 64;
  memset(data, 0, sizeof data);
  memcpy(data, text, length);
  data[length] = 0x80;
  data[size - 8] = (uint8_t)(length * 8), data[size - 7] = (uint8_t)(length * 8 >> 8);
  for (size_t at = 0; at < size; at += 64) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], words[16];
    memcpy(words, data + at, 64);
    for (int i = 0; i < 64; i++) {
      int round = i / 16, word[4] = {i, 5 * i + 1, 3 * i + 5, 7 * i};
      uint32_t f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (d & b) | (~d & c) : round == 2 ? b ^ c ^ d : c ^ (b | ~d);
      double constant = sine(i + 1) * 4294967296.0;
      f += a + (uint32_t)(int64_t)(constant < 0 ? -constant : constant) + words[word[round] % 16];
      a = d, d = c, c = b;
      b += rotate(f, shifts[round][i % 4]);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  }
  const uint8_t *bytes = (const uint8_t *)state;
  for (int i = 0; i < 16; i++) printf("%02x", bytes[i]);
  putchar('\n');
}

static uint64_t siphash(const uint8_t *data, size_t length) {
  const uint64_t k0 = 0x0706050403020100, k1 = 0x0f0e0d0c0b0a0908;
  uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};
  for (size_t at = 0; at <= length + 8; at += 8) {
    uint64_t word = 0;
    int last = at + 8 > length, rounds = at > length ? 4 : 2;
    if (at <= length) {
      for (size_t i = at; i < length && i < at + 8; i++) word |= (uint64_t)data[i] << 8 * (i - at);
      if (last) word |= (uint64_t)length << 56;
      v[3] ^= word;
    } else {
      v[2] ^= 0xff;
    }
    for (int i = 0; i < rounds; i++) {
      v[0] += v[1], v[1] = rotate64(v[1], 13) ^ v[0], v[0] = rotate64(v[0], 32);
      v[2] += v[3], v[3] = rotate64(v[3], 16) ^ v[2];
      v[0] += v[3], v[3] = rotate64(v[3], 21) ^ v[0];
      v[2] += v[1], v[1] = rotate64(v[1], 17) ^ v[2], v[2] = rotate64(v[2], 32);
    }
    v[0] ^= word;
    if (at > length) break;
  }
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int main(void) {
  md5("", 0);
  md5("abc", 3);
  md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890", 80);
  uint8_t data[64];
  for (int i = 0; i < 64; i++) data[i] = (uint8_t)i;
  for (size_t length = 0; length < 64; length += 5) printf("%016llx\n", (unsigned long long)siphash(data, length));
  printf("%016llx\n", (unsigned long long)siphash(data, 15));
  return 0;
}
