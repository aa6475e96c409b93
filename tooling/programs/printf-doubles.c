#include "runtime.h"

int main(void) {
  double values[] = {0.0, -0.0, 1.0, 0.1, 2.5, 3.5, 1e-5, 123456789.987654321, 1e22, 1.7976931348623157e308,
                     0.5, 1.5, -1.25, 99.995, 1e15 + 0.3};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
    printf("%.0f %.1f %.3f %f %+.10f %20.2f|\n", values[i], values[i], values[i], values[i], values[i], values[i]);
  volatile double zero = 0.0;
  printf("%f %f %f\n", 1.0 / zero, -1.0 / zero, 5e-324 / 2);
  printf("%.330f\n%.330f\n", 2.2250738585072014e-308, 5e-324);
  printf("%.60f\n%.30f\n", 0.1, 1.0 / 3.0);
  return 0;
}
