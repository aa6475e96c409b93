/* Bodies that attract each other, in double precision: square roots, divisions, and sums that depend on each other. */
#include <math.h>

#include "race.h"

enum { BODIES = 16, STEPS = 1000 };

static struct body {
  double x[3], v[3], mass;
} bodies[BODIES];

static void step(double time) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      double d[3], square = 1e-3;
      for (int k = 0; k < 3; k++) {
        d[k] = bodies[i].x[k] - bodies[j].x[k];
        square += d[k] * d[k];
      }
      double force = time / (square * sqrt(square));
      for (int k = 0; k < 3; k++) {
        bodies[i].v[k] -= d[k] * bodies[j].mass * force;
        bodies[j].v[k] += d[k] * bodies[i].mass * force;
      }
    }
  }
  for (int i = 0; i < BODIES; i++) {
    for (int k = 0; k < 3; k++) bodies[i].x[k] += time * bodies[i].v[k];
  }
}

static double energy(void) {
  double sum = 0;
  for (int i = 0; i < BODIES; i++) {
    for (int k = 0; k < 3; k++) sum += bodies[i].mass * bodies[i].v[k] * bodies[i].v[k] / 2;
    for (int j = i + 1; j < BODIES; j++) {
      double square = 1e-3;
      for (int k = 0; k < 3; k++) {
        double d = bodies[i].x[k] - bodies[j].x[k];
        square += d * d;
      }
      sum -= bodies[i].mass * bodies[j].mass / sqrt(square);
    }
  }
  return sum;
}

int main(int argc, char **argv) {
  uint64_t state = 23, sum = DIGEST_START;
  for (int i = 0; i < BODIES; i++) {
    for (int k = 0; k < 3; k++) {
      bodies[i].x[k] = random32(&state) / 4294967296.0 * 10;
      bodies[i].v[k] = random32(&state) / 4294967296.0 - 0.5;
    }
    bodies[i].mass = 0.5 + random32(&state) / 4294967296.0;
  }
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    for (int i = 0; i < STEPS; i++) step(0.001);
    sum = digest_double(sum, energy());
    for (int i = 0; i < BODIES; i++) sum = digest_double(sum, bodies[i].x[0]);
  }
  return report(sum);
}
