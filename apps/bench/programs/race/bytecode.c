/* A stack machine's interpreter, and three programs for it: a sieve, Collatz sequences and recursive Fibonacci. */
#include "race.h"

enum opcode { PUSH, LOAD, STORE, GET, PUT, ADD, SUB, MUL, AND, SHR, LESS, JUMP, JUMP_ZERO, CALL, RETURN, HALT };
enum { CODE = 256, STACK = 1024, ARRAY = 8192, LOCALS = 4, FRAMES = 64 };

/* A program under construction: every instruction is a word, and one more for the operand if it has one. */
struct program {
  int32_t code[CODE];
  int size;
};

static int emit(struct program *program, enum opcode opcode) {
  if (program->size + 2 > CODE) fail("the program is too long");
  program->code[program->size] = (int32_t)opcode;
  return program->size++;
}

/* Returns where the operand is, for a jump whose target is not known yet. */
static int emit_operand(struct program *program, enum opcode opcode, int32_t operand) {
  emit(program, opcode);
  program->code[program->size] = operand;
  return program->size++;
}

static void land(struct program *program, int operand) {
  program->code[operand] = program->size;
}

static int32_t array[ARRAY];

struct frame {
  const int32_t *back;
  int32_t locals[LOCALS];
};

static int32_t run(const struct program *program, int32_t argument) {
  static int32_t stack[STACK];
  static struct frame frames[FRAMES];
  const int32_t *code = program->code, *next = code;
  int32_t *top = stack;
  struct frame *frame = frames;
  frame->locals[0] = argument;
  for (;;) {
    switch ((enum opcode)*next++) {
      case PUSH: *++top = *next++; break;
      case LOAD: *++top = frame->locals[*next++]; break;
      case STORE: frame->locals[*next++] = *top--; break;
      case GET: *top = array[*top & (ARRAY - 1)]; break;
      case PUT: array[top[-1] & (ARRAY - 1)] = *top; top -= 2; break;
      case ADD: top--; *top = (int32_t)((uint32_t)*top + (uint32_t)top[1]); break;
      case SUB: top--; *top = (int32_t)((uint32_t)*top - (uint32_t)top[1]); break;
      case MUL: top--; *top = (int32_t)((uint32_t)*top * (uint32_t)top[1]); break;
      case AND: top--; *top &= top[1]; break;
      case SHR: top--; *top = (int32_t)((uint32_t)*top >> (top[1] & 31)); break;
      case LESS: top--; *top = *top < top[1]; break;
      case JUMP: next = code + *next; break;
      case JUMP_ZERO: next = *top-- == 0 ? code + *next : next + 1; break;
      case CALL:
        if (++frame == frames + FRAMES || top + LOCALS >= stack + STACK) fail("the stack is full");
        frame->back = next + 1;
        frame->locals[0] = *top--;
        next = code + *next;
        break;
      case RETURN: next = frame->back; frame--; break;
      case HALT: return *top;
    }
  }
}

static void operate(struct program *program, int local, int32_t constant, enum opcode opcode) {
  emit_operand(program, LOAD, local);
  emit_operand(program, PUSH, constant);
  emit(program, opcode);
}

