/* Runs cases: harness INPUT OUTPUT. The formats are in case.ts. A fault leaves all as it was and is noted. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#define WINDOW 0x1234600000
#define PAGE 4096
#define PAGES 9
#define MAX_CHANGES 8

struct change {
  uint32_t offset, unused;
  uint8_t bytes[16];
};

struct case_record {
  uint32_t word, nzcv, fault, change_count;
  uint64_t x[31], sp;
  uint8_t v[32][16];
  uint64_t fault_address;
  struct change changes[MAX_CHANGES];
  uint64_t unused;
};

extern char run_case_slot[];
void run_case(struct case_record *);

static char signal_stack[65536];
static struct case_record *current;

/* '-' unmapped, 'w' readable and writable, 'r' readable: as in case.ts. */
static const char kinds[PAGES + 1] = "-ww-rw-w-";
static uint32_t pristine[PAGES * PAGE / 4];

static void on_fault(int signal, siginfo_t *info, void *context) {
  current->fault = signal == SIGILL ? 1 : signal == SIGSEGV ? 2 : 3;
  current->fault_address = (uint64_t)info->si_addr;
  ((ucontext_t *)context)->uc_mcontext.pc += 4;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

/* Notes the 16-byte granules that a case changed, and restores them. */
static void collect_changes(struct case_record *result) {
  for (unsigned page = 0; page < PAGES; page++) {
    if (kinds[page] != 'w') continue;
    uint64_t *now = (uint64_t *)(WINDOW + page * PAGE);
    uint64_t *then = (uint64_t *)(pristine + page * PAGE / 4);
    for (unsigned at = 0; at < PAGE / 8; at += 2) {
      if (now[at] == then[at] && now[at + 1] == then[at + 1]) continue;
      if (result->change_count < MAX_CHANGES) {
        struct change *change = &result->changes[result->change_count++];
        change->offset = page * PAGE + at * 8;
        memcpy(change->bytes, now + at, 16);
      }
      now[at] = then[at];
      now[at + 1] = then[at + 1];
    }
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int file = open(arguments[1], O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return fail(arguments[1]);
  size_t size = status.st_size;
  struct case_record *cases = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (cases == MAP_FAILED) return fail("mmap");
  for (unsigned at = 0; at < PAGES * PAGE / 4; at++) pristine[at] = (at + 1) * 0x9e3779b1u;
  for (unsigned page = 0; page < PAGES; page++) {
    if (kinds[page] == '-') continue;
    char *address = (char *)WINDOW + page * PAGE;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    if (mmap(address, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) != address) return fail("window");
    memcpy(address, pristine + page * PAGE / 4, PAGE);
    if (kinds[page] == 'r' && mprotect(address, PAGE, PROT_READ) != 0) return fail("protection");
  }
  stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  if (sigaltstack(&stack, 0) != 0) return fail("signal stack");
  static const int signals[] = {SIGILL, SIGSEGV, SIGBUS};
  for (unsigned at = 0; at < 3; at++)
    if (sigaction(signals[at], &action, 0) != 0) return fail("signal");
  volatile uint32_t *slot = (volatile uint32_t *)run_case_slot;
  for (size_t index = 0; index < size / sizeof *cases; index++) {
    current = &cases[index];
    if (*slot != current->word) {
      *slot = current->word;
      __builtin___clear_cache(run_case_slot, run_case_slot + 4);
    }
    run_case(current);
    collect_changes(current);
  }
  FILE *output = fopen(arguments[2], "wb");
  if (output == 0) return fail(arguments[2]);
  if (fwrite(cases, 1, size, output) != size || fclose(output) != 0) return fail("write");
  return 0;
}
