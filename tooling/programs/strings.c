#include "runtime.h"

int main(void) {
  char text[200] = "";
  for (int i = 0; i < 10; i++) {
    char word[20];
    snprintf(word, sizeof word, "word%d ", i * i);
    strcpy(text + strlen(text), word);
  }
  printf("%s|%zu\n", text, strlen(text));
  printf("%d %d %d\n", strcmp("abc", "abd") < 0, strcmp("b", "abc") > 0, strncmp("abcd", "abcx", 3));
  printf("%s|%s|%d\n", strstr(text, "word16"), strchr(text, '8'), strstr(text, "none") == NULL);
  memmove(text + 3, text, 40);
  text[50] = 0;
  puts(text);
  for (size_t i = 0, k = strlen(text) - 1; i < k; i++, k--) {
    char t = text[i];
    text[i] = text[k];
    text[k] = t;
  }
  puts(text);
  return memcmp("same", "same", 4);
}
