#include <stdio.h>

int main(void) {
  puts("before");
  fflush(stdout);
  __asm__ volatile("udf #1");
  return 0;
}
