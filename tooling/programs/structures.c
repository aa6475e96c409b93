#include "runtime.h"

struct small { short a; char b; };
struct pair { double x, y; };
struct big { long values[6]; struct small inner; };
union word { uint32_t u; float f; unsigned char bytes[4]; };
struct flags { unsigned a : 3, b : 7, c : 20; int d : 5; };

static struct pair turn(struct pair p) { return (struct pair){-p.y, p.x}; }
static struct big scale(struct big b, long by) {
  for (int i = 0; i < 6; i++) b.values[i] *= by;
  b.inner.a = (short)(b.inner.a + by);
  return b;
}

int main(void) {
  struct pair p = {1.5, -2.5};
  for (int i = 0; i < 3; i++) p = turn(p);
  struct big b = scale((struct big){{1, 2, 3, 4, 5, 6}, {32767, 'q'}}, 7);
  union word w = {.f = -1.5f};
  struct flags f = {5, 100, 0x12345, -13};
  printf("%.1f %.1f %lld %d %c\n", p.x, p.y, (long long)b.values[5], b.inner.a, b.inner.b);
  printf("%08x %02x %u %u %u %d %zu %zu\n", w.u, w.bytes[3], f.a, f.b, f.c, f.d, sizeof(struct big), sizeof f);
  return 0;
}
