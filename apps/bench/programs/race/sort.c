/* Integer sort: quicksort with an insertion sort for short runs, a heap sort, and a radix sort by bytes. */
#include "race.h"

enum { COUNT = 200000, SHORT = 12 };

static void insertion_sort(uint32_t *values, size_t count) {
  for (size_t i = 1; i < count; i++) {
    uint32_t value = values[i];
    size_t hole = i;
    for (; hole > 0 && values[hole - 1] > value; hole--) values[hole] = values[hole - 1];
    values[hole] = value;
  }
}

static uint32_t median(uint32_t a, uint32_t b, uint32_t c) {
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

static void quick_sort(uint32_t *values, size_t count) {
  while (count > SHORT) {
    uint32_t pivot = median(values[0], values[count / 2], values[count - 1]);
    size_t low = 0, high = count - 1;
    for (;;) {
      while (values[low] < pivot) low++;
      while (values[high] > pivot) high--;
      if (low >= high) break;
      uint32_t swapped = values[low];
      values[low++] = values[high];
      values[high--] = swapped;
    }
    quick_sort(values, low);
    values += low;
    count -= low;
  }
  insertion_sort(values, count);
}

static void sift_down(uint32_t *values, size_t root, size_t count) {
  uint32_t value = values[root];
  for (size_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && values[child + 1] > values[child]) child++;
    if (values[child] <= value) break;
    values[root] = values[child];
  }
  values[root] = value;
}

static void heap_sort(uint32_t *values, size_t count) {
  for (size_t i = count / 2; i-- > 0;) sift_down(values, i, count);
  for (size_t last = count - 1; last > 0; last--) {
    uint32_t largest = values[0];
    values[0] = values[last];
    values[last] = largest;
    sift_down(values, 0, last);
  }
}

static void radix_sort(uint32_t *values, uint32_t *other, size_t count) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    size_t starts[257] = {0};
    for (size_t i = 0; i < count; i++) starts[((values[i] >> shift) & 255) + 1]++;
    for (unsigned i = 0; i < 256; i++) starts[i + 1] += starts[i];
    for (size_t i = 0; i < count; i++) other[starts[(values[i] >> shift) & 255]++] = values[i];
    uint32_t *swapped = values;
    values = other;
    other = swapped;
  }
}

int main(int argc, char **argv) {
  static uint32_t source[COUNT], values[COUNT], other[COUNT];
  uint64_t state = 1, sum = DIGEST_START;
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    for (size_t i = 0; i < COUNT; i++) source[i] = random32(&state) >> (i & 15);
    for (int kind = 0; kind < 3; kind++) {
      memcpy(values, source, sizeof values);
      if (kind == 0) quick_sort(values, COUNT);
      else if (kind == 1) heap_sort(values, COUNT / 4);
      else radix_sort(values, other, COUNT);
      size_t sorted = kind == 1 ? COUNT / 4 : COUNT;
      for (size_t i = 1; i < sorted; i++) {
        if (values[i - 1] > values[i]) fail("not in order");
      }
      for (size_t i = 0; i < sorted; i += 997) sum = digest(sum, values[i]);
    }
  }
  return report(sum);
}
