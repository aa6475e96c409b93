#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
  char name[12];
  int age;
  double weight;
};

static int by_age(const void *a, const void *b) {
  return ((const struct record *)a)->age - ((const struct record *)b)->age;
}
static int by_name(const void *a, const void *b) {
  return strcmp(((const struct record *)a)->name, ((const struct record *)b)->name);
}
static int numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  static struct record records[1000];
  unsigned state = 7;
  for (int i = 0; i < 1000; i++) {
    state = state * 1103515245 + 12345;
    snprintf(records[i].name, sizeof records[i].name, "n%06u", state >> 8 & 0xfffff);
    records[i].age = (int)(state >> 16) % 97;
    records[i].weight = sqrt(state);
  }
  qsort(records, 1000, sizeof *records, by_name);
  for (int i = 0; i < 1000; i += 250) printf("%s %d %.4f\n", records[i].name, records[i].age, records[i].weight);
  qsort(records, 1000, sizeof *records, by_age);
  int ordered = 1;
  for (int i = 1; i < 1000; i++) ordered &= records[i - 1].age <= records[i].age;
  printf("ordered %d\n", ordered);
  struct record key = {.age = 50};
  struct record *found = bsearch(&key, records, 1000, sizeof *records, by_age);
  printf("found %d\n", found != NULL && found->age == 50);
  static double values[5000];
  for (int i = 0; i < 5000; i++) values[i] = sin(i * 1.7) * exp(i % 13) / (1 + i % 7);
  qsort(values, 5000, sizeof *values, numbers);
  for (int i = 0; i < 5000; i += 1111) printf("%.12g\n", values[i]);
  printf("%.15g %.15g %.15g %.15g\n", pow(2, 0.5), log(10), atan2(1, -1), tgamma(5.5));
  printf("%.15g %.15g %a\n", cbrt(27), fmod(10.5, 3), 0.1);
  printf("%ld %lu %lld %g\n", strtol("-0x7f", NULL, 16), strtoul("4294967296", NULL, 10), atoll("123456789012"), strtod("1e-310", NULL));
  return 0;
}
