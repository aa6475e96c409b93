/* LZ77 compression with hash chains, and decompression. */
#include "text.h"

enum { SIZE = 256 * 1024, WINDOW = 32768, CHAIN = 8, SHORTEST = 4, LONGEST = 255 + SHORTEST, BUCKETS = 1 << 14 };

static int32_t heads[BUCKETS], links[WINDOW];

static uint32_t bucket(const unsigned char *at) {
  uint32_t word;
  memcpy(&word, at, 4);
  return (word * 2654435761u) >> 18;
}

static void remember(const unsigned char *data, size_t at) {
  uint32_t hash = bucket(data + at);
  links[at % WINDOW] = heads[hash];
  heads[hash] = (int32_t)at;
}

static size_t common(const unsigned char *a, const unsigned char *b, size_t most) {
  size_t length = 0;
  while (length < most && a[length] == b[length]) length++;
  return length;
}

/* Literals: a byte with their number, up to 127, and they. Matches: 128, length - SHORTEST, distance (16 bits). */
static size_t compress(const unsigned char *data, size_t size, unsigned char *out) {
  size_t written = 0, literals = 0;
  memset(heads, 0xff, sizeof heads);
  for (size_t at = 0; at <= size;) {
    size_t best = 0, distance = 0, most = size - at < LONGEST ? size - at : LONGEST;
    if (most >= SHORTEST) {
      int32_t candidate = heads[bucket(data + at)];
      for (int tries = CHAIN; tries > 0 && candidate >= 0 && at - (size_t)candidate < WINDOW; tries--) {
        size_t length = common(data + candidate, data + at, most);
        if (length > best) {
          best = length;
          distance = at - (size_t)candidate;
        }
        candidate = links[(size_t)candidate % WINDOW];
      }
    }
    int match = best >= SHORTEST;
    if (literals > 0 && (match || literals == 127 || at == size)) {
      out[written++] = (unsigned char)literals;
      memcpy(out + written, data + at - literals, literals);
      written += literals;
      literals = 0;
    }
    if (at == size) break;
    if (match) {
      out[written++] = 128;
      out[written++] = (unsigned char)(best - SHORTEST);
      out[written++] = (unsigned char)distance;
      out[written++] = (unsigned char)(distance >> 8);
    } else {
      best = 1;
      literals++;
    }
    for (; best > 0; best--, at++) {
      if (size - at >= 4) remember(data, at);
    }
  }
  return written;
}

static size_t decompress(const unsigned char *in, size_t size, unsigned char *out) {
  size_t written = 0;
  for (size_t at = 0; at < size;) {
    size_t length = in[at++];
    if (length < 128) {
      memcpy(out + written, in + at, length);
      written += length;
      at += length;
    } else {
      length = (size_t)in[at] + SHORTEST;
      size_t distance = in[at + 1] | (size_t)in[at + 2] << 8;
      at += 3;
      for (; length > 0; length--, written++) out[written] = out[written - distance];
    }
  }
  return written;
}

int main(int argc, char **argv) {
  static struct text_source source;
  static unsigned char data[SIZE], packed[2 * SIZE], unpacked[SIZE];
  uint64_t sum = DIGEST_START;
  text_open(&source, 17);
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    text_fill(&source, (char *)data, SIZE);
    size_t size = compress(data, SIZE, packed);
    for (int again = 0; again < 4; again++) {
      if (decompress(packed, size, unpacked) != SIZE || memcmp(data, unpacked, SIZE) != 0) fail("not the same");
      unpacked[again] ^= 1;
    }
    sum = digest_bytes(digest(sum, size), packed, 256);
  }
  return report(sum);
}
