#include "runtime.h"

#pragma GCC diagnostic ignored "-Winfinite-recursion"

static void deep(int depth) {
  if (depth == 0) exit(0x1ab);
  deep(depth - 1);
  printf("never\n");
}

int main(void) {
  puts("leaving");
  deep(50);
  return 1;
}
