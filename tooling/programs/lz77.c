#include "runtime.h"

enum { SIZE = 1500, WINDOW = 255, LONGEST = 18 };

int main(void) {
  static char data[SIZE], back[SIZE];
  static struct { unsigned char distance, length; char next; } tokens[SIZE];
  const char *words[] = {"the ", "quick ", "brown ", "fox ", "jumps "};
  uint32_t seed = 9, checksum = 0;
  int filled = 0, count = 0, size = 0;
  while (filled < SIZE)
    for (const char *w = words[random32(&seed) % 5]; *w && filled < SIZE; w++) data[filled++] = *w;
  for (int i = 0; i < SIZE; i++, count++) {
    int best = 0, distance = 0;
    for (int d = 1; d <= WINDOW && d <= i; d++) {
      int n = 0;
      while (n < LONGEST && i + n < SIZE - 1 && data[i + n] == data[i + n - d]) n++;
      if (n > best) best = n, distance = d;
    }
    tokens[count].distance = (unsigned char)distance;
    tokens[count].length = (unsigned char)best;
    tokens[count].next = data[i += best];
    checksum = checksum * 131 + (uint32_t)(distance * 256 + best);
  }
  for (int i = 0; i < count; i++) {
    for (int n = 0; n < tokens[i].length; n++, size++) back[size] = back[size - tokens[i].distance];
    back[size++] = tokens[i].next;
  }
  printf("%d bytes, %d tokens, checksum %08x, same %d\n", size, count, checksum, memcmp(data, back, SIZE) == 0);
  return 0;
}
