/* Writes text to standard output: as many megabytes as the argument says. */
#include "text.h"

int main(int argc, char **argv) {
  enum { SIZE = 1 << 20 };
  static struct text_source source;
  static char buffer[SIZE];
  text_open(&source, 43);
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    text_fill(&source, buffer, SIZE);
    if (fwrite(buffer, SIZE, 1, stdout) != 1) fail("cannot write");
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
