#include "runtime.h"

int main(void) {
  static uint64_t counter;
  static uint32_t word = 5;
  static uint8_t byte = 200;
  for (int i = 0; i < 100; i++) {
    __atomic_fetch_add(&counter, (uint64_t)i, __ATOMIC_SEQ_CST);
    __atomic_fetch_xor(&word, 0x1010101u * (uint32_t)i, __ATOMIC_ACQ_REL);
    __atomic_fetch_add(&byte, 3, __ATOMIC_RELAXED);
    uint64_t expected = 4950;
    if (__atomic_compare_exchange_n(&counter, &expected, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) printf("swapped\n");
  }
  printf("%llu %08x %u %08x\n", (unsigned long long)counter, word, byte,
         __atomic_exchange_n(&word, 7, __ATOMIC_SEQ_CST));
  return (int)word;
}
