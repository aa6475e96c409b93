#include "runtime.h"

#pragma GCC target("arch=armv8.2-a+bf16")
#include <arm_neon.h>

/* Products of bfloat16, and conversions to it. */
static void show(const char *name, float32x4_t v) {
  uint32_t out[4];
  vst1q_u32(out, vreinterpretq_u32_f32(v));
  printf("%-8s %08x %08x %08x %08x\n", name, out[0], out[1], out[2], out[3]);
}

int main(void) {
  uint32_t seed = 16;
  for (int turn = 0; turn < 4; turn++) {
    float values[16];
    for (int i = 0; i < 16; i++) {
      union { uint32_t u; float f; } as = {random32(&seed)};
      values[i] = turn == 3 ? as.f : (float)(int32_t)random32(&seed) / (float)(1 << (turn * 9 + i));
    }
    float32x4_t v[4];
    for (int i = 0; i < 4; i++) v[i] = vld1q_f32(values + 4 * i);
    bfloat16x8_t a = vcvtq_high_bf16_f32(vcvtq_low_bf16_f32(v[0]), v[1]);
    bfloat16x8_t b = vcvtq_high_bf16_f32(vcvtq_low_bf16_f32(v[2]), v[3]);
    show("wide", vcvtq_low_f32_bf16(a));
    if (turn < 3) {
      show("dot", vbfdotq_f32(v[0], a, b));
      show("lane", vbfdotq_laneq_f32(v[1], a, b, 2));
      show("matrix", vbfmmlaq_f32(v[2], a, b));
      show("bottom", vbfmlalbq_f32(v[3], a, b));
      show("top", vbfmlaltq_laneq_f32(v[0], a, b, 5));
    }
    union { bfloat16_t b; uint16_t u; } one = {vcvth_bf16_f32(values[turn])};
    printf("%04x\n", one.u);
  }
  return 0;
}
