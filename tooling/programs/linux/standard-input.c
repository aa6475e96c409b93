#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  char line[200];
  int lines = 0, letters = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    lines++;
    letters += (int)strlen(line);
  }
  printf("%d lines, %d characters, %d\n", lines, letters, feof(stdin) != 0);
  printf("%zd\n", read(0, line, 10));
  return lines > 100 ? 1 : 0;
}
