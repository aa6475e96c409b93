#include "runtime.h"

static unsigned slow(unsigned n) { return n < 2 ? n : slow(n - 1) + slow(n - 2); }

int main(void) {
  unsigned long long a = 0, b = 1;
  for (int i = 0; i < 93; i++) {
    if (i % 10 == 0) printf("%d %llu\n", i, a);
    unsigned long long next = a + b;
    a = b;
    b = next;
  }
  printf("%u\n", slow(20));
  return (int)(slow(15) & 0xff);
}
