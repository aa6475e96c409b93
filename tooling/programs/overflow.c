#include "runtime.h"

int main(void) {
  uint32_t seed = 5;
  int added = 0, subtracted = 0, multiplied = 0;
  long long value = 1;
  for (int i = 0; i < 3000; i++) {
    int a = (int)random32(&seed), b = (int)random32(&seed) >> (i % 20), c;
    added += __builtin_add_overflow(a, b, &c);
    subtracted += __builtin_sub_overflow(a, b, &c);
    multiplied += __builtin_mul_overflow(a, b, &c);
    long long next;
    if (__builtin_mul_overflow(value, 3ll, &next)) next = 1;
    value = next;
  }
  printf("%d %d %d %lld\n", added, subtracted, multiplied, value);
  return 0;
}
