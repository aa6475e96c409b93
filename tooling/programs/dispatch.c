#include "runtime.h"

enum { PUSH, ADD, MUL, DUP, SWAP, LOOP, HALT };
typedef long (*operation)(long, long);

static long add(long a, long b) { return a + b; }
static long multiply(long a, long b) { return a * b; }
static long power(long a, long b) { return b == 0 ? 1 : a * power(a, b - 1); }

int main(void) {
  operation operations[] = {add, multiply, power};
  for (int i = 0; i < 9; i++) printf("%lld ", (long long)operations[i % 3](i + 2, i));
  printf("\n");
  static const int code[] = {PUSH, 1, PUSH, 3, SWAP, PUSH, 7, MUL, PUSH, 11, ADD, SWAP, DUP, ADD, SWAP, LOOP, 5, HALT};
  unsigned stack[16];
  int top = 0, steps = 0;
  for (int pc = 0;; steps++) {
    unsigned t;
    switch (code[pc++]) {
      case PUSH: stack[top++] = (unsigned)code[pc++]; break;
      case ADD: top--; stack[top - 1] += stack[top]; break;
      case MUL: top--; stack[top - 1] *= stack[top]; break;
      case DUP: stack[top] = stack[top - 1]; top++; break;
      case SWAP: t = stack[top - 1]; stack[top - 1] = stack[top - 2]; stack[top - 2] = t; break;
      case LOOP: pc = steps < 900 ? code[pc] : pc + 1; break;
      default: printf("%d steps, %u %u\n", steps, stack[0], stack[1]); return top;
    }
  }
}
