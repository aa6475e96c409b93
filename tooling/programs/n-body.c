#include "runtime.h"

struct body { double x, y, z, vx, vy, vz, mass; };

int main(void) {
  struct body b[4] = {{0, 0, 0, 0, 0, 0, 39.4}, {4.8, -1.1, -0.1, 0.6, 2.8, -0.02, 0.03},
                      {8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.01}, {12.8, -15.1, -0.2, 1.08, 0.86, -0.01, 0.001}};
  for (int step = 0; step < 120; step++) {
    for (int i = 0; i < 4; i++)
      for (int k = i + 1; k < 4; k++) {
        double dx = b[i].x - b[k].x, dy = b[i].y - b[k].y, dz = b[i].z - b[k].z;
        double square = dx * dx + dy * dy + dz * dz, m = 0.01 / (square * __builtin_sqrt(square));
        b[i].vx -= dx * b[k].mass * m, b[i].vy -= dy * b[k].mass * m, b[i].vz -= dz * b[k].mass * m;
        b[k].vx += dx * b[i].mass * m, b[k].vy += dy * b[i].mass * m, b[k].vz += dz * b[i].mass * m;
      }
    for (int i = 0; i < 4; i++) b[i].x += 0.01 * b[i].vx, b[i].y += 0.01 * b[i].vy, b[i].z += 0.01 * b[i].vz;
  }
  for (int i = 0; i < 4; i++) printf("%.12f %.12f %.12f\n", b[i].x, b[i].y, b[i].z);
  return 0;
}
