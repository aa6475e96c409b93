/* The compiler itself: tokens, tree, folding, code, and the machine that runs the code. */
#ifndef COMPILER_H
#define COMPILER_H

#include "race.h"

enum { VARIABLES = 26, SYMBOLS = 512, TREE = 1 << 16, CODE = 1 << 17, DEPTH = 64 };

/* Tokens: the ASCII code of a single character, or one of these. */
enum token { T_END = 0, T_NUMBER = 256, T_NAME, T_EQUAL, T_FUNCTION, T_IF, T_REPEAT };

struct symbol {
  const char *name;
  uint32_t length, hash;
  enum token token;
  int number; /* of a variable */
};

enum node_kind { N_NUMBER, N_VARIABLE, N_BINARY, N_NEGATE, N_ASSIGN, N_IF, N_REPEAT, N_FUNCTION };

struct node {
  enum node_kind kind;
  int operator;
  uint32_t value; /* or the variable */
  struct node *left, *right, *next;
};

enum operation { O_PUSH, O_LOAD, O_STORE, O_NEGATE, O_ADD, O_SUB, O_MUL, O_AND, O_OR, O_XOR, O_LESS, O_EQUAL,
                 O_ADD_CONSTANT, O_SKIP_ZERO, O_LOOP, O_HALT };

static struct symbol symbols[SYMBOLS];
static struct node tree[TREE];
static uint32_t code[CODE];
static size_t node_count, code_length;
static int variable_count;

static const char *input;
static enum token token;
static uint32_t token_number;
static struct symbol *token_symbol;

static struct symbol *intern(const char *name, uint32_t length, uint32_t hash) {
  uint32_t at = hash % SYMBOLS;
  for (; symbols[at].name != NULL; at = (at + 1) % SYMBOLS) {
    struct symbol *symbol = &symbols[at];
    if (symbol->hash == hash && symbol->length == length && memcmp(symbol->name, name, length) == 0) return symbol;
  }
  symbols[at] = (struct symbol){name, length, hash, T_NAME, -1};
  return &symbols[at];
}

static uint32_t hash_name(const char *name, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)name[i]) * 16777619u;
  return hash;
}

static void add_keyword(const char *name, enum token keyword) {
  uint32_t length = (uint32_t)strlen(name);
  intern(name, length, hash_name(name, length))->token = keyword;
}

