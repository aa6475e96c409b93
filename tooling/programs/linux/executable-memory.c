#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Code made at run time: written, executed, and written again. */
static int apply(int (*function)(int), int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) sum += function(i);
  return sum;
}

int main(void) {
  uint32_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int (*function)(int) = (int (*)(int))code;
  for (int k = 1; k < 6; k++) {
    code[0] = 0x11000000 | (uint32_t)k << 10; /* add w0, w0, #k */
    code[1] = 0x531f7800;                     /* lsl w0, w0, #1 */
    code[2] = 0xd65f03c0;                     /* ret */
    __builtin___clear_cache((char *)code, (char *)(code + 3));
    printf("%d: %d\n", k, function(10));
  }
  uint32_t *late = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(late, code, 12);
  mprotect(late, 4096, PROT_READ | PROT_EXEC);
  __builtin___clear_cache((char *)late, (char *)(late + 3));
  printf("%d\n", ((int (*)(int))late)(1));
  /* A nested function that is passed on needs code on the stack. */
  int offset = 100;
  int add(int x) { return x + offset; }
  printf("%d\n", apply(add, 10));
  offset = 7;
  printf("%d\n", apply(add, 10));
  return 0;
}