/* Primes below ARRAY: locals are limit, candidate, multiple, count. */
static void sieve(struct program *p) {
  emit_operand(p, PUSH, 0), emit_operand(p, STORE, 3);
  emit_operand(p, PUSH, 0), emit_operand(p, STORE, 1);
  int clear = p->size;
  emit_operand(p, LOAD, 1), emit_operand(p, PUSH, 0), emit(p, PUT);
  operate(p, 1, 1, ADD), emit_operand(p, STORE, 1);
  emit_operand(p, LOAD, 1), emit_operand(p, LOAD, 0), emit(p, LESS);
  int cleared = emit_operand(p, JUMP_ZERO, 0);
  emit_operand(p, JUMP, clear);
  land(p, cleared);
  emit_operand(p, PUSH, 2), emit_operand(p, STORE, 1);
  int outer = p->size;
  emit_operand(p, LOAD, 1), emit_operand(p, LOAD, 0), emit(p, LESS);
  int end = emit_operand(p, JUMP_ZERO, 0);
  emit_operand(p, PUSH, 1), emit_operand(p, LOAD, 1), emit(p, GET), emit(p, SUB);
  int composite = emit_operand(p, JUMP_ZERO, 0);
  operate(p, 3, 1, ADD), emit_operand(p, STORE, 3);
  emit_operand(p, LOAD, 1), emit_operand(p, LOAD, 1), emit(p, ADD), emit_operand(p, STORE, 2);
  int inner = p->size;
  emit_operand(p, LOAD, 2), emit_operand(p, LOAD, 0), emit(p, LESS);
  int crossed = emit_operand(p, JUMP_ZERO, 0);
  emit_operand(p, LOAD, 2), emit_operand(p, PUSH, 1), emit(p, PUT);
  emit_operand(p, LOAD, 2), emit_operand(p, LOAD, 1), emit(p, ADD), emit_operand(p, STORE, 2);
  emit_operand(p, JUMP, inner);
  land(p, composite), land(p, crossed);
  operate(p, 1, 1, ADD), emit_operand(p, STORE, 1);
  emit_operand(p, JUMP, outer);
  land(p, end);
  emit_operand(p, LOAD, 3), emit(p, HALT);
}

/* Steps of all Collatz sequences that start below the argument: locals are limit, start, value, steps. */
static void collatz(struct program *p) {
  emit_operand(p, PUSH, 0), emit_operand(p, STORE, 3);
  emit_operand(p, PUSH, 1), emit_operand(p, STORE, 1);
  int outer = p->size;
  emit_operand(p, LOAD, 1), emit_operand(p, LOAD, 0), emit(p, LESS);
  int end = emit_operand(p, JUMP_ZERO, 0);
  emit_operand(p, LOAD, 1), emit_operand(p, STORE, 2);
  int inner = p->size;
  emit_operand(p, PUSH, 1), emit_operand(p, LOAD, 2), emit(p, LESS);
  int reached = emit_operand(p, JUMP_ZERO, 0);
  operate(p, 3, 1, ADD), emit_operand(p, STORE, 3);
  operate(p, 2, 1, AND);
  int even = emit_operand(p, JUMP_ZERO, 0);
  operate(p, 2, 3, MUL), emit_operand(p, PUSH, 1), emit(p, ADD), emit_operand(p, STORE, 2);
  emit_operand(p, JUMP, inner);
  land(p, even);
  operate(p, 2, 1, SHR), emit_operand(p, STORE, 2);
  emit_operand(p, JUMP, inner);
  land(p, reached);
  operate(p, 1, 1, ADD), emit_operand(p, STORE, 1);
  emit_operand(p, JUMP, outer);
  land(p, end);
  emit_operand(p, LOAD, 3), emit(p, HALT);
}

/* Fibonacci's number of the argument by two calls each. */
static void fibonacci(struct program *p) {
  emit_operand(p, LOAD, 0);
  int start = emit_operand(p, CALL, 0);
  emit(p, HALT);
  land(p, start);
  int self = p->size;
  operate(p, 0, 2, LESS);
  int large = emit_operand(p, JUMP_ZERO, 0);
  emit_operand(p, LOAD, 0), emit(p, RETURN);
  land(p, large);
  operate(p, 0, 1, SUB), emit_operand(p, CALL, self);
  operate(p, 0, 2, SUB), emit_operand(p, CALL, self);
  emit(p, ADD), emit(p, RETURN);
}

int main(int argc, char **argv) {
  static struct program programs[3];
  uint64_t sum = DIGEST_START;
  sieve(&programs[0]);
  collatz(&programs[1]);
  fibonacci(&programs[2]);
  if (run(&programs[0], 100) != 25 || run(&programs[2], 20) != 6765) fail("the machine computes wrongly");
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    sum = digest(sum, (uint32_t)run(&programs[0], ARRAY - (int32_t)(round & 63)));
    sum = digest(sum, (uint32_t)run(&programs[1], 1500 + (int32_t)(round & 63)));
    sum = digest(sum, (uint32_t)run(&programs[2], 20));
  }
  return report(sum);
}
