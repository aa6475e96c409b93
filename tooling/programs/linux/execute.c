#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "child") == 0) {
    printf("child: %s %s", argv[2], getenv("PASSED") ? getenv("PASSED") : "none");
    struct sigaction action;
    sigaction(SIGUSR1, NULL, &action);
    printf(" %d", action.sa_handler == SIG_IGN);
    sigaction(SIGUSR2, NULL, &action);
    printf(" %d", action.sa_handler == SIG_DFL);
    printf(" %d %d\n", fcntl(20, F_GETFD), fcntl(21, F_GETFD) == -1 && errno == EBADF);
    return 33;
  }
  if (argc > 1 && strcmp(argv[1], "cat") == 0) {
    int c;
    while ((c = getchar()) != EOF) putchar(c >= 'a' && c <= 'z' ? c - 32 : c);
    return 0;
  }
  int status;
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, (void (*)(int))main);
  dup2(1, 20);
  dup3(1, 21, O_CLOEXEC);
  char *args[] = {argv[0], "child", "by execve", NULL};
  char *env[] = {"PASSED=yes", NULL};
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    execve("/proc/self/exe", args, env);
    _exit(99);
  }
  waitpid(child, &status, 0);
  printf("%d\n", WEXITSTATUS(status));
  fflush(stdout);
  child = vfork();
  if (child == 0) {
    args[2] = "by vfork";
    execve("/proc/self/exe", args, env);
    _exit(99);
  }
  waitpid(child, &status, 0);
  printf("%d\n", WEXITSTATUS(status));
  fflush(stdout);
  args[2] = "by posix_spawn";
  int failed = posix_spawn(&child, "/proc/self/exe", NULL, NULL, args, env);
  waitpid(child, &status, 0);
  printf("%d %d\n", failed, WEXITSTATUS(status));
  fflush(stdout);
  failed = posix_spawn(&child, "/not/there", NULL, NULL, args, env);
  printf("%d\n", failed == ENOENT);

  /* A pipeline: this process, cat, and this process again. */
  int to[2], from[2];
  pipe2(to, O_CLOEXEC);
  pipe2(from, O_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  char *cat[] = {argv[0], "cat", NULL};
  posix_spawn(&child, "/proc/self/exe", &actions, NULL, cat, environ);
  close(to[0]);
  close(from[1]);
  write(to[1], "shout this\n", 11);
  close(to[1]);
  char text[100];
  ssize_t got = read(from[0], text, sizeof text);
  printf("%.*s", (int)got, text);
  waitpid(child, &status, 0);

  printf("%d %d\n", execve("/not/there", args, env), errno == ENOENT);
  printf("%d %d\n", execve("/", args, env), errno == EACCES);
  FILE *script = fopen("broken", "w");
  fputs("this is no program\n", script);
  fclose(script);
  printf("%d %d\n", execve("broken", args, env), errno == EACCES);
  return 0;
}
