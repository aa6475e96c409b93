/*
 * Runs cases: harness CASES RESULTS WINDOW KINDS. The form of cases and results is in record.ts. WINDOW holds the
 * content of the window, KINDS a letter for each of its pages: x for slots of instructions, w for writable, r for
 * read-only, - for none. An instruction that ends in a signal leaves all as it was, and the signal is noted.
 */
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
#define SLOTS 4096
#define MAX_CHANGES 6

struct change {
  uint32_t offset, unused;
  uint8_t bytes[16];
};

struct case_record {
  uint32_t word, nzcv, fpcr, fpsr;
  uint64_t x[31], sp;
  uint8_t v[32][16];
  uint64_t fault_address;
  uint32_t fault, change_count, may_store, slot;
  struct change changes[MAX_CHANGES];
};

/* ldp x29, x30, [x30, #248]; the word; b leave_case */
struct slot {
  uint32_t load, word, leave, unused;
};

extern char leave_case[];
void run_case(struct case_record *, struct slot *);

static char signal_stack[65536];
static struct case_record *current;
static const char *kinds;
static const uint64_t *pristine;

static void on_signal(int signal, siginfo_t *info, void *context) {
  uint64_t *pc = (uint64_t *)&((ucontext_t *)context)->uc_mcontext.pc;
  if (*pc - WINDOW >= SLOTS * sizeof(struct slot)) _exit(3);
  current->fault = signal == SIGILL ? 1 : signal == SIGSEGV ? 2 : 3;
  current->fault_address = (uint64_t)info->si_addr;
  *pc += 4;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

static void *file_content(const char *name, size_t *size) {
  struct stat status;
  int file = open(name, O_RDONLY);
  if (file < 0 || fstat(file, &status) != 0) return MAP_FAILED;
  *size = status.st_size;
  return mmap(0, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
}

/* Notes the 16-byte granules that a case changed, and restores them. */
static void collect_changes(struct case_record *result) {
  for (unsigned page = 0; kinds[page] != 0; page++) {
    if (kinds[page] != 'w') continue;
    uint64_t *now = (uint64_t *)(WINDOW + page * PAGE);
    const uint64_t *then = pristine + page * PAGE / 8;
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

static int map_window(void) {
  for (unsigned page = 0; kinds[page] != 0; page++) {
    if (kinds[page] == '-') continue;
    char *address = (char *)WINDOW + page * PAGE;
    int access = PROT_READ | PROT_WRITE | (kinds[page] == 'x' ? PROT_EXEC : 0);
    if (mmap(address, PAGE, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != address) return -1;
    if (kinds[page] != 'x') memcpy(address, (const char *)pristine + page * PAGE, PAGE);
    if (kinds[page] == 'r' && mprotect(address, PAGE, PROT_READ) != 0) return -1;
  }
  return 0;
}

/* Writes the words of all cases up to one that needs a slot again; returns its index. */
static size_t fill_slots(const struct case_record *cases, size_t from, size_t count) {
  struct slot *slots = (struct slot *)WINDOW;
  size_t at = from;
  do {
    struct slot *slot = &slots[cases[at].slot];
    uint32_t distance = (uint32_t)(leave_case - (char *)&slot->leave) >> 2;
    *slot = (struct slot){0xa94ffbdd, cases[at].word, 0x14000000 | (distance & 0x3ffffff), 0};
    at++;
  } while (at < count && cases[at].slot > cases[at - 1].slot);
  __builtin___clear_cache((char *)slots, (char *)(slots + SLOTS));
  return at;
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  size_t size, window_size;
  struct case_record *cases = file_content(arguments[1], &size);
  pristine = file_content(arguments[3], &window_size);
  kinds = arguments[4];
  if (cases == MAP_FAILED || pristine == MAP_FAILED || map_window() != 0) return fail("memory");
  stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  if (sigaltstack(&stack, 0) != 0) return fail("signal stack");
  static const int signals[] = {SIGILL, SIGSEGV, SIGBUS};
  for (unsigned at = 0; at < 3; at++)
    if (sigaction(signals[at], &action, 0) != 0) return fail("signal");
  size_t cases_count = size / sizeof *cases;
  for (size_t index = 0, filled = 0; index < cases_count; index++) {
    current = &cases[index];
    if (index == filled) filled = fill_slots(cases, index, cases_count);
    run_case(current, (struct slot *)WINDOW + current->slot);
    if (current->may_store) collect_changes(current);
  }
  int output = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
  for (size_t done = 0; done < size;) {
    ssize_t written = write(output, (char *)cases + done, size - done);
    if (written <= 0) return fail("write");
    done += written;
  }
  return 0;
}
