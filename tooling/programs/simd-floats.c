#include "runtime.h"

#include <arm_neon.h>

int main(void) {
  float values[32];
  for (int i = 0; i < 32; i++) values[i] = (float)(i * i - 100) / 7.0f;
  float32x4_t sum = vdupq_n_f32(0), most = vdupq_n_f32(-1e9f);
  for (int i = 0; i < 32; i += 4) {
    float32x4_t v = vld1q_f32(values + i);
    sum = vfmaq_f32(sum, v, vabsq_f32(v));
    most = vmaxq_f32(most, vdivq_f32(v, vaddq_f32(vsqrtq_f32(vabsq_f32(v)), vdupq_n_f32(1))));
  }
  printf("%.6f %.6f %.6f\n", (double)vaddvq_f32(sum), (double)vmaxvq_f32(most), (double)vgetq_lane_f32(sum, 2));
  int32x4_t whole = vcvtq_s32_f32(vld1q_f32(values + 8));
  printf("%d %d %d %d\n", vgetq_lane_s32(whole, 0), vgetq_lane_s32(whole, 1), vgetq_lane_s32(whole, 2),
         vgetq_lane_s32(whole, 3));
  float64x2_t wide = vcvt_f64_f32(vget_low_f32(sum));
  printf("%.9f %.9f\n", vgetq_lane_f64(wide, 0), vaddvq_f64(vrndaq_f64(wide)));
  return 0;
}
