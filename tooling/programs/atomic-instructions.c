#include "runtime.h"

#pragma GCC target("arch=armv8.1-a")

/* The instructions of FEAT_LSE for every size, order and operation; a pair by CASP; a list made by compare and swap. */
#define OPERATIONS(type, name)                                                                                  \
  static void name(uint32_t *seed) {                                                                            \
    static type cell;                                                                                           \
    uint64_t sum = 0;                                                                                           \
    for (int i = 0; i < 20; i++) {                                                                              \
      type value = (type)((uint64_t)random32(seed) << 32 | random32(seed));                                     \
      sum = sum * 7 + (uint64_t)__atomic_fetch_add(&cell, value, __ATOMIC_RELAXED);                             \
      sum = sum * 7 + (uint64_t)__atomic_fetch_xor(&cell, (type)~value, __ATOMIC_ACQUIRE);                      \
      sum = sum * 7 + (uint64_t)__atomic_or_fetch(&cell, (type)(value >> 3), __ATOMIC_RELEASE);                 \
      sum = sum * 7 + (uint64_t)__atomic_fetch_and(&cell, (type)(value | 0x5a), __ATOMIC_ACQ_REL);              \
      sum = sum * 7 + (uint64_t)__atomic_exchange_n(&cell, (type)(cell * 3), __ATOMIC_SEQ_CST);                 \
      type expected = i & 1 ? cell : (type)(cell + 1);                                                          \
      sum = sum * 7 + __atomic_compare_exchange_n(&cell, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED); \
      sum += (uint64_t)expected;                                                                                \
    }                                                                                                           \
    printf("%s %llx %llx\n", #name, (unsigned long long)sum, (unsigned long long)cell);                         \
  }

OPERATIONS(uint8_t, bytes)
OPERATIONS(int16_t, halfwords)
OPERATIONS(uint32_t, words)
OPERATIONS(int64_t, doublewords)

static void extremes(void) {
  static uint64_t cell = 100;
  static uint8_t small = 200;
  uint64_t old;
  __asm__ volatile("ldsmax %1, %0, [%2]" : "=r"(old) : "r"(-5l), "r"(&cell) : "memory");
  printf("%llu %llu\n", (unsigned long long)old, (unsigned long long)cell);
  __asm__ volatile("ldumaxal %1, %0, [%2]" : "=r"(old) : "r"(-5l), "r"(&cell) : "memory");
  printf("%llu %llx\n", (unsigned long long)old, (unsigned long long)cell);
  __asm__ volatile("ldsminb %w1, %w0, [%2]" : "=r"(old) : "r"(7l), "r"(&small) : "memory");
  printf("%llu %u\n", (unsigned long long)old, small);
  __asm__ volatile("lduminlb %w1, %w0, [%2]" : "=r"(old) : "r"(7l), "r"(&small) : "memory");
  printf("%llu %u\n", (unsigned long long)old, small);
}

static void pairs(void) {
  static struct { uint64_t low, high; } __attribute__((aligned(16))) pair = {1, 2};
  for (int i = 0; i < 2; i++) {
    register uint64_t x0 __asm__("x0") = 1, x1 __asm__("x1") = 2, x2 __asm__("x2") = 30, x3 __asm__("x3") = 40;
    __asm__ volatile("caspal x0, x1, x2, x3, [%4]" : "+r"(x0), "+r"(x1) : "r"(x2), "r"(x3), "r"(&pair) : "memory");
    uint64_t low = x0, high = x1;
    printf("%llu %llu, now %llu %llu\n", (unsigned long long)low, (unsigned long long)high, (unsigned long long)pair.low,
           (unsigned long long)pair.high);
  }
}

struct node { struct node *next; int value; };

static void list(void) {
  static struct node nodes[10], *head;
  for (int i = 0; i < 10; i++) {
    nodes[i].value = i * i;
    nodes[i].next = __atomic_load_n(&head, __ATOMIC_ACQUIRE);
    while (!__atomic_compare_exchange_n(&head, &nodes[i].next, &nodes[i], 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
  }
  for (struct node *node = head; node != NULL; node = node->next) printf("%d ", node->value);
  putchar('\n');
}

int main(void) {
  uint32_t seed = 81;
  bytes(&seed);
  halfwords(&seed);
  words(&seed);
  doublewords(&seed);
  extremes();
  pairs();
  list();
  return 0;
}
