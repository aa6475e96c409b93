#include "runtime.h"

enum { LIMIT = 20000 };

int main(void) {
  unsigned char *composite = malloc(LIMIT);
  memset(composite, 0, LIMIT);
  int count = 0, last = 0;
  for (int i = 2; i < LIMIT; i++) {
    if (composite[i]) continue;
    count++;
    last = i;
    for (int k = i * 2; k < LIMIT; k += i) composite[k] = 1;
  }
  printf("%d primes below %d, the last %d\n", count, LIMIT, last);
  return count % 256;
}
