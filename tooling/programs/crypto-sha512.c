#include "runtime.h"

#pragma GCC target("arch=armv8.2-a+sha3")
#include <arm_neon.h>

/* SHA-512 by instructions, with constants from the cube roots of primes. */
typedef unsigned __int128 wide;

/* Compares x^power with n * 2^(64 * power): is it no greater? x has 67 bits. */
static int no_greater(wide x, uint32_t n, int power) {
  uint32_t limbs[12] = {1};
  uint32_t factor[3] = {(uint32_t)x, (uint32_t)(x >> 32), (uint32_t)(x >> 64)};
  for (int p = 0; p < power; p++) {
    uint32_t product[12] = {0};
    for (int i = 0; i < 9; i++) {
      uint64_t carry = 0;
      for (int k = 0; k < 3; k++) {
        carry += (uint64_t)limbs[i] * factor[k] + product[i + k];
        product[i + k] = (uint32_t)carry;
        carry >>= 32;
      }
      if (i + 3 < 12) product[i + 3] = (uint32_t)carry;
    }
    memcpy(limbs, product, sizeof limbs);
  }
  int top = 2 * power;
  for (int i = 11; i > top; i--)
    if (limbs[i] != 0) return 0;
  if (limbs[top] != n) return limbs[top] < n;
  for (int i = 0; i < top; i++)
    if (limbs[i] != 0) return 0;
  return 1;
}

static uint64_t root_fraction(uint32_t n, int power) {
  wide root = 0;
  for (int bit = 68; bit >= 0; bit--)
    if (no_greater(root | (wide)1 << bit, n, power)) root |= (wide)1 << bit;
  return (uint64_t)root;
}

static uint64_t constants[80], initial[8];

static void rounds(uint64_t state[8], const uint8_t *data) {
  uint64x2_t words[8], s[4];
  for (int i = 0; i < 8; i++) words[i] = vreinterpretq_u64_u8(vrev64q_u8(vld1q_u8(data + 16 * i)));
  for (int i = 0; i < 4; i++) s[i] = vld1q_u64(state + 2 * i);
  for (int i = 0; i < 40; i++) {
    uint64x2_t word = words[i & 7];
    uint64x2_t sum = vaddq_u64(word, vld1q_u64(constants + 2 * i));
    sum = vaddq_u64(vextq_u64(sum, sum, 1), s[3]);
    uint64x2_t half = vsha512hq_u64(sum, vextq_u64(s[2], s[3], 1), vextq_u64(s[1], s[2], 1));
    uint64x2_t next = vsha512h2q_u64(half, s[1], s[0]);
    s[3] = s[2];
    s[2] = vaddq_u64(s[1], half);
    s[1] = s[0];
    s[0] = next;
    words[i & 7] = vsha512su1q_u64(vsha512su0q_u64(word, words[(i + 1) & 7]), words[(i + 7) & 7],
                                   vextq_u64(words[(i + 4) & 7], words[(i + 5) & 7], 1));
  }
  for (int i = 0; i < 4; i++) vst1q_u64(state + 2 * i, vaddq_u64(vld1q_u64(state + 2 * i), s[i]));
}

static void hash(const char *text, size_t length) {
  static uint8_t padded[1280];
  uint64_t state[8];
  size_t size = (length + 16) / 128 * 128 + 128;
  memset(padded, 0, size);
  memcpy(padded, text, length);
  padded[length] = 0x80;
  for (int i = 0; i < 8; i++) padded[size - 1 - (size_t)i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
  memcpy(state, initial, sizeof state);
  for (size_t at = 0; at < size; at += 128) rounds(state, padded + at);
  for (int i = 0; i < 8; i++) printf("%016llx", (unsigned long long)state[i]);
  putchar('\n');
}

int main(void) {
  int found = 0;
  for (uint32_t n = 2; found < 80; n++) {
    int prime = 1;
    for (uint32_t d = 2; d * d <= n; d++) prime &= n % d != 0;
    if (!prime) continue;
    if (found < 8) initial[found] = root_fraction(n, 2);
    constants[found++] = root_fraction(n, 3);
  }
  static char text[1000];
  for (int i = 0; i < 1000; i++) text[i] = (char)('a' + i % 26);
  hash("", 0);
  hash("abc", 3);
  hash(text, 111);
  hash(text, 112);
  hash(text, 1000);
  return 0;
}
