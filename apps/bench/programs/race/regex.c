/* Regular expressions: a parser, a compiler to a small machine, and a matcher that follows all threads at once. */
#include "text.h"

enum kind { EMPTY, BYTE, ANY, CLASS, SEQUENCE, EITHER, STAR, PLUS, MAYBE };
enum operation { MATCH_BYTE, MATCH_ANY, MATCH_CLASS, SPLIT, GO, ACCEPT };
enum { NODES = 128, CODE = 256, CLASSES = 16, SIZE = 64 * 1024 };

struct node {
  enum kind kind;
  int left, right; /* children, or the byte, or the class */
};

struct instruction {
  enum operation operation;
  int x, y; /* targets, or the byte, or the class */
};

struct regex {
  struct instruction code[CODE];
  int length;
  uint8_t classes[CLASSES][32];
  int class_count;
};

static struct node nodes[NODES];
static int node_count;
static const char *pattern;

static int new_node(enum kind kind, int left, int right) {
  if (node_count == NODES) fail("the expression is too long");
  nodes[node_count] = (struct node){kind, left, right};
  return node_count++;
}

static void include(uint8_t *class, int from, int to) {
  for (int byte = from; byte <= to; byte++) class[byte / 8] |= (uint8_t)(1 << byte % 8);
}

static int parse_class(struct regex *regex) {
  if (regex->class_count == CLASSES) fail("too many classes");
  uint8_t *class = regex->classes[regex->class_count];
  int inverted = *pattern == '^';
  if (inverted) pattern++;
  while (*pattern != ']') {
    int from = (unsigned char)*pattern++, to = from;
    if (from == '\0') fail("a class without an end");
    if (pattern[0] == '-' && pattern[1] != ']') {
      to = (unsigned char)pattern[1];
      pattern += 2;
    }
    include(class, from, to);
  }
  pattern++;
  for (int i = 0; inverted && i < 32; i++) class[i] = (uint8_t)~class[i];
  return new_node(CLASS, regex->class_count++, 0);
}

static int parse_either(struct regex *regex);

static int parse_atom(struct regex *regex) {
  char c = *pattern++;
  if (c == '[') return parse_class(regex);
  if (c == '.') return new_node(ANY, 0, 0);
  if (c == '(') {
    int inner = parse_either(regex);
    if (*pattern++ != ')') fail("a parenthesis without an end");
    return inner;
  }
  if (c == '\\') c = *pattern++;
  return new_node(BYTE, (unsigned char)c, 0);
}

static int parse_sequence(struct regex *regex) {
  int sequence = new_node(EMPTY, 0, 0);
  while (*pattern != '\0' && *pattern != '|' && *pattern != ')') {
    int atom = parse_atom(regex);
    for (; *pattern == '*' || *pattern == '+' || *pattern == '?'; pattern++) {
      atom = new_node(*pattern == '*' ? STAR : *pattern == '+' ? PLUS : MAYBE, atom, 0);
    }
    sequence = new_node(SEQUENCE, sequence, atom);
  }
  return sequence;
}

static int parse_either(struct regex *regex) {
  int left = parse_sequence(regex);
  while (*pattern == '|') {
    pattern++;
    left = new_node(EITHER, left, parse_sequence(regex));
  }
  return left;
}

static int emit(struct regex *regex, enum operation operation, int x, int y) {
  if (regex->length == CODE) fail("the expression is too long");
  regex->code[regex->length] = (struct instruction){operation, x, y};
  return regex->length++;
}

static void generate(struct regex *regex, int index) {
  struct node node = nodes[index];
  int split, go;
  switch (node.kind) {
    case EMPTY: break;
    case BYTE: emit(regex, MATCH_BYTE, node.left, 0); break;
    case ANY: emit(regex, MATCH_ANY, 0, 0); break;
    case CLASS: emit(regex, MATCH_CLASS, node.left, 0); break;
    case SEQUENCE:
      generate(regex, node.left);
      generate(regex, node.right);
      break;
    case EITHER:
      split = emit(regex, SPLIT, regex->length + 1, 0);
      generate(regex, node.left);
      go = emit(regex, GO, 0, 0);
      regex->code[split].y = regex->length;
      generate(regex, node.right);
      regex->code[go].x = regex->length;
      break;
    case STAR:
      split = emit(regex, SPLIT, regex->length + 1, 0);
      generate(regex, node.left);
      emit(regex, GO, split, 0);
      regex->code[split].y = regex->length;
      break;
    case PLUS:
      go = regex->length;
      generate(regex, node.left);
      emit(regex, SPLIT, go, regex->length + 1);
      break;
    case MAYBE:
      split = emit(regex, SPLIT, regex->length + 1, 0);
      generate(regex, node.left);
      regex->code[split].y = regex->length;
      break;
  }
}

