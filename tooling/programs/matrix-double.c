#include "runtime.h"

enum { N = 12 };

int main(void) {
  static double a[N][N], b[N][N], c[N][N];
  for (int i = 0; i < N; i++)
    for (int k = 0; k < N; k++) a[i][k] = 1.0 / (i + k + 1), b[i][k] = (i - k) * 0.25 + (i == k);
  for (int i = 0; i < N; i++)
    for (int k = 0; k < N; k++)
      for (int m = 0; m < N; m++) c[i][k] += a[i][m] * b[m][k];
  for (int i = 0; i < N; i += 3) {
    for (int k = 0; k < N; k += 3) printf("%14.10f", c[i][k]);
    printf("\n");
  }
  return 0;
}
