#include "runtime.h"

static uint32_t rol(uint32_t x, int n) { return x << n | x >> (32 - n); }

static void quarter(uint32_t *x, int a, int b, int c, int d) {
  x[a] += x[b], x[d] = rol(x[d] ^ x[a], 16);
  x[c] += x[d], x[b] = rol(x[b] ^ x[c], 12);
  x[a] += x[b], x[d] = rol(x[d] ^ x[a], 8);
  x[c] += x[d], x[b] = rol(x[b] ^ x[c], 7);
}

int main(void) {
  uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (int i = 0; i < 8; i++) state[4 + i] = 0x03020100u + 0x04040404u * (uint32_t)i;
  state[12] = 1, state[13] = 0x09000000, state[14] = 0x4a000000;
  for (int count = 0; count < 4; count++, state[12]++) {
    uint32_t x[16];
    memcpy(x, state, sizeof x);
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 4; i++) quarter(x, i, 4 + i, 8 + i, 12 + i);
      for (int i = 0; i < 4; i++) quarter(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (int i = 0; i < 16; i++) printf("%08x%c", x[i] + state[i], i % 8 == 7 ? '\n' : ' ');
  }
  return 0;
}
