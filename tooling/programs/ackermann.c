#include "runtime.h"

static unsigned calls;

static unsigned ackermann(unsigned m, unsigned n) {
  calls++;
  if (m == 0) return n + 1;
  return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

int main(void) {
  for (unsigned m = 0; m < 3; m++)
    for (unsigned n = 0; n < 8; n++) printf("%u %u %u\n", m, n, ackermann(m, n));
  printf("%u %u\n", ackermann(3, 4), calls);
  return 3;
}
