#include "runtime.h"

static double sine(double x) {
  double term = x, sum = x;
  for (int n = 1; n < 20; n++) term *= -x * x / ((2 * n) * (2 * n + 1)), sum += term;
  return sum;
}

static double exponential(double x) {
  double term = 1, sum = 1;
  for (int n = 1; n < 40; n++) term *= x / n, sum += term;
  return sum;
}

int main(void) {
  for (int i = -4; i <= 4; i++) printf("%.15f %.15f\n", sine(i * 0.5), exponential(i * 0.75));
  double pi = 0;
  for (int k = 0; k < 12; k++) {
    double scale = 1;
    for (int n = 0; n < k; n++) scale /= 16;
    pi += scale * (4.0 / (8 * k + 1) - 2.0 / (8 * k + 4) - 1.0 / (8 * k + 5) - 1.0 / (8 * k + 6));
  }
  printf("%.15f\n", pi);
  return 0;
}
