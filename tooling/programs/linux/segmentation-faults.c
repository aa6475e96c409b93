#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf back;
static void *where;
static int code, which;

static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  which = signal;
  where = info->si_addr;
  code = info->si_code;
  siglongjmp(back, 1);
}

static const int constant = 3;

#define TRY(name, action, expected)                                                        \
  do {                                                                                     \
    which = 0;                                                                             \
    if (sigsetjmp(back, 1) == 0) action;                                                   \
    printf("%-24s signal %d, code %d, address %s\n", name, which, code,                    \
           where == (void *)(expected) ? "right" : "wrong");                               \
  } while (0)

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  sigaction(SIGILL, &action, NULL);
  sigaction(SIGTRAP, &action, NULL);
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  volatile char *p = page;
  p[0] = 'x';
  TRY("null", *(volatile int *)0 = 1, 0);
  TRY("constant", *(volatile int *)&constant = 4, &constant);
  TRY("code", *(volatile int *)&main = 4, &main);
  mprotect(page, 4096, PROT_READ);
  TRY("read-only page", p[5] = 1, page + 5);
  printf("%c\n", p[0]);
  mprotect(page, 4096, PROT_NONE);
  TRY("no access", (void)p[7], page + 7);
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  p[1] = 'y';
  printf("%c%c\n", p[0], p[1]);
  munmap(page + 4096, 4096);
  TRY("unmapped", p[4096] = 1, page + 4096);
  TRY("not executable", ((void (*)(void))page)(), page);
  /* QEMU gives another code here than Linux does. */
  if (sigsetjmp(back, 1) == 0) __asm__ volatile("udf #0");
  printf("undefined: signal %d\n", which);
  TRY("high", (void)*(volatile char *)0x7000000000001234, where);
  return 0;
}
