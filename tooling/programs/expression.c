#include "runtime.h"

static const char *at;

static long sum(void);

static long atom(void) {
  if (*at == '(') {
    at++;
    long value = sum();
    at++;
    return value;
  }
  if (*at == '-') return at++, -atom();
  long value = 0;
  while (*at >= '0' && *at <= '9') value = value * 10 + *at++ - '0';
  return value;
}

static long product(void) {
  long value = atom();
  for (;;) {
    if (*at == '*') at++, value *= atom();
    else if (*at == '/') at++, value /= atom();
    else if (*at == '%') at++, value %= atom();
    else return value;
  }
}

static long sum(void) {
  long value = product();
  for (;;) {
    if (*at == '+') at++, value += product();
    else if (*at == '-') at++, value -= product();
    else return value;
  }
}

int main(void) {
  const char *texts[] = {"1+2*3", "(1+2)*3", "-(4-10)*(7+8*(9-2))", "1000000007*998244353%97", "2*(3+(4*(5-6)))/-1"};
  for (unsigned i = 0; i < 5; i++) {
    at = texts[i];
    long value = sum();
    printf("%s = %lld\n", texts[i], (long long)value);
  }
  return 0;
}
