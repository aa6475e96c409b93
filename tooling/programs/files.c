#include "runtime.h"

/* Files by semihosting: what is written is read again, and what is wrong is answered with -1. */
enum { OPEN = 1, CLOSE, WRITE = 5, READ, ISTTY = 9, SEEK, FLEN = 12, REMOVE = 14, RENAME };
enum { R = 0, R_PLUS = 2, W = 4, W_PLUS = 6 };

static long call(long operation, long a, long b, long c, long d) {
  long block[4] = {a, b, c, d};
  return semihosting(operation, block);
}

static long open(const char *name, long mode) { return call(OPEN, (long)name, mode, (long)strlen(name), 0); }

static void show(const char *name) {
  char text[64];
  memset(text, '.', sizeof text);
  long handle = open(name, R);
  if (handle < 0) {
    printf("%s: none\n", name);
    return;
  }
  long length = call(FLEN, handle, 0, 0, 0);
  long left = call(READ, handle, (long)text, sizeof text, 0);
  printf("%s: %ld bytes, %ld not read: ", name, length, left);
  for (long i = 0; i < (long)sizeof text - left; i++) putchar(text[i]);
  printf(", terminal %ld, closed %ld\n", call(ISTTY, handle, 0, 0, 0), call(CLOSE, handle, 0, 0, 0));
}

int main(void) {
  show("one");
  long handle = open("one", W_PLUS);
  printf("%ld ", call(WRITE, handle, (long)"hello, file", 11, 0));
  printf("%ld ", call(SEEK, handle, 7, 0, 0));
  printf("%ld ", call(WRITE, handle, (long)"FILE!", 5, 0));
  printf("%ld\n", call(CLOSE, handle, 0, 0, 0));
  show("one");
  handle = open("one", R_PLUS);
  call(SEEK, handle, call(FLEN, handle, 0, 0, 0), 0, 0);
  call(WRITE, handle, (long)" and more", 9, 0);
  call(CLOSE, handle, 0, 0, 0);
  show("one");
  handle = open("one", R_PLUS);
  call(SEEK, handle, 15, 0, 0);
  printf("%ld\n", call(WRITE, handle, (long)"longer", 6, 0));
  call(CLOSE, handle, 0, 0, 0);
  printf("%ld\n", call(RENAME, (long)"one", 3, (long)"two", 3));
  show("one");
  show("two");
  handle = open("two", W);
  call(CLOSE, handle, 0, 0, 0);
  show("two");
  printf("%ld\n", call(REMOVE, (long)"two", 3, 0, 0));
  printf("%ld\n", call(REMOVE, (long)"two", 3, 0, 0));
  printf("%ld %ld %ld\n", call(CLOSE, 1234, 0, 0, 0), call(FLEN, 1234, 0, 0, 0), open("one", R_PLUS));
  return 0;
}
