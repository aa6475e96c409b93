#include "runtime.h"

#pragma GCC target("+crypto")
#include <arm_neon.h>

/* AES by instructions, against AES by arithmetic in GF(2^8). */
static uint8_t sbox[256], inverse_sbox[256];

static uint8_t multiply(uint8_t a, uint8_t b) {
  uint8_t product = 0;
  for (; b != 0; b >>= 1) {
    if (b & 1) product ^= a;
    a = (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1b : 0));
  }
  return product;
}

static void make_sbox(void) {
  for (int value = 0; value < 256; value++) {
    uint8_t inverse = 0;
    for (int other = 1; other < 256 && inverse == 0; other++)
      if (multiply((uint8_t)value, (uint8_t)other) == 1) inverse = (uint8_t)other;
    uint8_t result = 0x63;
    for (int bit = 0; bit < 5; bit++) result ^= (uint8_t)(inverse << bit | inverse >> (8 - bit));
    sbox[value] = result;
    inverse_sbox[result] = (uint8_t)value;
  }
}

static int expand(const uint8_t *key, int words, uint8_t round_keys[15][16]) {
  int rounds = words + 6;
  uint8_t *out = round_keys[0], constant = 1;
  memcpy(out, key, (size_t)words * 4);
  for (int i = words; i < 4 * (rounds + 1); i++) {
    uint8_t word[4];
    memcpy(word, out + 4 * (i - 1), 4);
    if (i % words == 0) {
      uint8_t first = word[0];
      for (int k = 0; k < 3; k++) word[k] = sbox[word[k + 1]];
      word[3] = sbox[first];
      word[0] ^= constant;
      constant = multiply(constant, 2);
    } else if (words > 6 && i % words == 4) {
      for (int k = 0; k < 4; k++) word[k] = sbox[word[k]];
    }
    for (int k = 0; k < 4; k++) out[4 * i + k] = out[4 * (i - words) + k] ^ word[k];
  }
  return rounds;
}

static uint8x16_t encrypt(uint8x16_t block, uint8_t keys[15][16], int rounds) {
  for (int i = 0; i < rounds - 1; i++) block = vaesmcq_u8(vaeseq_u8(block, vld1q_u8(keys[i])));
  return veorq_u8(vaeseq_u8(block, vld1q_u8(keys[rounds - 1])), vld1q_u8(keys[rounds]));
}

static uint8x16_t decrypt(uint8x16_t block, uint8_t keys[15][16], int rounds) {
  block = vaesdq_u8(block, vld1q_u8(keys[rounds]));
  for (int i = rounds - 1; i > 0; i--) block = vaesdq_u8(vaesimcq_u8(block), vaesimcq_u8(vld1q_u8(keys[i])));
  return veorq_u8(block, vld1q_u8(keys[0]));
}

static void encrypt_slowly(uint8_t state[16], uint8_t keys[15][16], int rounds) {
  for (int i = 0; i < 16; i++) state[i] ^= keys[0][i];
  for (int round = 1; round <= rounds; round++) {
    uint8_t shifted[16], mixed[16];
    for (int i = 0; i < 16; i++) shifted[i] = sbox[state[(i + 4 * (i % 4)) % 16]];
    for (int i = 0; i < 16; i++) {
      int column = i & ~3;
      mixed[i] = multiply(shifted[i], 2) ^ multiply(shifted[column + (i + 1) % 4], 3) ^
                 shifted[column + (i + 2) % 4] ^ shifted[column + (i + 3) % 4];
    }
    for (int i = 0; i < 16; i++) state[i] = (round < rounds ? mixed[i] : shifted[i]) ^ keys[round][i];
  }
}

static void show(const char *name, const uint8_t *bytes) {
  printf("%s ", name);
  for (int i = 0; i < 16; i++) printf("%02x", bytes[i]);
  putchar('\n');
}

int main(void) {
  make_sbox();
  int differences = 0;
  for (int words = 4; words <= 8; words += 2) {
    uint8_t key[32], keys[15][16], block[16], again[16], slow[16];
    for (int i = 0; i < 32; i++) key[i] = (uint8_t)i;
    for (int i = 0; i < 16; i++) block[i] = (uint8_t)(i * 0x11);
    int rounds = expand(key, words, keys);
    memcpy(slow, block, 16);
    encrypt_slowly(slow, keys, rounds);
    uint8x16_t result = encrypt(vld1q_u8(block), keys, rounds);
    vst1q_u8(block, result);
    vst1q_u8(again, decrypt(result, keys, rounds));
    show("encrypted", block);
    show("decrypted", again);
    differences += memcmp(block, slow, 16) != 0;
    /* Counter mode over many blocks. */
    uint8_t counter[16] = {0}, sum[16] = {0};
    for (int i = 0; i < 100; i++) {
      counter[15] = (uint8_t)i;
      vst1q_u8(block, encrypt(vld1q_u8(counter), keys, rounds));
      for (int k = 0; k < 16; k++) sum[k] = (uint8_t)(sum[k] * 3 + block[k]);
    }
    show("counter mode", sum);
  }
  return differences;
}
