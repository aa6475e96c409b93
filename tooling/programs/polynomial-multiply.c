#include "runtime.h"

#pragma GCC target("+crypto")
#include <arm_neon.h>

/* GHASH of GCM with PMULL, against a bit at a time; products of bytes with the 8-bit PMUL. */
struct block { uint64_t high, low; };

static struct block slowly(struct block x, struct block y) {
  struct block z = {0, 0};
  for (int i = 0; i < 128; i++) {
    if ((i < 64 ? x.high >> (63 - i) : x.low >> (127 - i)) & 1) z.high ^= y.high, z.low ^= y.low;
    uint64_t out = y.low & 1;
    y.low = y.low >> 1 | y.high << 63;
    y.high = y.high >> 1 ^ (out ? 0xe1ull << 56 : 0);
  }
  return z;
}

static uint64x2_t product(uint64_t a, uint64_t b) {
  return vreinterpretq_u64_p128(vmull_p64((poly64_t)a, (poly64_t)b));
}

static uint64_t reverse(uint64_t x) {
  return vget_lane_u64(vreinterpret_u64_u8(vrev64_u8(vrbit_u8(vcreate_u8(x)))), 0);
}

static struct block quickly(struct block x, struct block y) {
  uint64_t a0 = reverse(x.high), a1 = reverse(x.low), b0 = reverse(y.high), b1 = reverse(y.low);
  uint64x2_t low = product(a0, b0), high = product(a1, b1);
  uint64x2_t middle = veorq_u64(product(a0 ^ a1, b0 ^ b1), veorq_u64(low, high));
  uint64_t w[4] = {vgetq_lane_u64(low, 0), vgetq_lane_u64(low, 1) ^ vgetq_lane_u64(middle, 0),
                   vgetq_lane_u64(high, 0) ^ vgetq_lane_u64(middle, 1), vgetq_lane_u64(high, 1)};
  /* x^128 = x^7 + x^2 + x + 1. */
  uint64x2_t fold = product(w[3], 0x87);
  w[1] ^= vgetq_lane_u64(fold, 0);
  w[2] ^= vgetq_lane_u64(fold, 1);
  fold = product(w[2], 0x87);
  w[0] ^= vgetq_lane_u64(fold, 0);
  w[1] ^= vgetq_lane_u64(fold, 1);
  return (struct block){reverse(w[0]), reverse(w[1])};
}

int main(void) {
  struct block h = {0x66e94bd4ef8a2c3b, 0x884cfa59ca342b2e}, y = {0x0388dace60b6a392, 0xf328c2b971b2fe78}, slow = y;
  int differences = 0;
  for (int i = 0; i < 40; i++) {
    y = quickly(y, h);
    slow = slowly(slow, h);
    differences += y.high != slow.high || y.low != slow.low;
    if (i == 0 || i == 39) printf("%016llx%016llx\n", (unsigned long long)y.high, (unsigned long long)y.low);
  }
  poly8x16_t bytes = vreinterpretq_p8_u64((uint64x2_t){y.high, y.low});
  poly16x8_t wide = vmull_high_p8(bytes, vmulq_p8(bytes, vdupq_n_p8(0x1b)));
  uint16_t out[8];
  vst1q_u16(out, vreinterpretq_u16_p16(wide));
  for (int i = 0; i < 8; i++) printf("%04x ", out[i]);
  putchar('\n');
  return differences;
}
