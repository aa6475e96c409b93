/* Writes text to standard output: as many megabytes as the argument says. Lines come back, as in logs. */
#include "text.h"

enum { SIZE = 1 << 20, LINE = 72 };

int main(int argc, char **argv) {
  static struct text_source source;
  static char buffer[SIZE];
  text_open(&source, 43);
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    text_fill(&source, buffer, SIZE);
    for (size_t at = 64 * LINE; at + LINE <= SIZE; at += LINE) {
      size_t back = LINE * (1 + random_below(&source.state, 63));
      if (random_below(&source.state, 3) > 0) memcpy(buffer + at, buffer + at - back, LINE);
    }
    if (fwrite(buffer, SIZE, 1, stdout) != 1) fail("cannot write");
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
