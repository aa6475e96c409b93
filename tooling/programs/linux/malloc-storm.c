#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 500, ROUNDS = 20000, THREADS = 4 };

static uint32_t next(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static void *storm(void *argument) {
  uint32_t state = 12345 + (uint32_t)(uintptr_t)argument;
  unsigned char *slots[SLOTS] = {0};
  size_t sizes[SLOTS] = {0};
  unsigned long check = 0;
  for (int i = 0; i < ROUNDS; i++) {
    uint32_t slot = next(&state) % SLOTS;
    size_t size = next(&state) % 8 == 0 ? next(&state) % 300000 : next(&state) % 600;
    if (slots[slot] != NULL) {
      unsigned char mark = (unsigned char)slot;
      if (sizes[slot] > 0 && (slots[slot][0] != mark || slots[slot][sizes[slot] - 1] != mark)) check = ~0ul;
      if (next(&state) % 2) {
        slots[slot] = realloc(slots[slot], size + 1);
        if (sizes[slot] > 0 && size > 0 && slots[slot][0] != mark) check = ~0ul;
      } else {
        free(slots[slot]);
        slots[slot] = calloc(1, size + 1);
        for (size_t k = 0; k < size; k += 997)
          if (slots[slot][k] != 0) check = ~0ul;
      }
    } else {
      slots[slot] = malloc(size + 1);
    }
    if (size > 0) {
      slots[slot][0] = (unsigned char)slot;
      slots[slot][size - 1] = (unsigned char)slot;
    }
    sizes[slot] = size;
    check = check * 31 + size;
  }
  for (int i = 0; i < SLOTS; i++) free(slots[i]);
  return (void *)check;
}

int main(void) {
  printf("%lx\n", (unsigned long)storm((void *)99));
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, storm, (void *)i);
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    printf("%lx\n", (unsigned long)result);
  }
  char *big = malloc(50 << 20);
  for (size_t i = 0; i < 50u << 20; i += 4096) big[i] = (char)i;
  free(big);
  void *aligned;
  printf("%d %d\n", posix_memalign(&aligned, 65536, 100), (int)((uintptr_t)aligned % 65536));
  return 0;
}
