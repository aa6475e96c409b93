#include "runtime.h"

#pragma GCC target("arch=armv8.2-a+sha3")
#include <arm_neon.h>

/* SHA3-256 and SHAKE128 with EOR3, RAX1, XAR and BCAX, two states at once. */
static uint64x2_t rotate(uint64x2_t value, int by) {
  return vorrq_u64(vshlq_u64(value, vdupq_n_s64(by)), vshlq_u64(value, vdupq_n_s64(by - 64)));
}

static uint64_t next_constant(uint8_t *lfsr) {
  uint64_t constant = 0;
  for (int j = 0; j < 7; j++) {
    if (*lfsr & 1) constant ^= 1ull << ((1 << j) - 1);
    *lfsr = (uint8_t)(*lfsr << 1 ^ (*lfsr & 0x80 ? 0x71 : 0));
  }
  return constant;
}

static void keccak(uint64x2_t a[25]) {
  uint8_t lfsr = 1;
  for (int round = 0; round < 24; round++) {
    uint64x2_t c[5], d[5], b[25];
    for (int x = 0; x < 5; x++) c[x] = veor3q_u64(veor3q_u64(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
    for (int x = 0; x < 5; x++) d[x] = vrax1q_u64(c[(x + 4) % 5], c[(x + 1) % 5]);
    b[0] = veorq_u64(a[0], d[0]);
    for (int t = 0, x = 1, y = 0; t < 24; t++) {
      int to = y + 5 * ((2 * x + 3 * y) % 5), from = x + 5 * y, by = (t + 1) * (t + 2) / 2 % 64;
      /* The rotation of XAR is in the instruction: one of them is enough. */
      b[to] = by == 1 ? vxarq_u64(a[from], d[x], 63) : rotate(veorq_u64(a[from], d[x]), by);
      int next = (2 * x + 3 * y) % 5;
      x = y;
      y = next;
    }
    for (int i = 0; i < 25; i++) {
      int row = i / 5 * 5;
      a[i] = vbcaxq_u64(b[i], b[row + (i + 2) % 5], b[row + (i + 1) % 5]);
    }
    a[0] = veorq_u64(a[0], vdupq_n_u64(next_constant(&lfsr)));
  }
}

static void absorb(uint64x2_t a[25], int lane, const char *text, size_t length, size_t rate, uint8_t suffix) {
  static uint64_t words[2][25];
  uint8_t *bytes = (uint8_t *)words[lane];
  memset(bytes, 0, 200);
  memcpy(bytes, text, length);
  bytes[length] ^= suffix;
  bytes[rate - 1] ^= 0x80;
  for (int i = 0; i < 25; i++) a[i] = (uint64x2_t){words[0][i], words[1][i]};
}

int main(void) {
  uint64x2_t state[25];
  static const char *texts[] = {"", "abc", "The quick brown fox jumps over the lazy dog"};
  for (int i = 0; i < 3; i++) {
    absorb(state, 0, texts[i], strlen(texts[i]), 136, 6);
    absorb(state, 1, texts[i], strlen(texts[i]), 168, 0x1f);
    keccak(state);
    for (int lane = 0; lane < 2; lane++) {
      for (int word = 0; word < 4; word++) {
        uint64_t value = lane ? vgetq_lane_u64(state[word], 1) : vgetq_lane_u64(state[word], 0);
        for (int k = 0; k < 8; k++) printf("%02x", (unsigned)(value >> 8 * k & 255));
      }
      putchar(lane ? '\n' : ' ');
    }
  }
  for (int i = 0; i < 20; i++) keccak(state);
  printf("%016llx\n", (unsigned long long)vgetq_lane_u64(state[24], 1));
  return 0;
}
