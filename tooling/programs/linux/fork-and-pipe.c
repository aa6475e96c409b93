#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int values[4096];

static void status_of(int status) {
  if (WIFEXITED(status)) printf("exited %d\n", WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
  else if (WIFSTOPPED(status)) printf("stopped %d\n", WSTOPSIG(status));
  else if (WIFCONTINUED(status)) puts("continued");
}

int main(void) {
  int down[2], up[2], status;
  for (int i = 0; i < 4096; i++) values[i] = i;
  pipe(down);
  pipe(up);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    close(down[1]);
    close(up[0]);
    long sum = 0;
    int n;
    while (read(down[0], &n, sizeof n) == sizeof n) {
      values[n] *= 2;
      sum += values[n];
    }
    write(up[1], &sum, sizeof sum);
    _exit(17);
  }
  close(down[0]);
  close(up[1]);
  for (int i = 0; i < 4096; i += 3) write(down[1], &i, sizeof i);
  close(down[1]);
  long sum;
  read(up[0], &sum, sizeof sum);
  printf("sum %ld, mine %d\n", sum, values[999]);
  printf("%d\n", waitpid(child, &status, 0) == child);
  status_of(status);
  printf("%d %d\n", waitpid(-1, &status, 0), errno == ECHILD);

  /* Many children, each with its own status. */
  int total = 0;
  for (int i = 0; i < 8; i++)
    if (fork() == 0) _exit(i * 3);
  for (int i = 0; i < 8; i++) {
    wait(&status);
    total += WEXITSTATUS(status);
  }
  printf("total %d\n", total);

  child = fork();
  if (child == 0) for (;;) pause();
  kill(child, SIGTERM);
  waitpid(child, &status, 0);
  status_of(status);
  child = fork();
  if (child == 0) abort();
  waitpid(child, &status, 0);
  status_of(status);
  child = fork();
  if (child == 0) {
    *(volatile int *)8 = 1;
    _exit(0);
  }
  waitpid(child, &status, 0);
  status_of(status);
  child = fork();
  if (child == 0) {
    raise(SIGSTOP);
    _exit(9);
  }
  waitpid(child, &status, WUNTRACED);
  status_of(status);
  kill(child, SIGCONT);
  waitpid(child, &status, WCONTINUED);
  status_of(status);
  waitpid(child, &status, 0);
  status_of(status);
  printf("%d\n", waitpid(-1, &status, WNOHANG) == -1);

  /* A pipe that nobody reads. */
  pipe(down);
  close(down[0]);
  child = fork();
  if (child == 0) {
    write(down[1], "x", 1);
    _exit(0);
  }
  waitpid(child, &status, 0);
  status_of(status);
  signal(SIGPIPE, SIG_IGN);
  printf("%zd %d\n", write(down[1], "x", 1), errno == EPIPE);

  /* A chain of processes, and more than a pipe holds. */
  pipe(down);
  child = fork();
  if (child == 0) {
    close(down[0]);
    char *block = malloc(300000);
    memset(block, 'q', 300000);
    _exit(write(down[1], block, 300000) == 300000 ? 0 : 1);
  }
  close(down[1]);
  char buffer[1000];
  ssize_t got;
  total = 0;
  while ((got = read(down[0], buffer, sizeof buffer)) > 0) total += got;
  waitpid(child, &status, 0);
  printf("%d\n", total);
  status_of(status);
  return 0;
}
