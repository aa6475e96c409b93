// Ordinary C: sorting, a sieve, an integer matrix product, strings and a hash table.

typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned char u8;

static u32 seed = 1;

static u32 next_random(void) {
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8;
}

static u32 numbers[2048];

static void sort(u32 *from, u32 *to) {
  while (to - from > 12) {
    u32 pivot = from[(to - from) / 2];
    u32 *left = from, *right = to - 1;
    while (left <= right) {
      while (*left < pivot) left++;
      while (*right > pivot) right--;
      if (left > right) break;
      u32 kept = *left;
      *left++ = *right;
      *right-- = kept;
    }
    if (right + 1 - from < to - left) {
      sort(from, right + 1);
      from = left;
    } else {
      sort(left, to);
      to = right + 1;
    }
  }
  for (u32 *at = from + 1; at < to; at++) {
    u32 value = *at;
    u32 *hole = at;
    for (; hole > from && hole[-1] > value; hole--) *hole = hole[-1];
    *hole = value;
  }
}

static u64 sorting(void) {
  u64 sum = 0;
  for (int index = 0; index < 2048; index++) numbers[index] = next_random();
  sort(numbers, numbers + 2048);
  for (int index = 0; index < 2048; index++) sum = sum * 31 + numbers[index];
  return sum;
}

static u8 composite[16384];

static u64 sieve(void) {
  u64 count = 0;
  for (int index = 0; index < 16384; index++) composite[index] = 0;
  for (int index = 2; index < 16384; index++) {
    if (composite[index]) continue;
    count++;
    for (int multiple = 2 * index; multiple < 16384; multiple += index) composite[multiple] = 1;
  }
  return count;
}

static int a[32][32], b[32][32], c[32][32];

static u64 matrix(void) {
  for (int row = 0; row < 32; row++) {
    for (int column = 0; column < 32; column++) {
      a[row][column] = (int)(next_random() & 255) - 128;
      b[row][column] = (int)(next_random() & 255) - 128;
    }
  }
  for (int row = 0; row < 32; row++) {
    for (int column = 0; column < 32; column++) {
      int sum = 0;
      for (int index = 0; index < 32; index++) sum += a[row][index] * b[index][column];
      c[row][column] = sum;
    }
  }
  u64 sum = 0;
  for (int row = 0; row < 32; row++) sum = sum * 17 + (u64)c[row][31 - row];
  return sum;
}

static char text[4096];
static char copy[4096];

static u64 length_of(const char *string) {
  const char *end = string;
  while (*end) end++;
  return (u64)(end - string);
}

static int same(const char *one, const char *other) {
  while (*one && *one == *other) {
    one++;
    other++;
  }
  return *one == *other;
}

static u64 strings(void) {
  u64 words = 0;
  for (int index = 0; index < 4095; index++) {
    u32 letter = next_random() % 28;
    text[index] = letter < 26 ? (char)('a' + letter) : ' ';
  }
  text[4095] = 0;
  char *to = copy;
  for (const char *from = text; (*to++ = *from++);) {
  }
  for (char *at = copy; *at; at++) {
    if (*at >= 'a' && *at <= 'z') *at -= 32;
    if (*at == ' ') words++;
  }
  return words * 4096 + length_of(copy) + (u64)same(text, copy);
}

static u32 keys[1024], counts[1024];

static u64 hashing(void) {
  u64 longest = 0;
  for (int index = 0; index < 1024; index++) keys[index] = counts[index] = 0;
  for (int round = 0; round < 2000; round++) {
    u32 key = (next_random() & 511) + 1;
    u32 slot = (key * 2654435761u) >> 22;
    u64 probes = 0;
    while (keys[slot] && keys[slot] != key) {
      slot = (slot + 1) & 1023;
      probes++;
    }
    keys[slot] = key;
    counts[slot]++;
    if (probes > longest) longest = probes;
  }
  return longest;
}

u64 bench(u64 times) {
  u64 result = 0;
  for (u64 round = 0; round < times; round++) {
    result = result * 7 + sorting();
    result = result * 7 + sieve();
    result = result * 7 + matrix();
    result = result * 7 + strings();
    result = result * 7 + hashing();
  }
  return result;
}
