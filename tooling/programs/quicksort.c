#include "runtime.h"

enum { COUNT = 1500 };

static void sort(int *values, int low, int high) {
  while (low < high) {
    int pivot = values[(low + high) / 2], i = low, k = high;
    while (i <= k) {
      while (values[i] < pivot) i++;
      while (values[k] > pivot) k--;
      if (i <= k) {
        int t = values[i];
        values[i++] = values[k];
        values[k--] = t;
      }
    }
    sort(values, low, k);
    low = i;
  }
}

int main(void) {
  int *values = malloc(COUNT * sizeof *values);
  uint32_t seed = 4711;
  for (int i = 0; i < COUNT; i++) values[i] = (int)random32(&seed) % 10000;
  sort(values, 0, COUNT - 1);
  int sorted = 1;
  for (int i = 1; i < COUNT; i++) sorted &= values[i - 1] <= values[i];
  printf("%d %d %d %d sorted %d\n", values[0], values[1], values[COUNT / 2], values[COUNT - 1], sorted);
  return !sorted;
}
