#include "runtime.h"

int main(void) {
  double sum = 0;
  float small = 0;
  for (int i = 1; i <= 400; i++) {
    double x = i * 1.37;
    sum += __builtin_sqrt(x) / (x + 1);
    small += __builtin_sqrtf((float)i) * 0.125f;
    if (i % 80 == 0) printf("%.15f %.9f\n", sum, (double)small);
  }
  printf("%.12f %.12f %.12f %.12f\n", __builtin_floor(-2.5), __builtin_ceil(-2.5), __builtin_trunc(-2.5),
         __builtin_round(-2.5));
  return 0;
}
