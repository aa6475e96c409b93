#include "runtime.h"

enum { COUNT = 1200 };
struct record { uint32_t key; int order; };

static void sort(struct record *a, struct record *spare, int count) {
  if (count < 2) return;
  int half = count / 2;
  sort(a, spare, half);
  sort(a + half, spare, count - half);
  memcpy(spare, a, (size_t)count * sizeof *a);
  for (int i = 0, l = 0, r = half; i < count; i++)
    a[i] = r >= count || (l < half && spare[l].key <= spare[r].key) ? spare[l++] : spare[r++];
}

int main(void) {
  struct record *a = malloc(COUNT * sizeof *a), *spare = malloc(COUNT * sizeof *a);
  uint32_t seed = 12;
  for (int i = 0; i < COUNT; i++) a[i] = (struct record){random32(&seed) % 100, i};
  sort(a, spare, COUNT);
  int stable = 1;
  uint32_t checksum = 0;
  for (int i = 0; i < COUNT; i++) {
    checksum = checksum * 33 + a[i].key * 7 + (uint32_t)a[i].order;
    if (i > 0) stable &= a[i - 1].key < a[i].key || (a[i - 1].key == a[i].key && a[i - 1].order < a[i].order);
  }
  printf("stable %d checksum %08x\n", stable, checksum);
  return 0;
}
