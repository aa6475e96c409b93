#include "runtime.h"

static int place(int n, unsigned columns, unsigned left, unsigned right) {
  unsigned all = (1u << n) - 1;
  if (columns == all) return 1;
  int count = 0;
  for (unsigned free = all & ~(columns | left | right); free; free &= free - 1) {
    unsigned bit = free & -free;
    count += place(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

int main(void) {
  for (int n = 1; n <= 8; n++) printf("%d queens: %d\n", n, place(n, 0, 0, 0));
  return place(6, 0, 0, 0);
}
