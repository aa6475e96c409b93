#include "runtime.h"

enum { N = 8 };

int main(void) {
  double a[N][N + 1];
  uint32_t seed = 17;
  for (int i = 0; i < N; i++)
    for (int k = 0; k <= N; k++) a[i][k] = (double)(random32(&seed) % 2000) / 100.0 - 10.0;
  for (int p = 0; p < N; p++) {
    int best = p;
    for (int i = p + 1; i < N; i++)
      if (__builtin_fabs(a[i][p]) > __builtin_fabs(a[best][p])) best = i;
    for (int k = 0; k <= N; k++) {
      double t = a[p][k];
      a[p][k] = a[best][k];
      a[best][k] = t;
    }
    for (int i = 0; i < N; i++) {
      if (i == p) continue;
      double factor = a[i][p] / a[p][p];
      for (int k = p; k <= N; k++) a[i][k] -= factor * a[p][k];
    }
  }
  for (int i = 0; i < N; i++) printf("%.12f\n", a[i][N] / a[i][i]);
  return 0;
}
