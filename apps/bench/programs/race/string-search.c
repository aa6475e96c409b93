/* String search: Horspool's, Knuth, Morris and Pratt's, and the C library's, in a text of half a megabyte. */
#define _GNU_SOURCE
#include "text.h"

enum { SIZE = 512 * 1024, LONGEST = 32 };

static size_t horspool(const char *text, size_t size, const char *pattern, size_t length) {
  size_t skip[256], found = 0;
  for (int i = 0; i < 256; i++) skip[i] = length;
  for (size_t i = 0; i + 1 < length; i++) skip[(unsigned char)pattern[i]] = length - 1 - i;
  for (size_t at = 0; at + length <= size; at += skip[(unsigned char)text[at + length - 1]]) {
    size_t i = length;
    while (i > 0 && text[at + i - 1] == pattern[i - 1]) i--;
    if (i == 0) found++;
  }
  return found;
}

static size_t prefix_search(const char *text, size_t size, const char *pattern, size_t length) {
  size_t border[LONGEST + 1] = {0}, found = 0, matched = 0;
  for (size_t i = 1; i < length; i++) {
    while (matched > 0 && pattern[i] != pattern[matched]) matched = border[matched - 1];
    if (pattern[i] == pattern[matched]) matched++;
    border[i] = matched;
  }
  matched = 0;
  for (size_t at = 0; at < size; at++) {
    while (matched > 0 && text[at] != pattern[matched]) matched = border[matched - 1];
    if (text[at] == pattern[matched]) matched++;
    if (matched == length) {
      found++;
      matched = border[matched - 1];
    }
  }
  return found;
}

static size_t library_search(const char *text, size_t size, const char *pattern, size_t length) {
  size_t found = 0;
  for (const char *at = text; (at = memmem(at, size - (size_t)(at - text), pattern, length)) != NULL; at++) found++;
  return found;
}

int main(int argc, char **argv) {
  static struct text_source source;
  static char text[SIZE];
  uint64_t state = 7, sum = DIGEST_START;
  text_open(&source, 3);
  text_fill(&source, text, SIZE);
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    size_t length = 4 + random_below(&state, LONGEST - 4), from = random_below(&state, SIZE - LONGEST);
    const char *pattern = text + from;
    size_t found = horspool(text, SIZE, pattern, length);
    if (found == 0 || prefix_search(text, SIZE, pattern, length) != found) fail("searches differ");
    if (library_search(text, SIZE, pattern, length) != found) fail("the library's search differs");
    sum = digest(sum, found);
  }
  return report(sum);
}
