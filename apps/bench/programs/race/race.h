/* What the programs of the race share: a pseudo-random sequence, a digest, their one argument and their output. */
#ifndef RACE_H
#define RACE_H

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A 64-bit xorshift with a multiplied output: the same sequence everywhere. The state is never 0. */
static inline uint32_t random32(uint64_t *state) {
  uint64_t x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return (uint32_t)((x * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

/* A number below a bound. */
static inline uint32_t random_below(uint64_t *state, uint32_t bound) {
  return (uint32_t)(((uint64_t)random32(state) * bound) >> 32);
}

#define DIGEST_START UINT64_C(0xcbf29ce484222325)

/* FNV-1a, a 64-bit word at a time. */
static inline uint64_t digest(uint64_t sum, uint64_t value) {
  sum = (sum ^ value) * UINT64_C(0x100000001b3);
  return sum ^ (sum >> 29);
}

/* The bits of a floating-point result: not a digit may differ. */
static inline uint64_t digest_double(uint64_t sum, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return digest(sum, bits);
}

static inline uint64_t digest_bytes(uint64_t sum, const void *data, size_t size) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < size; i++) sum = digest(sum, bytes[i]);
  return sum;
}

static inline void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* The program's argument: how often it does its work. */
static inline uint32_t rounds(int argc, char **argv) {
  char *end = NULL;
  unsigned long count = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
  if (count == 0 || count > UINT32_MAX || *end != '\0') {
    fprintf(stderr, "usage: %s ROUNDS\n", argc > 0 ? argv[0] : "program");
    exit(2);
  }
  return (uint32_t)count;
}

static inline int report(uint64_t sum) {
  return printf("%016" PRIx64 "\n", sum) == 17 ? 0 : 1;
}

static inline void *allocate(size_t size) {
  void *memory = malloc(size);
  if (memory == NULL) fail("out of memory");
  return memory;
}

#endif
