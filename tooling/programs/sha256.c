#include "runtime.h"

static uint32_t K[64];

static uint32_t ror(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* The constants are fractions of cube roots of primes: found here by integer search. */
static void constants(void) {
  int found = 0;
  for (uint64_t p = 2; found < 64; p++) {
    int prime = 1;
    for (uint64_t d = 2; d * d <= p; d++) prime &= p % d != 0;
    if (!prime) continue;
    unsigned __int128 target = (unsigned __int128)p << 96;
    uint64_t root = 0;
    for (int bit = 35; bit >= 0; bit--) {
      unsigned __int128 x = root | 1ull << bit;
      if (x * x * x <= target) root = (uint64_t)x;
    }
    K[found++] = (uint32_t)root;
  }
}

static void block(uint32_t *h, const unsigned char *p) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
  for (int i = 16; i < 64; i++)
    w[i] = w[i - 16] + (ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
           (ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10);
  memcpy(s, h, sizeof s);
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = s[7] + (ror(s[4], 6) ^ ror(s[4], 11) ^ ror(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
    uint32_t t2 = (ror(s[0], 2) ^ ror(s[0], 13) ^ ror(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) h[i] += s[i];
}

int main(void) {
  constants();
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  unsigned char message[64] = {'a', 'b', 'c', 0x80};
  message[63] = 24;
  block(h, message);
  for (int i = 0; i < 8; i++) printf("%08x", h[i]);
  printf("\n");
  return h[0] != 0xba7816bf;
}
