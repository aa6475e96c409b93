#include "runtime.h"

#pragma GCC target("arch=armv8.2-a+sm4")
#include <arm_neon.h>

/* SM4 and SM3 of GB/T 32907 and 32905 by instructions. */
static void sm4(void) {
  static const uint32_t system[4] = {0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc};
  static const uint32_t text[4] = {0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210};
  uint32x4_t key = veorq_u32(vld1q_u32(text), vld1q_u32(system)), keys[8];
  for (uint32_t i = 0; i < 8; i++) {
    uint32_t constants[4];
    for (uint32_t k = 0; k < 4; k++) {
      constants[k] = 0;
      for (uint32_t byte = 0; byte < 4; byte++) constants[k] = constants[k] << 8 | ((4 * i + k) * 4 + byte) * 7 % 256;
    }
    keys[i] = key = vsm4ekeyq_u32(key, vld1q_u32(constants));
  }
  uint32x4_t block = vld1q_u32(text);
  for (int i = 0; i < 1000; i++) {
    for (int k = 0; k < 8; k++) block = vsm4eq_u32(block, keys[k]);
    uint32x4_t pairs = vrev64q_u32(block);
    block = vextq_u32(pairs, pairs, 2);
    if (i != 0 && i != 999) continue;
    printf("%08x %08x %08x %08x\n", vgetq_lane_u32(block, 0), vgetq_lane_u32(block, 1), vgetq_lane_u32(block, 2),
           vgetq_lane_u32(block, 3));
  }
}

/* Every SM3 instruction over numbers that depend on all that went before. */
static void sm3(void) {
  uint32_t seed = 3;
  uint32x4_t v[4];
  for (int i = 0; i < 4; i++) {
    uint32_t words[4];
    for (int k = 0; k < 4; k++) words[k] = random32(&seed);
    v[i] = vld1q_u32(words);
  }
  for (int i = 0; i < 50; i++) {
    v[3] = vsm3ss1q_u32(v[0], v[1], v[2]);
    v[0] = vsm3tt1aq_u32(v[0], v[3], v[1], 0);
    v[0] = vsm3tt1bq_u32(v[0], v[3], v[2], 1);
    v[1] = vsm3tt2aq_u32(v[1], v[3], v[0], 2);
    v[1] = vsm3tt2bq_u32(v[1], v[3], v[2], 3);
    v[2] = vsm3partw1q_u32(v[2], v[0], v[1]);
    v[2] = vsm3partw2q_u32(v[2], v[1], v[3]);
  }
  for (int i = 0; i < 4; i++) printf("%08x %08x\n", vgetq_lane_u32(v[i], 0), vaddvq_u32(v[i]));
}

int main(void) {
  sm4();
  sm3();
  return 0;
}
