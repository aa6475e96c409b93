#include "runtime.h"

#pragma GCC target("arch=armv8.1-a")
#include <arm_neon.h>

/* Saturating arithmetic, the rounding doubling products of FEAT_RDM, shifts by a register, FPSR.QC. */
static uint64_t saturated(void) {
  uint64_t value;
  __asm__ volatile("mrs %0, fpsr\n msr fpsr, xzr" : "=r"(value) : : "memory");
  return value >> 27 & 1;
}

static void show(const char *name, int16x8_t v) {
  int16_t out[8];
  vst1q_s16(out, v);
  printf("%-8s", name);
  for (int i = 0; i < 8; i++) printf(" %6d", out[i]);
  printf(" %llu\n", (unsigned long long)saturated());
}

int main(void) {
  static const int16_t raw[24] = {32767, -32768, 1, -1, 20000, -20000, 300, -32768, -32768, -32768, 32767, -1,
                                  20000, 17, -300, 1, 3, -3, 15, -15, 16, -16, 1, 0};
  int16x8_t a = vld1q_s16(raw), b = vld1q_s16(raw + 8), shift = vld1q_s16(raw + 16);
  saturated();
  show("add", vqaddq_s16(a, b));
  show("sub", vqsubq_s16(a, b));
  show("dmulh", vqdmulhq_s16(a, b));
  show("rdmulh", vqrdmulhq_s16(a, b));
  show("rdmlah", vqrdmlahq_s16(a, b, a));
  show("rdmlsh", vqrdmlshq_s16(a, b, a));
  show("lane", vqrdmlahq_laneq_s16(b, a, b, 1));
  show("neg", vqnegq_s16(a));
  show("abs", vqabsq_s16(b));
  show("qshl", vqshlq_s16(a, shift));
  show("qrshl", vqrshlq_s16(a, shift));
  show("rshl", vrshlq_s16(a, shift));
  show("sshl", vshlq_s16(a, shift));
  show("uqshl", vreinterpretq_s16_u16(vqshlq_u16(vreinterpretq_u16_s16(a), shift)));
  show("shlu", vreinterpretq_s16_u16(vqshluq_n_s16(a, 3)));
  show("suqadd", vuqaddq_s16(a, vreinterpretq_u16_s16(b)));
  show("usqadd", vreinterpretq_s16_u16(vsqaddq_u16(vreinterpretq_u16_s16(a), b)));
  int32x4_t wide = vqdmlal_s16(vdupq_n_s32(0x7fffff00), vget_low_s16(a), vget_low_s16(b));
  wide = vqdmlsl_high_laneq_s16(wide, a, b, 0);
  show("narrow", vqmovn_high_s32(vqmovn_s32(wide), wide));
  show("shrn", vqrshrn_high_n_s32(vqrshrn_n_s32(wide, 12), wide, 16));
  show("shrun", vreinterpretq_s16_u16(vqshrun_high_n_s32(vqrshrun_n_s32(wide, 1), wide, 15)));
  show("hadd", vhaddq_s16(a, b));
  show("rhadd", vrhaddq_s16(a, b));
  show("hsub", vhsubq_s16(a, b));
  show("sli", vsliq_n_s16(a, b, 5));
  show("sri", vsriq_n_s16(a, b, 5));
  printf("%d %d %lld %llu\n", vqaddh_s16(32767, 1), vqdmulhh_s16(-32768, -32768),
         (long long)vqshld_s64(1ll << 40, 30), (unsigned long long)saturated());
  return 0;
}
