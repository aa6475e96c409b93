#include "runtime.h"

enum { SYS_OPEN = 1, SYS_WRITE = 5, SYS_GET_CMDLINE = 0x15, SYS_EXIT = 0x18 };
enum { CONSOLE_BUFFER = 1024, MOST_ARGUMENTS = 16 };

int main(int argc, char **argv);

static long console_handle;
static char console[CONSOLE_BUFFER];
static size_t console_length;

static void flush(void) {
  long block[3] = {console_handle, (long)console, (long)console_length};
  if (console_length > 0) semihosting(SYS_WRITE, block);
  console_length = 0;
}

int putchar(int character) {
  console[console_length++] = (char)character;
  if (console_length == CONSOLE_BUFFER) flush();
  return (unsigned char)character;
}

int puts(const char *text) {
  while (*text) putchar(*text++);
  return putchar('\n');
}

void exit(int status) {
  flush();
  long block[2] = {0x20026, status};
  semihosting(SYS_EXIT, block);
  for (;;) {
  }
}

void (*on_exception)(struct exception *);

void runtime_exception(struct exception *exception) {
  if (on_exception != NULL) {
    on_exception(exception);
    return;
  }
  printf("unexpected exception: ESR %lx ELR %lx FAR %lx\n", exception->esr, exception->elr, exception->far);
  exit(99);
}

/* Blocks are never given back: programs are short. The heap is above the stack, in the first 32 MiB of RAM. */
void *malloc(size_t size) {
  extern char __stack_top[];
  static const uintptr_t heap_end = 0x41f00000;
  static uintptr_t heap_next;
  if (heap_next == 0) heap_next = (uintptr_t)__stack_top;
  uintptr_t at = (heap_next + 15) & ~(uintptr_t)15;
  if (size > heap_end - at) return NULL;
  heap_next = at + size;
  return (void *)at;
}

void free(void *memory) { (void)memory; }

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  char *t = to;
  const char *f = from;
  while (size-- > 0) *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  char *t = to;
  const char *f = from;
  if (t <= f) return memcpy(to, from, size);
  while (size-- > 0) t[size] = f[size];
  return to;
}

void *memset(void *to, int value, size_t size) {
  char *t = to;
  while (size-- > 0) *t++ = (char)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a, *y = b;
  for (; size > 0; size--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return (size_t)(end - text);
}

int strncmp(const char *a, const char *b, size_t size) {
  for (; size > 0; size--, a++, b++) {
    if (*a != *b) return (unsigned char)*a - (unsigned char)*b;
    if (*a == 0) break;
  }
  return 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, SIZE_MAX); }

char *strcpy(char *to, const char *from) {
  memcpy(to, from, strlen(from) + 1);
  return to;
}

char *strchr(const char *text, int character) {
  for (;; text++) {
    if (*text == (char)character) return (char *)text;
    if (*text == 0) return NULL;
  }
}

char *strstr(const char *text, const char *part) {
  size_t length = strlen(part);
  for (;; text++) {
    if (strncmp(text, part, length) == 0) return (char *)text;
    if (*text == 0) return NULL;
  }
}

uint32_t random32(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

void runtime_main(void) {
  static char line[256];
  static char *arguments[MOST_ARGUMENTS + 1];
  long open[3] = {(long)":tt", 4, 3};
  console_handle = semihosting(SYS_OPEN, open);
  long block[2] = {(long)line, sizeof line};
  int count = 0;
  if (semihosting(SYS_GET_CMDLINE, block) == 0) {
    for (char *at = line; *at != 0 && count < MOST_ARGUMENTS;) {
      arguments[count++] = at;
      while (*at != 0 && *at != ' ') at++;
      while (*at == ' ') *at++ = 0;
    }
  }
  exit(main(count, arguments));
}
