/* Runs cases: harness INPUT OUTPUT. The format is in case.ts; an instruction that is UNDEFINED leaves all as it was. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

struct case_record {
  uint32_t word, nzcv, fpcr, fpsr;
  uint64_t x[31];
  uint64_t undefined;
  uint8_t v[32][16];
};

extern char run_case_slot[];
void run_case(struct case_record *);

static char signal_stack[65536];

static void on_illegal(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)info;
  ucontext_t *user = context;
  ((struct case_record *)user->uc_mcontext.sp)->undefined = 1;
  user->uc_mcontext.pc += 4;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int file = open(arguments[1], O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return fail(arguments[1]);
  size_t size = status.st_size;
  struct case_record *cases = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (cases == MAP_FAILED) return fail("mmap");
  stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
  struct sigaction action = {.sa_sigaction = on_illegal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  if (sigaltstack(&stack, 0) != 0 || sigaction(SIGILL, &action, 0) != 0) return fail("signal");
  char *page = (char *)((uintptr_t)run_case_slot & ~(uintptr_t)4095);
  if (mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) return fail("mprotect");
  volatile uint32_t *slot = (volatile uint32_t *)run_case_slot;
  for (size_t index = 0; index < size / sizeof *cases; index++) {
    if (*slot != cases[index].word) {
      *slot = cases[index].word;
      __builtin___clear_cache(run_case_slot, run_case_slot + 4);
    }
    run_case(&cases[index]);
  }
  FILE *output = fopen(arguments[2], "wb");
  if (output == 0) return fail(arguments[2]);
  if (fwrite(cases, 1, size, output) != size || fclose(output) != 0) return fail("write");
  return 0;
}
