/* Hash table: open addressing with linear probing; insertions, look-ups, and deletions that close the gap. */
#include "race.h"

enum { SLOTS = 1 << 16, KEYS = SLOTS * 3 / 4, OPERATIONS = 200000 };

struct slot {
  uint64_t key; /* 0 in a slot that is free */
  uint64_t value;
};

static struct slot table[SLOTS];
static size_t used;

static size_t home(uint64_t key) {
  key ^= key >> 33;
  key *= UINT64_C(0xff51afd7ed558ccd);
  return (size_t)(key >> 40) & (SLOTS - 1);
}

static size_t locate(uint64_t key) {
  size_t at = home(key);
  while (table[at].key != 0 && table[at].key != key) at = (at + 1) & (SLOTS - 1);
  return at;
}

static void add(uint64_t key, uint64_t value) {
  struct slot *slot = &table[locate(key)];
  if (slot->key == 0) {
    if (used == SLOTS - 1) fail("the table is full");
    used++;
    slot->key = key;
    slot->value = 0;
  }
  slot->value += value;
}

static int erase(uint64_t key) {
  size_t hole = locate(key);
  if (table[hole].key == 0) return 0;
  for (size_t at = (hole + 1) & (SLOTS - 1); table[at].key != 0; at = (at + 1) & (SLOTS - 1)) {
    size_t distance = (at - home(table[at].key)) & (SLOTS - 1);
    if (distance >= ((at - hole) & (SLOTS - 1))) {
      table[hole] = table[at];
      hole = at;
    }
  }
  table[hole].key = 0;
  used--;
  return 1;
}

int main(int argc, char **argv) {
  uint64_t state = 11, sum = DIGEST_START;
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    for (int i = 0; i < OPERATIONS; i++) {
      uint32_t draw = random32(&state);
      uint64_t key = 1 + UINT64_C(0x100000001) * (draw % KEYS);
      switch (draw >> 30) {
        case 0:
          sum = digest(sum, (uint64_t)erase(key));
          break;
        case 1: {
          const struct slot *slot = &table[locate(key)];
          if (slot->key != 0) sum = digest(sum, slot->value);
          break;
        }
        default:
          add(key, draw & 255);
      }
    }
    sum = digest(sum, used);
  }
  return report(sum);
}
