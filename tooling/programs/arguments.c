#include "runtime.h"

/* argv[0] is how the image was named: another name on every machine. */
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) printf("%d %zu %s\n", i, strlen(argv[i]), argv[i]);
  return argc;
}
