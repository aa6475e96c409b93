#include "runtime.h"

int main(void) {
  static unsigned char data[2000], packed[4000], back[2000];
  uint32_t seed = 6;
  for (int i = 0; i < 2000;) {
    unsigned char value = (unsigned char)(random32(&seed) & 7);
    for (uint32_t n = random32(&seed) % 20 + 1; n > 0 && i < 2000; n--) data[i++] = value;
  }
  int length = 0, size = 0;
  for (int i = 0, n; i < 2000; i += n) {
    for (n = 1; n < 255 && i + n < 2000 && data[i + n] == data[i]; n++) {
    }
    packed[length++] = (unsigned char)n;
    packed[length++] = data[i];
  }
  for (int i = 0; i < length; i += 2)
    for (int n = packed[i]; n > 0; n--) back[size++] = packed[i + 1];
  printf("%d to %d, back %d same %d\n", 2000, length, size, memcmp(data, back, 2000) == 0);
  return memcmp(data, back, 2000) != 0;
}
