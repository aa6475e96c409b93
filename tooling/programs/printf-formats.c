#include "runtime.h"

int main(void) {
  char text[64];
  printf("[%5d] [%-5d] [%05d] [%+d] [% d]\n", 42, 42, -42, 7, 7);
  printf("[%x] [%X] [%08x] [%llx] [%u]\n", 0xbeefu, 0xbeefu, 0x1234u, 0xfedcba9876543210ull, 4000000000u);
  printf("[%lld] [%lld] [%llu]\n", -9223372036854775807ll - 1, 9223372036854775807ll, 18446744073709551615ull);
  printf("[%c] [%s] [%10s] [%-10s] [%.2s] [%%]\n", 'c', "text", "right", "left", "cut");
  int length = snprintf(text, 8, "%s-%d", "truncated", 5);
  printf("%d %s\n", length, text);
  return 0;
}
