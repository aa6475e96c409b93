/* printf, exact for doubles. */
#include "runtime.h"

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

enum { LIMB = 1000000000, LIMB_DIGITS = 9 };

static int digits_of_limb(uint32_t limb, unsigned char *out) {
  for (int i = LIMB_DIGITS - 1; i >= 0; i--, limb /= 10) out[i] = limb % 10;
  return LIMB_DIGITS;
}

/* The digits of integer * 2^exponent, least significant first. */
static int whole_digits(uint64_t integer, int exponent, unsigned char *out) {
  static uint32_t limbs[40];
  int count = 0, length = 0;
  for (; integer != 0; integer /= LIMB) limbs[count++] = (uint32_t)(integer % LIMB);
  while (exponent > 0) {
    int step = exponent < 29 ? exponent : 29;
    uint64_t carry = 0;
    for (int i = 0; i < count; i++) {
      carry += (uint64_t)limbs[i] << step;
      limbs[i] = (uint32_t)(carry % LIMB);
      carry /= LIMB;
    }
    if (carry != 0) limbs[count++] = (uint32_t)carry;
    exponent -= step;
  }
  for (int i = 0; i < count; i++) {
    uint32_t limb = limbs[i];
    for (int k = 0; k < LIMB_DIGITS; k++, limb /= 10) out[length++] = limb % 10;
  }
  while (length > 1 && out[length - 1] == 0) length--;
  if (length == 0) out[length++] = 0;
  return length;
}

/* The digits behind the point of rest / 2^places, which is below one, most significant first. */
static int fraction_digits(uint64_t rest, int places, unsigned char *out) {
  static uint32_t limbs[130];
  int count = 2, length = 0;
  limbs[0] = (uint32_t)(rest / LIMB);
  limbs[1] = (uint32_t)(rest % LIMB);
  while (places > 0) {
    /* A billion is divisible by 2^9: a step adds at most one limb, and that is exact. */
    int step = places < 9 ? places : 9;
    uint64_t remainder = 0;
    for (int i = 0; i < count; i++) {
      remainder = remainder * LIMB + limbs[i];
      limbs[i] = (uint32_t)(remainder >> step);
      remainder &= (1u << step) - 1;
    }
    if (remainder != 0) limbs[count++] = (uint32_t)(remainder * LIMB >> step);
    places -= step;
  }
  for (int i = 2; i < count; i++) length += digits_of_limb(limbs[i], out + length);
  return length;
}

/* Exact decimal digits of a finite double that is not negative, rounded to `precision` decimals. */
static int decimal(double value, int precision, char *out) {
  union { double d; uint64_t u; } bits = {value};
  int exponent = (int)(bits.u >> 52 & 0x7ff);
  uint64_t mantissa = bits.u & 0xfffffffffffffull;
  if (exponent == 0) exponent = 1;
  else mantissa |= 1ull << 52;
  exponent -= 1075;
  static unsigned char whole[400], fraction[1200];
  uint64_t integer = exponent >= 0 ? mantissa : exponent > -64 ? mantissa >> -exponent : 0;
  uint64_t rest = exponent >= 0 ? 0 : exponent > -64 ? mantissa - (integer << -exponent) : mantissa;
  int whole_length = whole_digits(integer, exponent, whole);
  int fraction_length = rest == 0 ? 0 : fraction_digits(rest, -exponent, fraction);
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

/* Bits behind the binary point of the smallest double: with so many decimals nothing is rounded. */
enum { ALL_DECIMALS = 1074 };

/* The first `count` significant digits, rounded to even; gives the decimal exponent of the first. */
static int significant(double value, int count, char *out) {
  static char text[1600];
  int length = decimal(value, ALL_DECIMALS, text), point = 0, first = 0, digits = 0;
  while (text[point] != '.') point++;
  for (int i = 0; i < length; i++)
    if (text[i] != '.') text[digits++] = text[i];
  while (first < digits && text[first] == '0') first++;
  if (first == digits) {
    memset(out, '0', (size_t)count);
    return 0;
  }
  int exponent = point - 1 - first;
  for (int i = 0; i < count; i++) out[i] = first + i < digits ? text[first + i] : '0';
  int next = first + count, up = 0;
  if (next < digits) {
    int more = 0;
    for (int i = next + 1; i < digits; i++) more |= text[i] != '0';
    up = text[next] > '5' || (text[next] == '5' && (more || (out[count - 1] & 1)));
  }
  for (int i = count - 1; up && i >= 0; i--) {
    out[i] = out[i] == '9' ? '0' : out[i] + 1;
    up = out[i] == '0';
  }
  if (up) {
    out[0] = '1';
    exponent++;
  }
  return exponent;
}

static int without_zeros(const char *text, int length) {
  if (strchr(text, '.') == NULL) return length;
  while (text[length - 1] == '0') length--;
  return text[length - 1] == '.' ? length - 1 : length;
}

/* %e, and %g where `general`. */
static int scientific(double value, int precision, int general, char *out) {
  static char digits[1100];
  if (general && precision == 0) precision = 1;
  int count = general ? precision : precision + 1;
  int exponent = significant(value, count, digits);
  if (general && exponent >= -4 && exponent < precision) {
    int length = decimal(value, precision - 1 - exponent, out);
    out[length] = 0;
    return without_zeros(out, length);
  }
  int length = 0;
  out[length++] = digits[0];
  if (count > 1) out[length++] = '.';
  for (int i = 1; i < count; i++) out[length++] = digits[i];
  out[length] = 0;
  if (general) length = without_zeros(out, length);
  out[length++] = 'e';
  out[length++] = exponent < 0 ? '-' : '+';
  int size = exponent < 0 ? -exponent : exponent;
  if (size >= 100) out[length++] = '0' + size / 100;
  out[length++] = '0' + size / 10 % 10;
  out[length++] = '0' + size % 10;
  return length;
}

static void emit_double(struct sink *sink, struct field *f, char conversion, double value) {
  static char text[1600];
  union { double d; uint64_t u; } bits = {value};
  if (bits.u >> 63) f->sign = '-', bits.u &= ~(1ull << 63);
  if ((bits.u >> 52 & 0x7ff) == 0x7ff) {
    emit_field(sink, f, bits.u << 12 ? "nan" : "inf", 3, 0);
    return;
  }
  int precision = f->precision < 0 ? 6 : f->precision > 1000 ? 1000 : f->precision;
  int length = conversion == 'f' ? decimal(bits.d, precision, text)
                                 : scientific(bits.d, precision, conversion == 'g', text);
  emit_field(sink, f, text, length, 1);
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
      case 'e':
      case 'f':
      case 'g':
        f.sign = plus;
        emit_double(sink, &f, *format, va_arg(arguments, double));
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
