#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ticks;
static void tick(int signal) {
  (void)signal;
  ticks++;
}

int main(void) {
  struct sigaction action = {.sa_handler = tick};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {{0, 2000}, {0, 2000}};
  setitimer(ITIMER_REAL, &timer, NULL);
  while (ticks < 3) pause();
  struct itimerval off = {{0, 0}, {0, 0}}, left;
  setitimer(ITIMER_REAL, &off, &left);
  printf("%d %d\n", ticks >= 3, left.it_interval.tv_usec == 2000);

  int ends[2];
  char c;
  pipe(ends);
  ticks = 0;
  struct itimerval once = {{0, 0}, {0, 5000}};
  setitimer(ITIMER_REAL, &once, NULL);
  ssize_t got = read(ends[0], &c, 1);
  printf("read %zd %d ticks %d\n", got, errno == EINTR, ticks);

  setitimer(ITIMER_REAL, &once, NULL);
  struct timespec long_time = {5, 0}, rest;
  int result = nanosleep(&long_time, &rest);
  printf("sleep %d %d rest %d\n", result, errno == EINTR, rest.tv_sec == 4);

  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  ticks = 0;
  if (fork() == 0) {
    struct timespec t = {0, 30000000};
    nanosleep(&t, NULL);
    write(ends[1], "z", 1);
    _exit(0);
  }
  setitimer(ITIMER_REAL, &once, NULL);
  got = read(ends[0], &c, 1);
  printf("restarted %zd %c ticks %d\n", got, c, ticks);

  sigset_t none, block;
  sigemptyset(&none);
  sigemptyset(&block);
  sigaddset(&block, SIGALRM);
  sigprocmask(SIG_BLOCK, &block, NULL);
  ticks = 0;
  setitimer(ITIMER_REAL, &once, NULL);
  result = sigsuspend(&none);
  printf("suspend %d %d ticks %d\n", result, errno == EINTR, ticks);
  printf("alarm %u\n", alarm(100));
  printf("alarm %u\n", alarm(0));
  return 0;
}
