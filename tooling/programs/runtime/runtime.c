#include "runtime.h"

enum { SYS_OPEN = 1, SYS_WRITE = 5, SYS_GET_CMDLINE = 0x15, SYS_HEAPINFO = 0x16, SYS_EXIT = 0x18 };
enum { CONSOLE_BUFFER = 1024, MOST_ARGUMENTS = 16 };

int main(int argc, char **argv);

static long console_handle;
static char console[CONSOLE_BUFFER];
static size_t console_length;

static void flush(void) {
  long block[3] = {console_handle, (long)console, (long)console_length};
  if (console_length > 0) semihosting(SYS_WRITE, block);
  console_length = 0;
}

int putchar(int character) {
  console[console_length++] = (char)character;
  if (console_length == CONSOLE_BUFFER) flush();
  return (unsigned char)character;
}

int puts(const char *text) {
  while (*text) putchar(*text++);
  return putchar('\n');
}

void exit(int status) {
  flush();
  long block[2] = {0x20026, status};
  semihosting(SYS_EXIT, block);
  for (;;) {
  }
}

void runtime_exception(unsigned long esr, unsigned long elr, unsigned long far) {
  printf("unexpected exception: ESR %lx ELR %lx FAR %lx\n", esr, elr, far);
  exit(99);
}

/* Blocks are never given back: programs are short. */
static uintptr_t heap_next;
static uintptr_t heap_end;

void *malloc(size_t size) {
  if (heap_next == 0) {
    long info[4] = {0, 0, 0, 0};
    long block[1] = {(long)info};
    semihosting(SYS_HEAPINFO, block);
    extern char __stack_top[];
    heap_next = info[0] != 0 ? (uintptr_t)info[0] : (uintptr_t)__stack_top;
    heap_end = info[1] != 0 ? (uintptr_t)info[1] : heap_next + 0x1000000;
  }
  uintptr_t at = (heap_next + 15) & ~(uintptr_t)15;
  if (size > heap_end - at) return NULL;
  heap_next = at + size;
  return (void *)at;
}

void free(void *memory) { (void)memory; }

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  char *t = to;
  const char *f = from;
  while (size-- > 0) *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  char *t = to;
  const char *f = from;
  if (t <= f) return memcpy(to, from, size);
  while (size-- > 0) t[size] = f[size];
  return to;
}

void *memset(void *to, int value, size_t size) {
  char *t = to;
  while (size-- > 0) *t++ = (char)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a, *y = b;
  for (; size > 0; size--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return (size_t)(end - text);
}

int strncmp(const char *a, const char *b, size_t size) {
  for (; size > 0; size--, a++, b++) {
    if (*a != *b) return (unsigned char)*a - (unsigned char)*b;
    if (*a == 0) break;
  }
  return 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, SIZE_MAX); }

char *strcpy(char *to, const char *from) {
  memcpy(to, from, strlen(from) + 1);
  return to;
}

char *strchr(const char *text, int character) {
  for (;; text++) {
    if (*text == (char)character) return (char *)text;
    if (*text == 0) return NULL;
  }
}

char *strstr(const char *text, const char *part) {
  size_t length = strlen(part);
  for (;; text++) {
    if (strncmp(text, part, length) == 0) return (char *)text;
    if (*text == 0) return NULL;
  }
}

