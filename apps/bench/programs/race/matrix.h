/* Product of square matrices of `element`: by columns of the second, and by rows with a tile kept in the cache. */
#ifndef MATRIX_H
#define MATRIX_H

#include "race.h"

enum { ORDER = 128, TILE = 32 };

static element a[ORDER][ORDER], b[ORDER][ORDER], c[ORDER][ORDER];

static void multiply_plain(void) {
  for (int i = 0; i < ORDER; i++) {
    for (int j = 0; j < ORDER; j++) {
      element sum = 0;
      for (int k = 0; k < ORDER; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

static void multiply_tiled(void) {
  memset(c, 0, sizeof c);
  for (int tile = 0; tile < ORDER; tile += TILE) {
    for (int i = 0; i < ORDER; i++) {
      for (int k = tile; k < tile + TILE; k++) {
        element factor = a[i][k];
        for (int j = 0; j < ORDER; j++) c[i][j] += factor * b[k][j];
      }
    }
  }
}

int main(int argc, char **argv) {
  uint64_t state = 19, sum = DIGEST_START;
  for (int i = 0; i < ORDER; i++) {
    for (int j = 0; j < ORDER; j++) {
      a[i][j] = (element)random32(&state) / (element)4294967296.0 - (element)0.5;
      b[i][j] = (element)random32(&state) / (element)4294967296.0 - (element)0.5;
    }
  }
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    if (round % 2 == 0) multiply_plain();
    else multiply_tiled();
    for (int i = 0; i < ORDER; i++) {
      sum = digest_double(sum, (double)c[i][(int)round % ORDER]);
      /* The next product is of other numbers, of the same size. */
      a[i][i] = c[i][ORDER - 1 - i] / (element)8;
    }
  }
  return report(sum);
}

#endif
