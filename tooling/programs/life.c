#include "runtime.h"

enum { W = 32, H = 20 };

int main(void) {
  static unsigned char now[H][W], next[H][W];
  uint32_t seed = 1234;
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++) now[y][x] = random32(&seed) % 3 == 0;
  for (int step = 0; step < 20; step++) {
    for (int y = 0; y < H; y++)
      for (int x = 0; x < W; x++) {
        int n = -now[y][x];
        for (int dy = -1; dy <= 1; dy++)
          for (int dx = -1; dx <= 1; dx++) n += now[(y + dy + H) % H][(x + dx + W) % W];
        next[y][x] = n == 3 || (n == 2 && now[y][x]);
      }
    memcpy(now, next, sizeof now);
  }
  for (int y = 0; y < H; y++) {
    for (int x = 0; x < W; x++) putchar(now[y][x] ? '#' : '.');
    putchar('\n');
  }
  return 0;
}
