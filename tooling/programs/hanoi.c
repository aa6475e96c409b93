#include "runtime.h"

static int heights[3];
static unsigned moves, checksum;

static void move(int discs, int from, int to) {
  if (discs == 0) return;
  move(discs - 1, from, 3 - from - to);
  heights[from]--;
  heights[to]++;
  checksum = checksum * 31 + (unsigned)(from * 3 + to) + (unsigned)discs;
  moves++;
  move(discs - 1, 3 - from - to, to);
}

int main(void) {
  heights[0] = 12;
  move(12, 0, 2);
  printf("%u moves %d %d %d checksum %08x\n", moves, heights[0], heights[1], heights[2], checksum);
  return 0;
}
