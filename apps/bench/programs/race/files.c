/* Writes a tree of files of text below a directory: as many directories as the second argument says, 16 files each. */
#include <sys/stat.h>

#include "text.h"

enum { FILES = 16, LONGEST = 32 * 1024 };

int main(int argc, char **argv) {
  static struct text_source source;
  static char buffer[LONGEST], path[4096];
  if (argc != 3) {
    fprintf(stderr, "usage: %s DIRECTORY COUNT\n", argv[0]);
    return 2;
  }
  int count = atoi(argv[2]);
  text_open(&source, 47);
  for (int directory = 0; directory < count; directory++) {
    snprintf(path, sizeof path, "%s/directory-%d", argv[1], directory);
    if (mkdir(path, 0755) != 0) fail("cannot make a directory");
    for (int i = 0; i < FILES; i++) {
      snprintf(path, sizeof path, "%s/directory-%d/file-%d", argv[1], directory, i);
      size_t size = 1 + random_below(&source.state, LONGEST);
      text_fill(&source, buffer, size);
      FILE *file = fopen(path, "w");
      if (file == NULL || fwrite(buffer, size, 1, file) != 1 || fclose(file) != 0) fail("cannot write a file");
    }
  }
  return 0;
}
