/* A C library of our own, small enough to read: console, memory, strings, exit. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

long semihosting(long operation, void *parameter);

/* Registers at an exception. The program goes on with them. */
struct exception {
  unsigned long x[31];
  unsigned long elr, esr, far, spsr;
};

/* Gets exceptions, if the program sets it; otherwise they end it with status 99. */
extern void (*on_exception)(struct exception *exception);

/* Of the linker: where code begins, and the page below the stack, which is not mapped. */
extern char __text_start[], __guard[], __stack_bottom[];

void exit(int status) __attribute__((noreturn));
void *malloc(size_t size);
void free(void *memory);
int putchar(int character);
int puts(const char *text);
/* Knows d i u x X c s f e g %, flags - 0 + space, width, precision, and the lengths l ll z. */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int snprintf(char *into, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
char *strcpy(char *to, const char *from);
char *strchr(const char *text, int character);
char *strstr(const char *text, const char *part);

/* The same numbers on every run. */
uint32_t random32(uint32_t *state);

#endif
