#include "runtime.h"

int main(void) {
  for (int y = 0; y < 16; y++) {
    for (int x = 0; x < 48; x++) {
      double cr = x / 20.0 - 1.8, ci = y / 7.0 - 1.1, zr = 0, zi = 0;
      int n = 0;
      for (; n < 40 && zr * zr + zi * zi < 4; n++) {
        double t = zr * zr - zi * zi + cr;
        zi = 2 * zr * zi + ci;
        zr = t;
      }
      putchar(" .:-=+*#%@"[n * 9 / 40]);
    }
    putchar('\n');
  }
  return 0;
}
