#include "runtime.h"

/* Huffman codes of a text: encoded, decoded, compared. */
struct node { unsigned weight; int left, right, symbol; };
static struct node nodes[512];
static int count;
static uint32_t codes[256];
static uint8_t lengths[256];

static void walk(int node, uint32_t code, uint8_t length) {
  if (nodes[node].left < 0) {
    codes[nodes[node].symbol] = code;
    lengths[nodes[node].symbol] = length;
    return;
  }
  walk(nodes[node].left, code << 1, length + 1);
  walk(nodes[node].right, code << 1 | 1, length + 1);
}

static int lightest(uint8_t *used) {
  int best = -1;
  for (int i = 0; i < count; i++)
    if (!used[i] && (best < 0 || nodes[i].weight < nodes[best].weight)) best = i;
  used[best] = 1;
  return best;
}

int main(void) {
  enum { SIZE = 2000 };
  static char text[SIZE], decoded[SIZE];
  static uint8_t packed[SIZE], used[512];
  static unsigned weights[256];
  uint32_t seed = 4711;
  for (int i = 0; i < SIZE; i++) {
    uint32_t a = random32(&seed) % 26, b = random32(&seed) % 26;
    text[i] = (char)(a * b % 7 == 0 ? ' ' : 'a' + (a < b ? a : b));
    weights[(uint8_t)text[i]]++;
  }
  for (int i = 0; i < 256; i++)
    if (weights[i] > 0) nodes[count++] = (struct node){weights[i], -1, -1, i};
  int symbols = count;
  for (int i = 1; i < symbols; i++) {
    int left = lightest(used), right = lightest(used);
    nodes[count] = (struct node){nodes[left].weight + nodes[right].weight, left, right, -1};
    count++;
  }
  walk(count - 1, 0, 0);
  unsigned at = 0;
  for (int i = 0; i < SIZE; i++) {
    uint8_t symbol = (uint8_t)text[i];
    for (int bit = lengths[symbol] - 1; bit >= 0; bit--, at++)
      if (codes[symbol] >> bit & 1) packed[at / 8] |= (uint8_t)(1 << at % 8);
  }
  unsigned from = 0;
  for (int i = 0; i < SIZE; i++) {
    int node = count - 1;
    for (; nodes[node].left >= 0; from++) node = packed[from / 8] >> from % 8 & 1 ? nodes[node].right : nodes[node].left;
    decoded[i] = (char)nodes[node].symbol;
  }
  printf("%d symbols, %u bits of %d, %s\n", symbols, at, SIZE * 8, memcmp(text, decoded, SIZE) == 0 ? "the same" : "another text");
  for (int i = 0; i < 256; i++)
    if (lengths[i] > 0) printf("%c %u %x\n", i, lengths[i], (unsigned)codes[i]);
  return memcmp(text, decoded, SIZE) != 0;
}