static int is_letter(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static void advance(void) {
  for (;;) {
    while (*input == ' ' || *input == '\n') input++;
    if (*input != '#') break;
    while (*input != '\n' && *input != '\0') input++;
  }
  const char *start = input;
  if (is_digit(*input)) {
    for (token_number = 0; is_digit(*input); input++) token_number = token_number * 10 + (uint32_t)(*input - '0');
    token = T_NUMBER;
  } else if (is_letter(*input)) {
    while (is_letter(*input) || is_digit(*input)) input++;
    uint32_t length = (uint32_t)(input - start);
    token_symbol = intern(start, length, hash_name(start, length));
    token = token_symbol->token;
  } else if (input[0] == '=' && input[1] == '=') {
    input += 2;
    token = T_EQUAL;
  } else {
    token = (enum token)(unsigned char)*input;
    if (*input != '\0') input++;
  }
}

static void expect(int wanted) {
  if ((int)token != wanted) fail("the source has a syntax error");
  advance();
}

static struct node *new_node(enum node_kind kind, struct node *left, struct node *right) {
  if (node_count == TREE) fail("the source has too many nodes");
  struct node *node = &tree[node_count++];
  *node = (struct node){.kind = kind, .left = left, .right = right};
  return node;
}

static uint32_t variable_number(struct symbol *symbol) {
  if (symbol->number < 0) symbol->number = variable_count++;
  if (variable_count > VARIABLES) fail("the source has too many variables");
  return (uint32_t)symbol->number;
}

static int precedence(int operator) {
  switch (operator) {
    case '|': return 1;
    case '^': return 2;
    case '&': return 3;
    case T_EQUAL: return 4;
    case '<': return 5;
    case '+': case '-': return 6;
    case '*': return 7;
    default: return 0;
  }
}

static struct node *parse_expression(int least);

static struct node *parse_operand(void) {
  struct node *node;
  switch ((int)token) {
    case T_NUMBER:
      node = new_node(N_NUMBER, NULL, NULL);
      node->value = token_number;
      advance();
      return node;
    case T_NAME:
      node = new_node(N_VARIABLE, NULL, NULL);
      node->value = variable_number(token_symbol);
      advance();
      return node;
    case '-':
      advance();
      return new_node(N_NEGATE, parse_operand(), NULL);
    default:
      expect('(');
      node = parse_expression(1);
      expect(')');
      return node;
  }
}

static struct node *parse_expression(int least) {
  struct node *left = parse_operand();
  for (int strength; (strength = precedence((int)token)) >= least;) {
    int operator = (int)token;
    advance();
    left = new_node(N_BINARY, left, parse_expression(strength + 1));
    left->operator = operator;
  }
  return left;
}

static struct node *parse_block(void);

static struct node *parse_statement(void) {
  struct node *node;
  if (token == T_NAME) {
    uint32_t variable = variable_number(token_symbol);
    advance();
    expect('=');
    node = new_node(N_ASSIGN, parse_expression(1), NULL);
    node->value = variable;
    expect(';');
    return node;
  }
  int repeats = token == T_REPEAT;
  if (!repeats && token != T_IF) fail("the source has no statement here");
  advance();
  expect('(');
  struct node *condition = parse_expression(1);
  expect(')');
  return new_node(repeats ? N_REPEAT : N_IF, condition, parse_block());
}

static struct node *parse_block(void) {
  struct node *first = NULL, **end = &first;
  for (expect('{'); token != (enum token)'}'; end = &(*end)->next) *end = parse_statement();
  advance();
  return first;
}

static struct node *parse_program(const char *text) {
  struct node *first = NULL, **end = &first;
  input = text;
  for (advance(); token != T_END; end = &(*end)->next) {
    expect(T_FUNCTION);
    expect(T_NAME);
    *end = new_node(N_FUNCTION, parse_block(), NULL);
  }
  return first;
}

static uint32_t compute(int operator, uint32_t left, uint32_t right) {
  switch (operator) {
    case '|': return left | right;
    case '^': return left ^ right;
    case '&': return left & right;
    case T_EQUAL: return left == right;
    case '<': return left < right;
    case '+': return left + right;
    case '-': return left - right;
    default: return left * right;
  }
}

static int is_number(const struct node *node, uint32_t value) {
  return node->kind == N_NUMBER && node->value == value;
}

static struct node *number(struct node *node, uint32_t value) {
  *node = (struct node){.kind = N_NUMBER, .value = value, .next = node->next};
  return node;
}

/* Constants are computed; sums with 0 and products with 1 and 0 are left out. */
static struct node *fold(struct node *node) {
  if (node->kind == N_NEGATE) {
    node->left = fold(node->left);
    return node->left->kind == N_NUMBER ? number(node, -node->left->value) : node;
  }
  if (node->kind != N_BINARY) return node;
  struct node *left = node->left = fold(node->left), *right = node->right = fold(node->right);
  int operator = node->operator;
  if (left->kind == N_NUMBER && right->kind == N_NUMBER) {
    return number(node, compute(operator, left->value, right->value));
  }
  int adds = operator == '+' || operator == '|' || operator == '^';
  if (is_number(right, 0) && (adds || operator == '-')) return left;
  if (is_number(left, 0) && adds) return right;
  if (operator == '*' && is_number(right, 1)) return left;
  if (operator == '*' && is_number(left, 1)) return right;
  if ((operator == '*' || operator == '&') && (is_number(left, 0) || is_number(right, 0))) return number(node, 0);
  return node;
}

static void fold_all(struct node *node) {
  for (; node != NULL; node = node->next) {
    if (node->kind == N_FUNCTION) {
      fold_all(node->left);
    } else {
      node->left = fold(node->left);
      if (node->right != NULL) fold_all(node->right);
    }
  }
}

/* An instruction is a word: the operation, and above its 8 bits a small operand; a large one has the next word. */
static void emit(enum operation operation, uint32_t operand) {
  if (code_length + 2 > CODE) fail("the code is too long");
  code[code_length++] = (uint32_t)operation | operand << 8;
}

static void generate_expression(const struct node *node) {
  switch (node->kind) {
    case N_NUMBER:
      emit(O_PUSH, 0);
      code[code_length++] = node->value;
      break;
    case N_VARIABLE: emit(O_LOAD, node->value); break;
    case N_NEGATE:
      generate_expression(node->left);
      emit(O_NEGATE, 0);
      break;
    default:
      generate_expression(node->left);
      if ((node->operator == '+' || node->operator == '-') && node->right->kind == N_NUMBER) {
        emit(O_ADD_CONSTANT, 0);
        code[code_length++] = node->operator == '+' ? node->right->value : -node->right->value;
        break;
      }
      generate_expression(node->right);
      switch (node->operator) {
        case '|': emit(O_OR, 0); break;
        case '^': emit(O_XOR, 0); break;
        case '&': emit(O_AND, 0); break;
        case T_EQUAL: emit(O_EQUAL, 0); break;
        case '<': emit(O_LESS, 0); break;
        case '+': emit(O_ADD, 0); break;
        case '-': emit(O_SUB, 0); break;
        default: emit(O_MUL, 0); break;
      }
  }
}

static void generate(const struct node *node) {
  for (; node != NULL; node = node->next) {
    if (node->kind == N_FUNCTION) {
      generate(node->left);
      continue;
    }
    generate_expression(node->left);
    size_t start = code_length;
    switch (node->kind) {
      case N_ASSIGN: emit(O_STORE, node->value); break;
      case N_IF:
        emit(O_SKIP_ZERO, 0);
        generate(node->right);
        code[start] |= (uint32_t)(code_length - start) << 8;
        break;
      default: /* N_REPEAT: the count stays on the stack */
        generate(node->right);
        emit(O_LOOP, (uint32_t)(code_length - start));
    }
  }
}

static uint64_t run(void) {
  uint32_t variables[VARIABLES] = {0}, stack[DEPTH], *top = stack;
  uint64_t sum = DIGEST_START;
  for (const uint32_t *next = code;;) {
    if (top >= stack + DEPTH - 2) fail("the stack is full");
    uint32_t word = *next++, operand = word >> 8;
    switch ((enum operation)(word & 255)) {
      case O_PUSH: *++top = *next++; break;
      case O_LOAD: *++top = variables[operand]; break;
      case O_STORE: sum = digest(sum, *top); variables[operand] = *top--; break;
      case O_NEGATE: *top = -*top; break;
      case O_ADD: top--; *top += top[1]; break;
      case O_SUB: top--; *top -= top[1]; break;
      case O_MUL: top--; *top *= top[1]; break;
      case O_AND: top--; *top &= top[1]; break;
      case O_OR: top--; *top |= top[1]; break;
      case O_XOR: top--; *top ^= top[1]; break;
      case O_LESS: top--; *top = *top < top[1]; break;
      case O_EQUAL: top--; *top = *top == top[1]; break;
      case O_ADD_CONSTANT: *top += *next++; break;
      case O_SKIP_ZERO: if (*top-- == 0) next += operand - 1; break;
      case O_LOOP: if (--*top != 0) next -= operand + 1; else top--; break;
      case O_HALT: return sum;
    }
  }
}

/* Gives a digest of all values that the program assigns. */
static uint64_t compile_and_run(const char *text, int folding) {
  memset(symbols, 0, sizeof symbols);
  node_count = code_length = 0;
  variable_count = 0;
  add_keyword("function", T_FUNCTION);
  add_keyword("if", T_IF);
  add_keyword("repeat", T_REPEAT);
  struct node *program = parse_program(text);
  if (folding) fold_all(program);
  generate(program);
  emit(O_HALT, 0);
  return run();
}

/* Words of the code of the last program. */
static size_t code_size(void) {
  return code_length;
}

#endif
