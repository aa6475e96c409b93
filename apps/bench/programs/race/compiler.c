/*
 * A small compiler: source text is written at random, then tokenised, parsed, folded and turned into the code of a
 * stack machine, which runs to show that folding changed nothing.
 */
#include "compiler.h"

enum { SOURCE = 256 * 1024, FUNCTIONS = 120 };

/* The writer of programs. */
static char source[SOURCE];
static size_t written;
static uint64_t state;

static void put(const char *text) {
  size_t length = strlen(text);
  if (written + length >= SOURCE) fail("the source is too long");
  memcpy(source + written, text, length + 1);
  written += length;
}

static void put_number(const char *before, uint32_t number) {
  char text[48];
  snprintf(text, sizeof text, "%s%u", before, number);
  put(text);
}

static void write_expression(int depth) {
  static const char *const operators[] = {" + ", " - ", " * ", " & ", " ^ ", " < ", " == ", " | "};
  uint32_t draw = random_below(&state, 10);
  if (depth == 0 || draw < 2) {
    if (draw % 2 == 0) put_number("variable_", random_below(&state, VARIABLES));
    else put_number("", random_below(&state, 100));
  } else if (draw == 2) {
    put("-(");
    write_expression(depth - 1);
    put(")");
  } else {
    int nested = random_below(&state, 3) == 0;
    if (nested) put("(");
    write_expression(depth - 1);
    put(operators[random_below(&state, 8)]);
    write_expression(depth - 1);
    if (nested) put(")");
  }
}

static void write_statement(int depth, int indent) {
  uint32_t draw = depth == 0 ? 0 : random_below(&state, 6);
  for (int i = 0; i < indent; i++) put("  ");
  if (draw < 4) {
    put_number("variable_", random_below(&state, VARIABLES));
    put(" = ");
    write_expression(4);
    put(";\n");
    return;
  }
  put(draw == 4 ? "if (" : "repeat (");
  if (draw == 4) write_expression(3);
  else put_number("", 1 + random_below(&state, 4));
  put(") {\n");
  for (uint32_t i = 1 + random_below(&state, 4); i > 0; i--) write_statement(depth - 1, indent + 1);
  for (int i = 0; i < indent; i++) put("  ");
  put("}\n");
}

static void write_source(void) {
  written = 0;
  for (uint32_t i = 0; i < FUNCTIONS; i++) {
    put_number("# function ", i);
    put_number("\nfunction name_", i);
    put(" {\n");
    for (uint32_t statements = 4 + random_below(&state, 6); statements > 0; statements--) write_statement(2, 1);
    put("}\n");
  }
}

int main(int argc, char **argv) {
  uint64_t sum = DIGEST_START;
  state = 41;
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    write_source();
    uint64_t plain = compile_and_run(source, 0), folded = compile_and_run(source, 1);
    if (plain != folded) fail("folding changed what the program does");
    sum = digest(digest(sum, folded), written);
    sum = digest(sum, code_size());
  }
  return report(sum);
}