uint32_t random32(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

struct sink {
  char *into;
  size_t room;
  int count;
};

static void emit(struct sink *sink, char character) {
  sink->count++;
  if (sink->into == NULL) putchar(character);
  else if (sink->room > 1) *sink->into++ = character, sink->room--;
}

struct field {
  int left, zero, width, precision;
  char sign;
};

static void emit_field(struct sink *sink, const struct field *f, const char *text, int length, int number) {
  int pad = f->width - length - (f->sign != 0);
  if (!f->left && !(f->zero && number)) while (pad-- > 0) emit(sink, ' ');
  if (f->sign) emit(sink, f->sign);
  if (!f->left && f->zero && number) while (pad-- > 0) emit(sink, '0');
  for (int i = 0; i < length; i++) emit(sink, text[i]);
  if (f->left) while (pad-- > 0) emit(sink, ' ');
}

static int digits_of(char *end, unsigned long long value, unsigned base, int upper) {
  int length = 0;
  do {
    unsigned digit = value % base;
    *--end = (char)(digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10);
    length++;
    value /= base;
  } while (value != 0);
  return length;
}

/* Exact decimal digits of a finite double: a number of base 10^9, most significant first. */
static int decimal(double value, int precision, char *out) {
  union { double d; uint64_t u; } bits = {value};
  int exponent = (int)(bits.u >> 52 & 0x7ff);
  uint64_t mantissa = bits.u & 0xfffffffffffffull;
  if (exponent == 0) exponent = 1;
  else mantissa |= 1ull << 52;
  exponent -= 1075;
  static unsigned char whole[400], fraction[1100];
  int whole_length = 0, fraction_length = 0;
  /* Integer part, least significant digit first. */
  uint64_t integer = exponent >= 0 ? mantissa : exponent > -64 ? mantissa >> -exponent : 0;
  uint64_t rest = exponent >= 0 ? 0 : exponent > -64 ? mantissa - (integer << -exponent) : mantissa;
  do whole[whole_length++] = integer % 10, integer /= 10;
  while (integer != 0);
  for (int i = 0; i < exponent; i++) {
    int carry = 0;
    for (int k = 0; k < whole_length; k++) {
      int digit = whole[k] * 2 + carry;
      whole[k] = digit % 10;
      carry = digit / 10;
    }
    if (carry) whole[whole_length++] = carry;
  }
  /* Fraction: every halving of the digits of `rest` adds one digit. */
  static unsigned char digits[1200];
  int count = 0;
  for (uint64_t r = rest; r != 0; r /= 10) digits[count++] = r % 10;
  for (int i = 0; i < count; i++) fraction[i] = 0;
  if (rest != 0) {
    /* digits, most significant first, point at `count`. */
    for (int i = 0; i < count / 2; i++) {
      unsigned char t = digits[i];
      digits[i] = digits[count - 1 - i];
      digits[count - 1 - i] = t;
    }
    int length = count;
    for (int i = 0; i < -exponent; i++) {
      int remainder = 0;
      for (int k = 0; k < length; k++) {
        int digit = remainder * 10 + digits[k];
        digits[k] = digit / 2;
        remainder = digit % 2;
      }
      if (remainder) digits[length++] = 5;
    }
    for (int k = count; k < length; k++) fraction[fraction_length++] = digits[k];
  }
  /* Round to even at the precision. */
  int up = 0;
  if (fraction_length > precision) {
    int more = 0;
    for (int k = precision + 1; k < fraction_length; k++) more |= fraction[k] != 0;
    int last = precision > 0 ? fraction[precision - 1] : whole[0];
    int half = fraction[precision];
    up = half > 5 || (half == 5 && (more || (last & 1)));
    fraction_length = precision;
  }
  for (int k = precision - 1; up && k >= 0; k--) {
    fraction[k] = (fraction[k] + 1) % 10;
    up = fraction[k] == 0;
  }
  for (int k = 0; up; k++) {
    if (k == whole_length) whole[whole_length++] = 0;
    whole[k] = (whole[k] + 1) % 10;
    up = whole[k] == 0;
  }
  int length = 0;
  for (int k = whole_length - 1; k >= 0; k--) out[length++] = '0' + whole[k];
  if (precision > 0) out[length++] = '.';
  for (int k = 0; k < precision; k++) out[length++] = '0' + (k < fraction_length ? fraction[k] : 0);
  return length;
}

static void emit_double(struct sink *sink, struct field *f, double value) {
  static char text[1600];
  union { double d; uint64_t u; } bits = {value};
  if (bits.u >> 63) f->sign = '-', bits.u &= ~(1ull << 63);
  if ((bits.u >> 52 & 0x7ff) == 0x7ff) {
    emit_field(sink, f, bits.u << 12 ? "nan" : "inf", 3, 0);
    return;
  }
  int precision = f->precision < 0 ? 6 : f->precision > 1000 ? 1000 : f->precision;
  emit_field(sink, f, text, decimal(bits.d, precision, text), 1);
}

static int format_all(struct sink *sink, const char *format, va_list arguments) {
  for (; *format; format++) {
    if (*format != '%') {
      emit(sink, *format);
      continue;
    }
    struct field f = {0, 0, 0, -1, 0};
    for (format++;; format++) {
      if (*format == '-') f.left = 1;
      else if (*format == '0') f.zero = 1;
      else if (*format == '+' || *format == ' ') f.sign = *format;
      else break;
    }
    char plus = f.sign;
    f.sign = 0;
    while (*format >= '0' && *format <= '9') f.width = f.width * 10 + *format++ - '0';
    if (*format == '.') {
      f.precision = 0;
      for (format++; *format >= '0' && *format <= '9'; format++) f.precision = f.precision * 10 + *format - '0';
    }
    int longer = 0;
    for (; *format == 'l' || *format == 'z'; format++) longer = 1;
    char text[32];
    char *end = text + sizeof text;
    int length;
    switch (*format) {
      case 'd':
      case 'i': {
        long long value = longer ? va_arg(arguments, long long) : va_arg(arguments, int);
        unsigned long long magnitude = value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;
        f.sign = value < 0 ? '-' : plus;
        length = digits_of(end, magnitude, 10, 0);
        emit_field(sink, &f, end - length, length, 1);
        break;
      }
      case 'u':
      case 'x':
      case 'X': {
        unsigned long long value = longer ? va_arg(arguments, unsigned long long) : va_arg(arguments, unsigned);
        length = digits_of(end, value, *format == 'u' ? 10 : 16, *format == 'X');
        emit_field(sink, &f, end - length, length, 1);
        break;
      }
      case 'c':
        text[0] = (char)va_arg(arguments, int);
        emit_field(sink, &f, text, 1, 0);
        break;
      case 's': {
        const char *string = va_arg(arguments, const char *);
        length = (int)strlen(string);
        if (f.precision >= 0 && length > f.precision) length = f.precision;
        emit_field(sink, &f, string, length, 0);
        break;
      }
      case 'f':
        f.sign = plus;
        emit_double(sink, &f, va_arg(arguments, double));
        break;
      case 0:
        return sink->count;
      default:
        emit(sink, *format);
    }
  }
  return sink->count;
}

int printf(const char *format, ...) {
  struct sink sink = {NULL, 0, 0};
  va_list arguments;
  va_start(arguments, format);
  format_all(&sink, format, arguments);
  va_end(arguments);
  return sink.count;
}

int snprintf(char *into, size_t size, const char *format, ...) {
  struct sink sink = {into, size, 0};
  va_list arguments;
  va_start(arguments, format);
  format_all(&sink, format, arguments);
  va_end(arguments);
  if (size > 0) *sink.into = 0;
  return sink.count;
}

void runtime_main(void) {
  static char line[256];
  static char *arguments[MOST_ARGUMENTS + 1];
  long open[3] = {(long)":tt", 4, 3};
  console_handle = semihosting(SYS_OPEN, open);
  long block[2] = {(long)line, sizeof line};
  int count = 0;
  if (semihosting(SYS_GET_CMDLINE, block) == 0) {
    for (char *at = line; *at != 0 && count < MOST_ARGUMENTS;) {
      arguments[count++] = at;
      while (*at != 0 && *at != ' ') at++;
      while (*at == ' ') *at++ = 0;
    }
  }
  exit(main(count, arguments));
}
