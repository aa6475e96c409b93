#include "runtime.h"

#pragma GCC target("+crypto")
#include <arm_neon.h>

/* SHA-1 and SHA-256 by instructions. */
static uint32_t constants[64];

static uint32_t root_fraction(uint32_t n, int cube) {
  /* The first 32 bits behind the point of a root: the greatest x with x^2 or x^3 below n shifted. */
  uint64_t root = 0;
  for (int bit = 36; bit >= 0; bit--) {
    uint64_t next = root | 1ull << bit;
    unsigned __int128 square = (unsigned __int128)next * next;
    int below = cube ? square * next <= (unsigned __int128)n << 96 : square <= (unsigned __int128)n << 64;
    if (below) root = next;
  }
  return (uint32_t)root;
}

static void primes(uint32_t *squares, uint32_t *cubes) {
  int found = 0;
  for (uint32_t n = 2; found < 64; n++) {
    int prime = 1;
    for (uint32_t d = 2; d * d <= n; d++) prime &= n % d != 0;
    if (!prime) continue;
    if (found < 8) squares[found] = root_fraction(n, 0);
    cubes[found++] = root_fraction(n, 1);
  }
}

static void sha256_block(uint32_t state[8], const uint8_t *data) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4), words[4];
  for (int i = 0; i < 4; i++) words[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 16 * i)));
  for (int i = 0; i < 16; i++) {
    uint32x4_t sum = vaddq_u32(words[i & 3], vld1q_u32(constants + 4 * i)), before = abcd;
    abcd = vsha256hq_u32(abcd, efgh, sum);
    efgh = vsha256h2q_u32(efgh, before, sum);
    uint32x4_t half = vsha256su0q_u32(words[i & 3], words[(i + 1) & 3]);
    words[i & 3] = vsha256su1q_u32(half, words[(i + 2) & 3], words[(i + 3) & 3]);
  }
  vst1q_u32(state, vaddq_u32(vld1q_u32(state), abcd));
  vst1q_u32(state + 4, vaddq_u32(vld1q_u32(state + 4), efgh));
}

static void sha1_block(uint32_t state[5], const uint8_t *data) {
  static const uint32_t added[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
  uint32x4_t abcd = vld1q_u32(state), words[4];
  uint32_t e = state[4];
  for (int i = 0; i < 4; i++) words[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 16 * i)));
  for (int i = 0; i < 20; i++) {
    uint32x4_t sum = vaddq_u32(words[i & 3], vdupq_n_u32(added[i / 5]));
    uint32_t next = vsha1h_u32(vgetq_lane_u32(abcd, 0));
    abcd = i < 5                ? vsha1cq_u32(abcd, e, sum)
           : i / 5 == 2         ? vsha1mq_u32(abcd, e, sum)
                                : vsha1pq_u32(abcd, e, sum);
    e = next;
    uint32x4_t half = vsha1su0q_u32(words[i & 3], words[(i + 1) & 3], words[(i + 2) & 3]);
    words[i & 3] = vsha1su1q_u32(half, words[(i + 3) & 3]);
  }
  vst1q_u32(state, vaddq_u32(vld1q_u32(state), abcd));
  state[4] += e;
}

static void hash(const char *text, size_t length, const uint32_t *initial256) {
  static uint8_t padded[1088];
  uint32_t state[8], state1[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  size_t size = (length + 8) / 64 * 64 + 64;
  memset(padded, 0, size);
  memcpy(padded, text, length);
  padded[length] = 0x80;
  for (int i = 0; i < 8; i++) padded[size - 1 - (size_t)i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
  memcpy(state, initial256, sizeof state);
  for (size_t at = 0; at < size; at += 64) {
    sha256_block(state, padded + at);
    sha1_block(state1, padded + at);
  }
  for (int i = 0; i < 5; i++) printf("%08x", state1[i]);
  putchar(' ');
  for (int i = 0; i < 8; i++) printf("%08x", state[i]);
  putchar('\n');
}

int main(void) {
  uint32_t initial[8];
  primes(initial, constants);
  static char text[1000];
  memset(text, 'a', sizeof text);
  hash("", 0, initial);
  hash("abc", 3, initial);
  for (size_t length = 54; length <= sizeof text; length += length / 2) hash(text, length, initial);
  return 0;
}
