#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t count, nested, depth;
static char alternate[65536];
static sigjmp_buf back;

static void counter(int signal) {
  count++;
  if (signal == SIGUSR1 && depth < 3) {
    depth++;
    raise(SIGUSR2);
    raise(SIGUSR1);
    nested = count;
  }
}

static void on_alternate(int signal, siginfo_t *info, void *context) {
  (void)info;
  (void)context;
  char here;
  printf("signal %d on the alternate stack: %d\n", signal, &here >= alternate && &here < alternate + sizeof alternate);
  siglongjmp(back, 1);
}

static int recurse(int n) {
  volatile char space[4096];
  space[0] = (char)n;
  return recurse(n + 1) + space[0];
}

static void show(const char *name, sigset_t *set) {
  printf("%s:", name);
  for (int i = 1; i < 32; i++)
    if (sigismember(set, i)) printf(" %d", i);
  putchar('\n');
}

int main(void) {
  signal(SIGUSR1, counter);
  signal(SIGUSR2, counter);
  raise(SIGUSR1);
  printf("count %d nested %d depth %d\n", count, nested, depth);
  raise(SIGUSR1);
  printf("count %d\n", count);

  sigset_t set, old, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGKILL);
  sigprocmask(SIG_BLOCK, &set, &old);
  show("before", &old);
  sigprocmask(SIG_BLOCK, NULL, &old);
  show("now", &old);
  count = 0;
  kill(getpid(), SIGUSR2);
  kill(getpid(), SIGUSR2);
  sigpending(&pending);
  show("pending", &pending);
  printf("count %d\n", count);
  sigdelset(&set, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  printf("count %d\n", count);

  struct sigaction action, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = counter;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  sigaction(SIGHUP, &action, &before);
  printf("%d\n", before.sa_handler == SIG_DFL);
  raise(SIGHUP);
  sigaction(SIGHUP, NULL, &before);
  printf("reset %d\n", before.sa_handler == SIG_DFL);

  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, told;
  sigaltstack(&stack, NULL);
  sigaltstack(NULL, &told);
  printf("alternate %d flags %d\n", told.ss_sp == alternate, told.ss_flags);
  action.sa_sigaction = on_alternate;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, NULL);
  if (sigsetjmp(back, 1) == 0) printf("%d\n", recurse(0));
  else puts("back from a stack overflow");

  printf("%d %d\n", sigaction(SIGKILL, &action, NULL), errno == EINVAL);
  printf("%d %d\n", kill(getpid(), 99), errno == EINVAL);
  printf("%d\n", kill(getpid(), 0));
  signal(SIGCHLD, SIG_IGN);
  raise(SIGCHLD);
  raise(SIGWINCH);
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + 1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 10 + i});
  for (int i = 0; i < 3; i++) {
    siginfo_t info;
    sigwaitinfo(&set, &info);
    printf("value %d\n", info.si_value.sival_int);
  }
  struct timespec none = {0, 0};
  printf("%d %d\n", sigtimedwait(&set, NULL, &none), errno == EAGAIN);
  puts("end by SIGTERM");
  fflush(stdout);
  raise(SIGQUIT);
  return 0;
}
