#include "runtime.h"

/* Exceptions that a program can cause, each with what the architecture says about it. */
static uintptr_t resume;
static unsigned long seen, address;

static void skip(struct exception *exception) {
  seen = exception->esr;
  address = exception->far;
  /* A supervisor call is over; what failed is passed over. */
  if (exception->esr >> 26 != 0x15) exception->elr = resume != 0 ? resume : exception->elr + 4;
  resume = 0;
  /* An illegal return is reported in the state that it leads to. */
  exception->spsr &= ~(1ul << 20);
}

#define TRY(name, ...)                                                  \
  do {                                                                  \
    seen = 0;                                                           \
    __asm__ volatile(__VA_ARGS__);                                      \
    printf("%-28s class %02lx, syndrome %lx\n", name, seen >> 26, seen & 0x1ffffff); \
  } while (0)

static const unsigned constant = 5;
static uint64_t cells[4];

int main(void) {
  on_exception = skip;
  TRY("undefined", "udf #7" : : : "memory");
  TRY("breakpoint", "brk #0x1234" : : : "memory");
  TRY("supervisor call", "svc #0xabc" : : : "memory");
  TRY("null pointer", "ldr x9, [%0]" : : "r"(0l) : "x9", "memory");
  TRY("write to nothing", "str x9, [%0, #8]" : : "r"(0x1000l) : "memory");
  TRY("address of 64 bits", "ldrb w9, [%0]" : : "r"(0x0123456789abcdefl) : "x9", "memory");
  TRY("write to code", "str wzr, [%0]" : : "r"(&main) : "memory");
  printf("%s\n", address == (unsigned long)&main ? "at main" : "elsewhere");
  TRY("write to a constant", "strh wzr, [%0]" : : "r"(&constant) : "memory");
  TRY("below the stack", "ldr x9, [%0]" : : "r"(__guard) : "x9", "memory");
  TRY("into the page below", "stp q0, q1, [%0, #-16]" : : "r"(__stack_bottom) : "memory");
  TRY("unaligned exclusive", "ldxr x9, [%0]" : : "r"((char *)cells + 1) : "x9", "memory");
  TRY("unaligned acquire", "ldar w9, [%0]" : : "r"((char *)cells + 2) : "x9", "memory");
  TRY("unaligned load", "ldr x9, [%0]" : : "r"((char *)cells + 3) : "x9", "memory");
  TRY("write to a register", "msr s3_0_c0_c0_0, x9" : : : "memory");
  TRY("a register that is not", "mrs x9, s3_7_c15_c15_7" : : : "x9");
  /* Jumps: the handler returns behind the call. */
  TRY("call of data", "adr x9, 1f\n str x9, %0\n blr %1\n1:" : "=m"(resume) : "r"(cells) : "x9", "x30", "memory");
  printf("%s\n", address == (unsigned long)cells ? "at the data" : "elsewhere");
  TRY("call of nothing", "adr x9, 1f\n str x9, %0\n blr %1\n1:" : "=m"(resume) : "r"(0x20000000l) : "x9", "x30", "memory");
  TRY("unaligned call", "adr x9, 1f\n str x9, %0\n blr %1\n1:" : "=m"(resume) : "r"((char *)&main + 2) : "x9", "x30", "memory");
  TRY("return to EL2", "adr x9, 1f\n str x9, %0\n adr x9, 2f\n msr elr_el1, x9\n mov x9, #0x3c9\n msr spsr_el1, x9\n eret\n1:\n2:" : "=m"(resume) : : "x9", "memory");
  return 0;
}
