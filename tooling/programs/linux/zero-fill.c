#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Memory that is touched late, copied on write, and given back. */
static char big[8 << 20];
static int initialised[3000] = {1, 2, 3};

int main(void) {
  long sum = 0;
  for (size_t i = 0; i < sizeof big; i += 4096) sum += big[i];
  for (size_t i = 0; i < sizeof big; i += 8192) big[i] = (char)(i >> 13);
  for (int round = 0; round < 5; round++) {
    if (fork() == 0) {
      long own = 0;
      for (size_t i = 0; i < sizeof big; i += 4096) {
        own += big[i];
        big[i]++;
      }
      initialised[2] += round;
      printf("child %d: %ld %d\n", round, own, initialised[2]);
      fflush(stdout);
      _exit(0);
    }
    wait(NULL);
    big[round * 4096] += 3;
  }
  for (size_t i = 0; i < sizeof big; i += 4096) sum += big[i];
  printf("%ld %d\n", sum, initialised[2]);
  struct rlimit limit;
  getrlimit(RLIMIT_STACK, &limit);
  printf("%d\n", limit.rlim_cur >= 1 << 20);
  return 0;
}
