#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(void) {
  long long start = now(CLOCK_MONOTONIC);
  struct timespec pause = {0, 20000000};
  printf("%d\n", nanosleep(&pause, NULL));
  long long spent = now(CLOCK_MONOTONIC) - start;
  printf("slept %d %d\n", spent >= 20000000, spent < 5000000000LL);
  int steps = 0;
  long long last = now(CLOCK_MONOTONIC);
  for (int i = 0; i < 1000; i++) {
    long long next = now(CLOCK_MONOTONIC);
    if (next < last) steps++;
    last = next;
  }
  printf("back %d\n", steps);
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += 5000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  printf("absolute %d\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
  printf("reached %d\n", now(CLOCK_MONOTONIC) >= until.tv_sec * 1000000000LL + until.tv_nsec);
  struct timeval day;
  gettimeofday(&day, NULL);
  printf("same %d\n", llabs(day.tv_sec - time(NULL)) <= 1);
  printf("recent %d\n", day.tv_sec > 1700000000);
  struct timespec bad = {0, 1000000000};
  printf("%d %d\n", nanosleep(&bad, NULL), errno == EINVAL);
  printf("%d %d\n", clock_gettime(77, &bad), errno == EINVAL);
  struct timespec resolution;
  printf("%d\n", clock_getres(CLOCK_MONOTONIC, &resolution));
  time_t then = 1234567890;
  char text[100];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a %j", gmtime(&then));
  puts(text);
  struct tm parts = {.tm_year = 124, .tm_mon = 1, .tm_mday = 30};
  then = timegm(&parts);
  printf("%ld %d-%d\n", (long)then, parts.tm_mon + 1, parts.tm_mday);
  printf("%d\n", clock() != (clock_t)-1);
  return 0;
}
