#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_t worker;
static volatile sig_atomic_t by_worker, by_main, go;

static void handler(int signal) {
  (void)signal;
  if (pthread_equal(pthread_self(), worker)) by_worker++;
  else by_main++;
}

static void *spin(void *argument) {
  while (!go) {
  }
  return argument;
}

static void *wait_for_signal(void *argument) {
  int signal;
  sigwait(argument, &signal);
  return (void *)(long)signal;
}

int main(void) {
  signal(SIGUSR1, handler);
  pthread_create(&worker, NULL, spin, (void *)5);
  for (int i = 0; i < 3; i++) {
    int before = by_worker;
    pthread_kill(worker, SIGUSR1);
    while (by_worker == before) usleep(100);
  }
  pthread_kill(pthread_self(), SIGUSR1);
  go = 1;
  void *result;
  pthread_join(worker, &result);
  printf("%d %d %ld\n", by_worker, by_main, (long)result);

  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_create(&worker, NULL, wait_for_signal, &set);
  kill(getpid(), SIGUSR2);
  pthread_join(worker, &result);
  printf("%ld\n", (long)result);
  pthread_create(&worker, NULL, wait_for_signal, &set);
  usleep(1000);
  kill(getpid(), SIGTERM);
  pthread_join(worker, &result);
  printf("%ld\n", (long)result);
  return 0;
}
