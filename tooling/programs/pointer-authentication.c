#include "runtime.h"

#pragma GCC target("arch=armv8.3-a")

/* Pointers signed, authenticated, stripped and spoilt. Codes are the implementation's own, so none is printed. */
#define SET(key, low, high) \
  __asm__ volatile("msr " key "keylo_el1, %0\n msr " key "keyhi_el1, %1" : : "r"((uint64_t)(low)), "r"((uint64_t)(high)))
#define SIGN(how, pointer, modifier) __asm__ volatile(how " %0, %1" : "+r"(pointer) : "r"(modifier))

int main(void) {
  SET("apda", 0x0123456789abcdef, 0xfedcba9876543210);
  SET("apdb", 0x1111222233334444, 0x5555666677778888);
  SET("apga", 0x84be85ce9804e94b, 0xec2802d4e0a488e9);
  uint64_t control;
  __asm__ volatile("mrs %0, sctlr_el1" : "=r"(control));
  /* EnDA and EnDB: the keys for data, so that functions may sign their return addresses or not. */
  control |= 1ul << 27 | 1ul << 13;
  __asm__ volatile("msr sctlr_el1, %0\n isb" : : "r"(control));
  static const uint64_t pointers[] = {0, 0x40100000, 0x7ffffffff8, 0xffffffffc0000000, 0x123456789abc};
  for (unsigned i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    uint64_t modifier = 0xfb623599da6e8127 * i, a = pointers[i], b = a, hash;
    SIGN("pacda", a, modifier);
    SIGN("pacdb", b, modifier);
    __asm__ volatile("pacga %0, %1, %2" : "=r"(hash) : "r"(pointers[i]), "r"(modifier));
    uint64_t spoilt = a ^ 8, stripped = b;
    __asm__ volatile("xpacd %0" : "+r"(stripped));
    SIGN("autda", spoilt, modifier);
    printf("%llx %08x %d ", (unsigned long long)stripped, (unsigned)hash, (spoilt ^ 8) == pointers[i]);
    SIGN("autda", a, modifier);
    SIGN("autdb", b, modifier);
    printf("%d%d", a == pointers[i], b == pointers[i]);
    __asm__ volatile("pacdza %0\n autdza %0" : "+r"(a));
    __asm__ volatile("pacdzb %0\n xpacd %0" : "+r"(b));
    printf("%d%d\n", a == pointers[i], b == pointers[i]);
  }
  uint64_t cell = 0x1234, pointer = (uint64_t)&cell - 16, loaded;
  __asm__ volatile("pacdza %1\n ldraa %0, [%1, #16]!" : "=r"(loaded), "+r"(pointer) : : "memory");
  printf("%llx %d\n", (unsigned long long)loaded, pointer == (uint64_t)&cell);
  return 0;
}
