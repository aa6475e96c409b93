#include "runtime.h"

/* An adaptive binary range coder, as LZMA has it, over contexts of the bits before. */
enum { SIZE = 1500, TOP = 1 << 24 };
static uint16_t model[256];
static uint8_t packed[2 * SIZE];

static void reset(void) {
  for (int i = 0; i < 256; i++) model[i] = 1024;
}

static void learn(uint16_t *probability, int bit) {
  *probability = (uint16_t)(bit ? *probability - (*probability >> 5) : *probability + ((2048 - *probability) >> 5));
}

struct encoder { uint64_t low; uint32_t range, pending; uint8_t cache; int length; };

static void shift(struct encoder *e) {
  if ((uint32_t)e->low < 0xff000000u || e->low >> 32 != 0) {
    uint8_t carry = (uint8_t)(e->low >> 32);
    for (uint8_t byte = e->cache;; byte = 0xff) {
      packed[e->length++] = (uint8_t)(byte + carry);
      if (e->pending-- == 0) break;
    }
    e->pending = 0;
    e->cache = (uint8_t)(e->low >> 24);
  } else {
    e->pending++;
  }
  e->low = (e->low & 0x00ffffff) << 8;
}

static void encode(struct encoder *e, uint16_t *probability, int bit) {
  uint32_t bound = (e->range >> 11) * *probability;
  if (bit) {
    e->low += bound;
    e->range -= bound;
  } else {
    e->range = bound;
  }
  learn(probability, bit);
  for (; e->range < TOP; e->range <<= 8) shift(e);
}

int main(void) {
  static uint8_t data[SIZE], out[SIZE];
  uint32_t seed = 99;
  for (int i = 0; i < SIZE; i++) data[i] = (uint8_t)(i % 10 == 0 ? random32(&seed) % 16 : data[i - 1] + (i % 3 == 0 ? 1u : 0u));
  reset();
  struct encoder e = {0, 0xffffffff, 0, 0, 0};
  for (int i = 0; i < SIZE; i++)
    for (int context = 1, bit = 7; bit >= 0; bit--) {
      int value = data[i] >> bit & 1;
      encode(&e, &model[context], value);
      context = context * 2 + value;
    }
  for (int i = 0; i < 5; i++) shift(&e);
  uint32_t sum = 0;
  for (int i = 0; i < e.length; i++) sum = sum * 31 + packed[i];
  reset();
  uint32_t code = 0, range = 0xffffffff;
  const uint8_t *in = packed + 1;
  for (int i = 0; i < 4; i++) code = code << 8 | *in++;
  for (int i = 0; i < SIZE; i++) {
    int context = 1;
    while (context < 256) {
      uint32_t bound = (range >> 11) * model[context];
      int bit = code >= bound;
      if (bit) code -= bound, range -= bound;
      else range = bound;
      learn(&model[context], bit);
      context = context * 2 + bit;
      for (; range < TOP; range <<= 8) code = code << 8 | *in++;
    }
    out[i] = (uint8_t)context;
  }
  int same = memcmp(data, out, SIZE) == 0;
  printf("%d bytes in %d, %08x, %s\n", SIZE, e.length, sum, same ? "the same" : "others");
  return !same;
}
