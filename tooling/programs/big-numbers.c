#include "runtime.h"

/* Long arithmetic: 200!, digits of pi, 2^1279 modulo a prime by Montgomery's products. */
static void factorial(int n) {
  static uint32_t limbs[64];
  int count = 1;
  limbs[0] = 1;
  for (int i = 2; i <= n; i++) {
    uint64_t carry = 0;
    for (int k = 0; k < count; k++) {
      carry += (uint64_t)limbs[k] * (uint64_t)i;
      limbs[k] = (uint32_t)(carry % 1000000000);
      carry /= 1000000000;
    }
    if (carry != 0) limbs[count++] = (uint32_t)carry;
  }
  printf("%u", (unsigned)limbs[count - 1]);
  for (int k = count - 2; k >= 0; k--) printf("%09u", (unsigned)limbs[k]);
  putchar('\n');
}

static void pi(void) {
  enum { DIGITS = 120, TERMS = DIGITS * 10 / 3 + 2 };
  static int remainders[TERMS];
  int held = 0, nines = 0;
  for (int i = 0; i < TERMS; i++) remainders[i] = 2;
  for (int digit = 0; digit < DIGITS; digit++) {
    int carry = 0;
    for (int i = TERMS - 1; i > 0; i--) {
      int value = remainders[i] * 10 + carry * (i + 1);
      remainders[i] = value % (2 * i + 1);
      carry = value / (2 * i + 1);
    }
    int value = remainders[0] * 10 + carry;
    remainders[0] = value % 10;
    value /= 10;
    if (value == 9) {
      nines++;
      continue;
    }
    int up = value == 10;
    if (digit > 0) putchar('0' + held + up);
    for (; nines > 0; nines--) putchar(up ? '0' : '9');
    held = up ? 0 : value;
  }
  putchar('\n');
}

static uint64_t montgomery(uint64_t a, uint64_t b, uint64_t n, uint64_t inverse) {
  unsigned __int128 t = (unsigned __int128)a * b;
  uint64_t m = (uint64_t)t * inverse;
  unsigned __int128 sum = (t >> 64) + ((unsigned __int128)m * n >> 64) + ((uint64_t)t != 0);
  return (uint64_t)(sum >= n ? sum - n : sum);
}

int main(void) {
  factorial(200);
  pi();
  uint64_t n = 0xffffffffffffffc5, inverse = 1;
  for (int i = 0; i < 6; i++) inverse *= 2 - n * inverse;
  uint64_t one = 0 - n, result = one, base = one * 2 % n;
  for (unsigned power = 1279; power != 0; power >>= 1) {
    if (power & 1) result = montgomery(result, base, n, 0 - inverse);
    base = montgomery(base, base, n, 0 - inverse);
  }
  result = montgomery(result, 1, n, 0 - inverse);
  uint64_t slowly = 1;
  for (int i = 0; i < 1279; i++) slowly = (uint64_t)(((unsigned __int128)slowly * 2) % n);
  printf("%llu %llu\n", (unsigned long long)result, (unsigned long long)slowly);
  return result != slowly;
}
