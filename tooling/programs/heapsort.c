#include "runtime.h"

enum { COUNT = 1000 };

static void sift(double *a, int from, int count) {
  for (int child; (child = 2 * from + 1) < count; from = child) {
    if (child + 1 < count && a[child + 1] > a[child]) child++;
    if (a[from] >= a[child]) return;
    double t = a[from];
    a[from] = a[child];
    a[child] = t;
  }
}

int main(void) {
  static double a[COUNT];
  uint32_t seed = 3;
  for (int i = 0; i < COUNT; i++) a[i] = (double)(int)random32(&seed) / 1024.0;
  for (int i = COUNT / 2; i-- > 0;) sift(a, i, COUNT);
  for (int n = COUNT; n-- > 1;) {
    double t = a[0];
    a[0] = a[n];
    a[n] = t;
    sift(a, 0, n);
  }
  for (int i = 0; i < COUNT; i += 111) printf("%.4f\n", a[i]);
  return 0;
}
