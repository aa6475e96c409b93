#include "runtime.h"

#pragma GCC diagnostic ignored "-Winfinite-recursion"

/* The stack runs into the page below it, which is not mapped. */
static void report(struct exception *exception) {
  int inside = exception->far >= (unsigned long)__guard && exception->far < (unsigned long)__stack_bottom;
  printf("class %02lx, syndrome %lx, %s the page below the stack\n", exception->esr >> 26, exception->esr & 0x1ffffff,
         inside ? "in" : "not in");
  exit(77);
}

static __attribute__((noinline)) int deeper(int depth) {
  volatile int here[4] = {depth};
  here[1] = deeper(depth + 1);
  return here[0] + here[1];
}

int main(void) {
  on_exception = report;
  return deeper(0);
}
