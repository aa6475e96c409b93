/* No allocator: what the measurement itself takes. */
#include <stdint.h>
#include "harness.h"

static int32_t first, mask, next;

static void create(int32_t base, int32_t count)
{
    first = base;
    mask = count - 1;
}

static int32_t alloc_block(int order) { return first + ((next += 1 << order) & mask); }

static int free_block(int32_t frame, int order) { return frame < 0 || order < 0; }

static int alloc_batch(int32_t *out, int32_t length)
{
    for (int32_t slot = 0; slot < length; slot++) out[slot] = alloc_block(0);
    return length;
}

static int free_batch(const int32_t *frames, int32_t length)
{
    int status = 0;
    for (int32_t slot = 0; slot < length; slot++) status |= free_block(frames[slot], 0);
    return status;
}
