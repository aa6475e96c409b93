#include "runtime.h"

/* X25519 of RFC 7748, with limbs of 51 bits and products of 128. */
typedef uint64_t field[5];
typedef unsigned __int128 wide;
static const uint64_t MASK = (1ull << 51) - 1;

static void carry(field out, wide *t) {
  for (int i = 0; i < 5; i++) {
    wide over = t[i] >> 51;
    t[i] &= MASK;
    if (i < 4) t[i + 1] += over;
    else t[0] += over * 19;
  }
  uint64_t over = (uint64_t)(t[0] >> 51);
  t[0] &= MASK;
  t[1] += over;
  for (int i = 0; i < 5; i++) out[i] = (uint64_t)t[i];
}

static void multiply(field out, const field a, const field b) {
  wide t[5] = {0};
  for (int i = 0; i < 5; i++)
    for (int k = 0; k < 5; k++) t[(i + k) % 5] += (wide)a[i] * (i + k >= 5 ? b[k] * 19 : b[k]);
  carry(out, t);
}

static void add(field out, const field a, const field b) {
  for (int i = 0; i < 5; i++) out[i] = a[i] + b[i];
}

static void subtract(field out, const field a, const field b) {
  wide t[5];
  for (int i = 0; i < 5; i++) t[i] = (wide)a[i] + (i == 0 ? 0x1fffffffffffb4ull : 0x1ffffffffffffcull) - b[i];
  carry(out, t);
}

static void swap(field a, field b, uint64_t yes) {
  for (int i = 0; i < 5; i++) {
    uint64_t change = (0 - yes) & (a[i] ^ b[i]);
    a[i] ^= change;
    b[i] ^= change;
  }
}

static void unpack(field out, const uint8_t *bytes) {
  for (int i = 0; i < 5; i++) out[i] = 0;
  for (int bit = 0; bit < 255; bit++) out[bit / 51] |= (uint64_t)(bytes[bit / 8] >> bit % 8 & 1) << bit % 51;
}

static void pack(uint8_t *bytes, field a) {
  wide t[5];
  for (int turn = 0; turn < 2; turn++) {
    for (int i = 0; i < 5; i++) t[i] = a[i];
    carry(a, t);
  }
  uint64_t over = (a[0] + 19) >> 51;
  for (int i = 1; i < 5; i++) over = (a[i] + over) >> 51;
  a[0] += 19 * over;
  for (int i = 0; i < 5; i++) {
    if (i < 4) a[i + 1] += a[i] >> 51;
    a[i] &= MASK;
  }
  memset(bytes, 0, 32);
  for (int bit = 0; bit < 255; bit++) bytes[bit / 8] |= (uint8_t)((a[bit / 51] >> bit % 51 & 1) << bit % 8);
}

static void invert(field out, const field a) {
  field result = {1}, power;
  memcpy(power, a, sizeof power);
  /* To the power of 2^255 - 21. */
  for (int bit = 0; bit < 255; bit++) {
    if (bit != 2 && bit != 4) multiply(result, result, power);
    multiply(power, power, power);
  }
  memcpy(out, result, sizeof result);
}

static void x25519(uint8_t *out, const uint8_t *secret, const uint8_t *point) {
  uint8_t k[32];
  memcpy(k, secret, 32);
  k[0] &= 248, k[31] &= 127, k[31] |= 64;
  field x1, x2 = {1}, z2 = {0}, x3, z3 = {1}, a24 = {121665};
  unpack(x1, point);
  memcpy(x3, x1, sizeof x3);
  uint64_t last = 0;
  for (int bit = 254; bit >= 0; bit--) {
    uint64_t now = k[bit / 8] >> bit % 8 & 1;
    swap(x2, x3, last ^ now);
    swap(z2, z3, last ^ now);
    last = now;
    field a, aa, b, bb, e, c, d, da, cb;
    add(a, x2, z2), multiply(aa, a, a), subtract(b, x2, z2), multiply(bb, b, b);
    subtract(e, aa, bb), add(c, x3, z3), subtract(d, x3, z3);
    multiply(da, d, a), multiply(cb, c, b);
    add(x3, da, cb), multiply(x3, x3, x3);
    subtract(z3, da, cb), multiply(z3, z3, z3), multiply(z3, z3, x1);
    multiply(x2, aa, bb);
    multiply(z2, a24, e), add(z2, z2, aa), multiply(z2, z2, e);
  }
  swap(x2, x3, last);
  swap(z2, z3, last);
  invert(z2, z2);
  multiply(x2, x2, z2);
  pack(out, x2);
}

int main(void) {
  uint8_t k[32] = {9}, u[32] = {9}, next[32];
  for (int i = 0; i < 3; i++) {
    x25519(next, k, u);
    memcpy(u, k, 32);
    memcpy(k, next, 32);
    for (int at = 0; at < 32; at++) printf("%02x", k[at]);
    putchar('\n');
  }
  return 0;
}
