#include <stdio.h>

static int recurse(volatile int *depth) {
  volatile char space[1000];
  space[0] = 1;
  (*depth)++;
  return recurse(depth) + space[0];
}

int main(void) {
  volatile int depth = 0;
  puts("before");
  fflush(stdout);
  return recurse(&depth);
}
