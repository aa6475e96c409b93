#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

static void last(void) { puts("last"); }
static void first(void) { puts("first"); }

int main(int argc, char **argv) {
  printf("%d arguments:", argc - 1);
  for (int i = 1; i < argc; i++) printf(" [%s]", argv[i]);
  putchar('\n');
  setenv("COLOUR", "blue", 1);
  setenv("COLOUR", "red", 0);
  printf("%s %s\n", getenv("COLOUR"), getenv("NOT_THERE") ? "there" : "not there");
  unsetenv("COLOUR");
  printf("%d\n", getenv("COLOUR") == NULL);
  printf("page %lu, uid %d, entry %d, random %d, headers %d, platform %s\n", getauxval(AT_PAGESZ),
         getauxval(AT_UID) == getuid(), getauxval(AT_ENTRY) != 0, getauxval(AT_RANDOM) != 0,
         getauxval(AT_PHNUM) > 2, (char *)getauxval(AT_PLATFORM));
  printf("%ld %ld\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK));
  atexit(last);
  atexit(first);
  return argc + 40;
}
