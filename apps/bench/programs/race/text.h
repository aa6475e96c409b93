/* Text that looks like a language: words with the frequencies that words have. */
#ifndef TEXT_H
#define TEXT_H

#include "race.h"

enum { TEXT_WORDS = 1024, TEXT_LONGEST = 11 };

struct text_source {
  uint64_t state;
  char words[TEXT_WORDS][TEXT_LONGEST + 1];
};

static inline void text_open(struct text_source *source, uint64_t seed) {
  static const char letters[] = "etaoinshrdlucmfwypvbgkqjxz";
  source->state = seed;
  for (int word = 0; word < TEXT_WORDS; word++) {
    int length = 2 + (int)random_below(&source->state, 3) + (int)random_below(&source->state, TEXT_LONGEST - 3);
    for (int i = 0; i < length; i++) {
      uint32_t letter = random_below(&source->state, 26) * random_below(&source->state, 26) / 26;
      source->words[word][i] = letters[letter];
    }
    source->words[word][length] = '\0';
  }
}

/* The next word: the square makes the first ones common. */
static inline const char *text_word(struct text_source *source) {
  uint64_t draw = random_below(&source->state, TEXT_WORDS);
  return source->words[draw * draw / TEXT_WORDS];
}

/* Fills a buffer with words, and lines of about 70 characters. The last byte is a newline. */
static inline void text_fill(struct text_source *source, char *buffer, size_t size) {
  size_t filled = 0, column = 0;
  while (filled < size) {
    for (const char *word = text_word(source); *word && filled < size; word++, column++) buffer[filled++] = *word;
    if (filled < size) buffer[filled++] = column++ > 70 ? '\n' : ' ';
    if (column > 71) column = 0;
  }
  buffer[size - 1] = '\n';
}

#endif
