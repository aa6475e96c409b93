#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

static jmp_buf env;
static ucontext_t main_context, first, second;
static char stacks[2][65536];

static void deep(int n) {
  if (n == 0) longjmp(env, 42);
  volatile double keep = n * 1.5;
  deep(n - 1);
  printf("never %f\n", keep);
}

static void one(int a, int b) {
  printf("one %d %d\n", a, b);
  for (int i = 0; i < 3; i++) {
    printf("one %d\n", i);
    swapcontext(&first, &second);
  }
}

static void two(void) {
  for (int i = 0; i < 3; i++) {
    printf("two %d\n", i);
    swapcontext(&second, &first);
  }
}

int main(void) {
  volatile int times = 0;
  double d = 3.25;
  int value = setjmp(env);
  printf("value %d times %d %.2f\n", value, times, d);
  if (times++ < 3) deep(times * 10);
  getcontext(&first);
  first.uc_stack.ss_sp = stacks[0];
  first.uc_stack.ss_size = sizeof stacks[0];
  first.uc_link = &main_context;
  makecontext(&first, (void (*)(void))one, 2, 7, 8);
  getcontext(&second);
  second.uc_stack.ss_sp = stacks[1];
  second.uc_stack.ss_size = sizeof stacks[1];
  second.uc_link = &main_context;
  makecontext(&second, two, 0);
  swapcontext(&main_context, &first);
  puts("done");
  return 0;
}
