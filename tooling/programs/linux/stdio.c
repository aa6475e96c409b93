#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  FILE *file = fopen("text", "w+");
  for (int i = 0; i < 3000; i++) fprintf(file, "line %d: %s\n", i, i % 3 ? "odd one" : "third");
  printf("at %ld\n", ftell(file));
  rewind(file);
  char line[100];
  int lines = 0, thirds = 0;
  while (fgets(line, sizeof line, file)) {
    lines++;
    if (strstr(line, "third")) thirds++;
  }
  printf("%d %d eof %d\n", lines, thirds, feof(file) != 0);
  fseek(file, -20, SEEK_END);
  fgets(line, sizeof line, file);
  printf("%s", line);
  fseek(file, 100, SEEK_SET);
  fputs("REPLACED", file);
  fseek(file, 95, SEEK_SET);
  fread(line, 1, 20, file);
  printf("%.20s\n", line);
  fclose(file);
  file = fopen("text", "a");
  fputs("the end\n", file);
  fclose(file);
  file = fopen("text", "r");
  char word[20];
  int number;
  printf("%d %s %d\n", fscanf(file, "%19s %d", word, &number), word, number);
  ungetc('!', file);
  printf("%c\n", fgetc(file));
  setvbuf(file, NULL, _IONBF, 0);
  fclose(file);
  errno = 0;
  printf("%d %s\n", fopen("no/such", "r") == NULL, strerror(errno));
  file = tmpfile();
  if (file != NULL) {
    fputs("temporary", file);
    rewind(file);
    fgets(line, sizeof line, file);
    puts(line);
    fclose(file);
  }
  char *memory;
  size_t size;
  FILE *stream = open_memstream(&memory, &size);
  for (int i = 0; i < 50; i++) fprintf(stream, "%d,", i * i);
  fclose(stream);
  printf("%zu %.20s\n", size, memory);
  free(memory);
  remove("text");
  printf("%d\n", access("text", F_OK));
  printf("%5d|%-5d|%05d|%+d|%x|%#o|%e|%g|%s|%c|%%|%10.3f|%p\n", 42, 42, 42, 42, 255, 8, 12345.678, 0.0001, "str", 'c',
         3.14159, (void *)0x1234);
  fprintf(stderr, "to standard error\n");
  return 0;
}