static void compile(struct regex *regex, const char *text) {
  memset(regex, 0, sizeof *regex);
  node_count = 0;
  pattern = text;
  int tree = parse_either(regex);
  if (*pattern != '\0') fail("a parenthesis without a start");
  generate(regex, tree);
  emit(regex, ACCEPT, 0, 0);
}

/* A set of threads in order, with membership by a sparse array that needs no clearing. */
struct threads {
  int count;
  int dense[CODE], sparse[CODE];
};

static void add_thread(const struct regex *regex, struct threads *threads, int at) {
  int slot = threads->sparse[at];
  if (slot < threads->count && threads->dense[slot] == at) return;
  threads->sparse[at] = threads->count;
  threads->dense[threads->count++] = at;
  const struct instruction *instruction = &regex->code[at];
  if (instruction->operation == GO) add_thread(regex, threads, instruction->x);
  if (instruction->operation == SPLIT) {
    add_thread(regex, threads, instruction->x);
    add_thread(regex, threads, instruction->y);
  }
}

/* Where the first match in a line ends, or -1. */
static int search(const struct regex *regex, const char *line, int length) {
  static struct threads first, second;
  struct threads *now = &first, *next = &second;
  now->count = 0;
  for (int at = 0;; at++) {
    add_thread(regex, now, 0);
    next->count = 0;
    int byte = at < length ? (unsigned char)line[at] : -1;
    for (int i = 0; i < now->count; i++) {
      const struct instruction *instruction = &regex->code[now->dense[i]];
      int matches = 0;
      switch (instruction->operation) {
        case ACCEPT: return at;
        case MATCH_BYTE: matches = byte == instruction->x; break;
        case MATCH_ANY: matches = byte >= 0; break;
        case MATCH_CLASS: matches = byte >= 0 && (regex->classes[instruction->x][byte / 8] >> byte % 8 & 1); break;
        default: break;
      }
      if (matches) add_thread(regex, next, now->dense[i] + 1);
    }
    if (byte < 0) return -1;
    struct threads *swapped = now;
    now = next;
    next = swapped;
  }
}

static int search_all(const char *expression, const char *text) {
  struct regex regex;
  compile(&regex, expression);
  return search(&regex, text, (int)strlen(text));
}

/* Lines like those of a server's log. */
static size_t write_log(char *log, size_t size) {
  struct text_source source;
  text_open(&source, 31);
  size_t filled = 0;
  while (filled + 160 < size) {
    uint32_t draw = random32(&source.state);
    const char *folder = text_word(&source), *file = text_word(&source), *name = text_word(&source);
    filled += (size_t)sprintf(log + filled, "10.%u.%u.%u [%02u:%02u] %s /%s/%s.%s %u %s=%u\n", draw & 255,
                              draw >> 8 & 255, draw >> 16 & 255, draw % 24, draw % 60, draw & 64 ? "GET" : "POST",
                              folder, file, draw & 128 ? "html" : "png", 200 + draw % 5 * 100, name, draw >> 12);
  }
  return filled;
}

int main(int argc, char **argv) {
  static const char *const expressions[] = {
      "(GET|POST) /[a-z]+/[a-z]*e.(html|png) [45]00",
      "10\\.[0-9]+\\.2[0-4][0-9]\\.1?[0-9]?[0-9] ",
      "(a|e|i|o|u)[a-z](a|e|i|o|u)[a-z](a|e|i|o|u)",
      "=[0-9]*(00|11|22|33|44|55)[0-9]*$?",
      "([a-z]+/)+[^ aeiou]+\\.html",
  };
  static char log[SIZE];
  uint64_t sum = DIGEST_START;
  if (search_all("a(b|c)*d", "xxabcbcd!") != 8 || search_all("^?[0-9]+x", "12y") != -1) fail("wrong matches");
  size_t size = write_log(log, SIZE);
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    struct regex regex;
    compile(&regex, expressions[round % (sizeof expressions / sizeof *expressions)]);
    for (size_t at = 0; at < size;) {
      const char *end = memchr(log + at, '\n', size - at);
      int length = (int)(end - (log + at));
      sum = digest(sum, (uint64_t)search(&regex, log + at, length));
      at += (size_t)length + 1;
    }
  }
  return report(sum);
}
