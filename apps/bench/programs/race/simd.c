/* Work on vectors: a picture mixed, thresholded and summed with NEON intrinsics, and the C library's string functions. */
#include <arm_neon.h>

#include "race.h"

enum { SIZE = 64 * 1024 };

static uint8_t front[SIZE], back[SIZE], mixed[SIZE + 16], copy[SIZE + 16];

/* mixed = (front * weight + back * (255 - weight)) / 256, rounded. */
static void mix(uint8_t weight) {
  uint8x8_t w = vdup_n_u8(weight), rest = vdup_n_u8((uint8_t)(255 - weight));
  for (int i = 0; i < SIZE; i += 16) {
    uint8x16_t f = vld1q_u8(front + i), b = vld1q_u8(back + i);
    uint16x8_t low = vmlal_u8(vmull_u8(vget_low_u8(f), w), vget_low_u8(b), rest);
    uint16x8_t high = vmlal_u8(vmull_u8(vget_high_u8(f), w), vget_high_u8(b), rest);
    vst1q_u8(mixed + i, vcombine_u8(vrshrn_n_u16(low, 8), vrshrn_n_u16(high, 8)));
  }
}

/* How many bytes are above a threshold; those that are not become 1, so that strlen finds an end where we put it. */
static uint64_t threshold(uint8_t least) {
  uint8x16_t limit = vdupq_n_u8(least), one = vdupq_n_u8(1);
  uint64x2_t count = vdupq_n_u64(0);
  for (int i = 0; i < SIZE; i += 16) {
    uint8x16_t value = vld1q_u8(mixed + i), above = vcgtq_u8(value, limit);
    count = vpadalq_u32(count, vpaddlq_u16(vpaddlq_u8(vandq_u8(above, one))));
    vst1q_u8(mixed + i, vbslq_u8(above, value, one));
  }
  return vgetq_lane_u64(count, 0) + vgetq_lane_u64(count, 1);
}

/* Sum of absolute differences. */
static uint64_t difference(const uint8_t *one, const uint8_t *other) {
  uint32x4_t sum = vdupq_n_u32(0);
  for (int i = 0; i < SIZE; i += 16) {
    sum = vpadalq_u16(sum, vpaddlq_u8(vabdq_u8(vld1q_u8(one + i), vld1q_u8(other + i))));
  }
  return vaddvq_u32(sum);
}

/* Red, green and blue apart, and together in another order. */
static void swap_channels(uint8_t *pixels) {
  for (int i = 0; i + 48 <= SIZE; i += 48) {
    uint8x16x3_t pixel = vld3q_u8(pixels + i);
    uint8x16_t red = pixel.val[0];
    pixel.val[0] = veorq_u8(pixel.val[2], vextq_u8(red, red, 1));
    pixel.val[2] = vrev64q_u8(red);
    vst3q_u8(pixels + i, pixel);
  }
}

/* The library's memcpy, memset, memcmp, memchr and strlen, of all sizes and alignments. */
static uint64_t library(uint64_t sum, uint64_t *state) {
  for (int i = 0; i < 64; i++) {
    size_t from = random_below(state, 64), size = 1 + random_below(state, SIZE / 16), to = random_below(state, 16);
    memcpy(copy + to, mixed + from, size);
    copy[to + size] = 0;
    size_t length = strlen((const char *)copy + to);
    const uint8_t *found = memchr(copy + to, 200 + (int)random_below(state, 56), size);
    if (memcmp(copy + to, mixed + from, length) != 0) fail("the copy differs");
    memset(copy + to, (int)size & 255, size / 2);
    sum = digest(sum, length + (found == NULL ? 0 : (uint64_t)(found - copy)));
  }
  return sum;
}

int main(int argc, char **argv) {
  uint64_t state = 29, sum = DIGEST_START;
  for (int i = 0; i < SIZE; i++) {
    front[i] = (uint8_t)random32(&state);
    back[i] = (uint8_t)(i / 256);
  }
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    mix((uint8_t)(round * 7));
    sum = digest(sum, threshold((uint8_t)(40 + round % 64)));
    sum = digest(sum, difference(front, mixed));
    swap_channels(front);
    sum = library(sum, &state);
  }
  return report(sum);
}
