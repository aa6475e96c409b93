#include "runtime.h"

/* Loops of every kind that a compiler makes vector code of: widths, conversions, conditions, reductions, strides. */
enum { SIZE = 259 };
static int8_t bytes[SIZE], other[SIZE];
static uint16_t halves[SIZE];
static int32_t words[SIZE], more[SIZE];
static int64_t longs[SIZE];
static float floats[SIZE], others[SIZE];
static double doubles[SIZE];

static __attribute__((noinline)) void add_saturated(int8_t *a, const int8_t *b, int n) {
  for (int i = 0; i < n; i++) {
    int sum = a[i] + b[i];
    a[i] = (int8_t)(sum > 127 ? 127 : sum < -128 ? -128 : sum);
  }
}

static __attribute__((noinline)) void axpy(float a, const float *x, float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = a * x[i] + y[i];
}

static __attribute__((noinline)) void interleave(const uint16_t *in, int32_t *out, int n) {
  for (int i = 0; i < n / 3; i++) out[i] = in[3 * i] * 77 + in[3 * i + 1] * 150 + in[3 * i + 2] * 29;
}

static __attribute__((noinline)) int64_t reduce(const int32_t *a, const int8_t *b, int n) {
  int64_t sum = 0;
  for (int i = 0; i < n; i++) sum += (int64_t)a[i] * b[i];
  return sum;
}

static __attribute__((noinline)) unsigned distance(const int8_t *a, const int8_t *b, int n) {
  unsigned sum = 0;
  for (int i = 0; i < n; i++) sum += (unsigned)(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
  return sum;
}

static __attribute__((noinline)) void choose(const int32_t *a, const int32_t *b, int32_t *out, int n) {
  for (int i = 0; i < n; i++) out[i] = a[i] > b[i] ? a[i] - b[i] : (b[i] & 0xff) << (a[i] & 7);
}

static __attribute__((noinline)) void convert(const int32_t *a, float *f, double *d, int64_t *l, uint16_t *h, int n) {
  for (int i = 0; i < n; i++) f[i] = (float)a[i];
  for (int i = 0; i < n; i++) d[i] = (double)f[i] * 0.5 + (double)a[i];
  for (int i = 0; i < n; i++) l[i] = (int64_t)(d[i] / 3.0);
  for (int i = 0; i < n; i++) h[i] = (uint16_t)(l[i] >> 5);
}

static __attribute__((noinline)) void extremes(const int32_t *a, int n, int32_t *least, int32_t *most, uint32_t *bits) {
  int32_t low = a[0], high = a[0];
  uint32_t all = 0;
  for (int i = 0; i < n; i++) {
    low = a[i] < low ? a[i] : low;
    high = a[i] > high ? a[i] : high;
    all ^= (uint32_t)a[i];
  }
  *least = low, *most = high, *bits = all;
}

static __attribute__((noinline)) void reverse(int32_t *out, const int32_t *in, int n) {
  for (int i = 0; i < n; i++) out[i] = in[n - 1 - i];
}

static __attribute__((noinline)) int count_bits(const int32_t *a, int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) sum += __builtin_popcount((unsigned)a[i]);
  return sum;
}

static __attribute__((noinline)) void divide(const float *a, float *b, int n) {
  for (int i = 0; i < n; i++) b[i] = __builtin_sqrtf(__builtin_fabsf(a[i])) / (b[i] * b[i] + 1.0f);
}

static uint32_t digest(const void *memory, size_t size) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < size; i++) sum = (sum ^ ((const uint8_t *)memory)[i]) * 16777619u;
  return sum;
}

int main(void) {
  uint32_t seed = 259;
  for (int i = 0; i < SIZE; i++) {
    bytes[i] = (int8_t)random32(&seed), other[i] = (int8_t)random32(&seed);
    halves[i] = (uint16_t)random32(&seed);
    words[i] = (int32_t)random32(&seed) >> 3, more[i] = (int32_t)random32(&seed);
  }
  for (int n = SIZE; n > SIZE - 8; n -= 3) {
    /* Small whole numbers: fused or not, products and sums of them are exact. */
    for (int i = 0; i < SIZE; i++) floats[i] = bytes[i], others[i] = other[i];
    add_saturated(bytes, other, n);
    axpy(3.0f, floats, others, n);
    printf("%08x %08x ", digest(bytes, sizeof bytes), digest(others, sizeof others));
    interleave(halves, more, n);
    choose(words, more, more, n);
    printf("%08x %lld %u\n", digest(more, sizeof more), (long long)reduce(words, bytes, n), distance(bytes, other, n));
    convert(words, floats, doubles, longs, halves, n);
    printf("%08x %08x %08x ", digest(doubles, sizeof doubles), digest(longs, sizeof longs), digest(halves, sizeof halves));
    int32_t least, most;
    uint32_t bits;
    extremes(words, n, &least, &most, &bits);
    reverse(more, words, n);
    divide(floats, others, n);
    printf("%d %d %08x %d %08x %08x\n", least, most, bits, count_bits(more, n), digest(more, sizeof more), digest(others, sizeof others));
  }
  return 0;
}
