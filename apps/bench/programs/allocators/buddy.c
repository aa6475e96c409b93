/*
 * The algorithm of packages/allocator-buddy in C: one kind byte a frame, and for the free blocks of each order either
 * linked lists (the default), or bitmaps with a summary (-DORDERED). With -DMAGAZINE single frames go through a stack.
 * The lists end with -1: in C that is faster than the rings of the package.
 */
#include <stdint.h>
#include "harness.h"

enum { USED = 0x20, INSIDE = 0x40, RUN = 0x41, RESERVED = 0x42, CACHED = 0x43, ORDERS = 31 };
enum { OK, DOUBLE_FREE, NOT_ALLOCATED, WRONG_SIZE, MISALIGNED, OUT_OF_RANGE, IS_RESERVED };

static int32_t base, count, top_order;
static uint8_t *kinds;
static uint32_t available;
static int32_t used_frames;
static double allocations, frees, failed;

#ifdef ORDERED
static int32_t starts[ORDERS], first_blocks[ORDERS], sizes[ORDERS], lowest[ORDERS];
static uint32_t *bits, *summary;

static void lists_create(void)
{
    int32_t words = 0;
    for (int order = 0; order < ORDERS; order++) {
        starts[order] = words;
        first_blocks[order] = base >> order;
        int32_t blocks = ((base + count - 1) >> order) - (base >> order) + 1;
        words += (blocks + 1023) / 1024 * 32;
    }
    bits = calloc((size_t)words, 4);
    summary = calloc((size_t)words / 32, 4);
    for (int order = 0; order < ORDERS; order++) lowest[order] = words / 32;
}

static void push(int32_t index, int order)
{
    int32_t block = ((base + index) >> order) - first_blocks[order];
    int32_t word = starts[order] + (block >> 5);
    bits[word] |= 1u << (block & 31);
    summary[word >> 5] |= 1u << (word & 31);
    if (word >> 5 < lowest[order]) lowest[order] = word >> 5;
    sizes[order]++;
    available |= 1u << order;
}

static void unlink_block(int32_t index, int order)
{
    int32_t block = ((base + index) >> order) - first_blocks[order];
    int32_t word = starts[order] + (block >> 5);
    bits[word] &= ~(1u << (block & 31));
    if (bits[word] == 0) summary[word >> 5] &= ~(1u << (word & 31));
    if (--sizes[order] == 0) available &= ~(1u << order);
}

static int32_t first(int order)
{
    int32_t top = lowest[order];
    while (summary[top] == 0) top++;
    lowest[order] = top;
    int32_t word = top * 32 + __builtin_ctz(summary[top]);
    int32_t block = (word - starts[order]) * 32 + __builtin_ctz(bits[word]);
    return ((first_blocks[order] + block) << order) - base;
}

static int32_t take_first(int order)
{
    int32_t index = first(order);
    unlink_block(index, order);
    return index;
}
#else
static int32_t heads[ORDERS];
static int32_t *links;

static void lists_create(void)
{
    links = calloc((size_t)count * 2, 4);
    for (int order = 0; order < ORDERS; order++) heads[order] = -1;
}

static void push(int32_t index, int order)
{
    int32_t head = heads[order];
    links[2 * index] = head;
    links[2 * index + 1] = -1;
    if (head != -1) links[2 * head + 1] = index;
    heads[order] = index;
    available |= 1u << order;
}

static void unlink_block(int32_t index, int order)
{
    int32_t next = links[2 * index], previous = links[2 * index + 1];
    if (next != -1) links[2 * next + 1] = previous;
    if (previous != -1) {
        links[2 * previous] = next;
    } else {
        heads[order] = next;
        if (next == -1) available &= ~(1u << order);
    }
}

static int32_t take_first(int order)
{
    int32_t index = heads[order], next = links[2 * index];
    heads[order] = next;
    if (next < 0) available &= ~(1u << order);
    else links[2 * next + 1] = -1;
    return index;
}
#endif

static int32_t take(int order)
{
    uint32_t orders = available >> order;
    if (orders == 0) return -1;
    int at = order + __builtin_ctz(orders);
    int32_t index = take_first(at);
    while (at > order) {
        at--;
        kinds[index + (1 << at)] = (uint8_t)at;
        push(index + (1 << at), at);
    }
    kinds[index] = (uint8_t)(USED | order);
    return index;
}

static void give(int32_t index, int order)
{
    for (; order < top_order; order++) {
        int32_t buddy = ((base + index) ^ (1 << order)) - base;
        if (buddy < 0 || buddy >= count || kinds[buddy] != order) break;
        unlink_block(buddy, order);
        if (buddy < index) {
            kinds[index] = INSIDE;
            index = buddy;
        } else {
            kinds[buddy] = INSIDE;
        }
    }
    kinds[index] = (uint8_t)order;
    push(index, order);
}

#ifdef MAGAZINE
static int32_t *magazine;
static int32_t magazine_size, capacity;

static int32_t magazine_take(void)
{
    if (magazine_size == 0) {
        int32_t wanted = (capacity + 1) >> 1, left = wanted;
        while (left > 0 && available != 0) {
            int smallest = __builtin_ctz(available), fits = 31 - __builtin_clz((uint32_t)left);
            int order = smallest < fits ? smallest : fits;
            int32_t index = take(order);
            for (int32_t frame = index; frame < index + (1 << order); frame++) {
                kinds[frame] = CACHED;
                magazine[--left] = frame;
            }
        }
        if (left > 0) memmove(magazine, magazine + left, sizeof *magazine * (size_t)(wanted - left));
        magazine_size = wanted - left;
        if (magazine_size == 0) return -1;
    }
    int32_t index = magazine[--magazine_size];
    kinds[index] = USED;
    return index;
}

static void magazine_give(int32_t index)
{
    if (magazine_size == capacity) {
        int32_t half = (capacity + 1) >> 1;
        for (int32_t slot = 0; slot < half; slot++) give(magazine[slot], 0);
        magazine_size -= half;
        memmove(magazine, magazine + half, sizeof *magazine * (size_t)magazine_size);
    }
    magazine[magazine_size++] = index;
    kinds[index] = CACHED;
}
#endif

static void create(int32_t first_frame, int32_t frames)
{
    base = first_frame;
    count = frames;
    top_order = 31 - __builtin_clz((uint32_t)count);
    kinds = malloc((size_t)count);
    memset(kinds, INSIDE, (size_t)count);
    lists_create();
    /* The measured ranges are aligned to their size, or to a whole number of top blocks. */
    for (int32_t index = 0; index < count;) {
        uint32_t frame = (uint32_t)(base + index);
        int order = 31 - __builtin_clz((uint32_t)(count - index));
        if (frame != 0 && __builtin_ctz(frame) < order) order = __builtin_ctz(frame);
        give(index, order);
        index += 1 << order;
    }
#ifdef MAGAZINE
    capacity = count / 256 > 512 ? 512 : count / 256 < 2 ? 2 : count / 256;
    magazine = calloc((size_t)capacity, 4);
#endif
}

static int32_t free_head(int32_t index)
{
    for (int order = 0; order <= top_order; order++) {
        int32_t head = ((base + index) & -(1 << order)) - base;
        if (head < 0) return -1;
        if (kinds[head] != INSIDE) return kinds[head] < ORDERS && kinds[head] >= order ? head : -1;
    }
    return -1;
}

/* Why a free of a run is refused; the run of `frames` frames is inside the range. */
static int check_run(int32_t index, int32_t frames)
{
    if (index < 0 || frames <= 0 || frames > count - index) return OUT_OF_RANGE;
    if (kinds[index] == RESERVED) return IS_RESERVED;
    if (kinds[index] == CACHED || free_head(index) >= 0) return DOUBLE_FREE;
    if (kinds[index] == INSIDE) return NOT_ALLOCATED;
    int32_t end = index + 1;
    while (end < count && kinds[end] == INSIDE) end++;
    return end == index + frames ? OK : WRONG_SIZE;
}

static int32_t alloc_block(int order)
{
    int32_t index;
    if (order < 0 || order > 30) goto none;
#ifdef MAGAZINE
    index = order == 0 ? magazine_take() : take(order);
    if (index < 0 && magazine_size > 0) {
        for (int32_t slot = 0; slot < magazine_size; slot++) give(magazine[slot], 0);
        magazine_size = 0;
        index = take(order);
    }
#else
    index = take(order);
#endif
    if (index < 0) goto none;
    used_frames += 1 << order;
    allocations++;
    return base + index;
none:
    failed++;
    return -1;
}

static int free_block(int32_t frame, int order)
{
    int32_t index = frame - base;
    if (order < 0 || order > 30) return OUT_OF_RANGE;
    if (index < 0 || index >= count) return OUT_OF_RANGE;
    if (kinds[index] != (USED | order)) {
        if ((frame & ((1 << order) - 1)) != 0) return MISALIGNED;
        return check_run(index, 1 << order);
    }
#ifdef MAGAZINE
    if (order == 0) magazine_give(index);
    else give(index, order);
#else
    give(index, order);
#endif
    used_frames -= 1 << order;
    frees++;
    return OK;
}

static int alloc_batch(int32_t *out, int32_t length)
{
    if (length > count - used_frames) return 0;
    for (int32_t slot = 0; slot < length; slot++) out[slot] = alloc_block(0);
    return length;
}

static int free_batch(const int32_t *frames, int32_t length)
{
    for (int32_t slot = 0; slot < length; slot++) {
        int status = check_run(frames[slot] - base, 1);
        if (status != OK) {
            for (int32_t undo = 0; undo < slot; undo++) kinds[frames[undo] - base] = USED;
            return status;
        }
        kinds[frames[slot] - base] = CACHED;
    }
    for (int32_t slot = 0; slot < length; slot++) {
#ifdef MAGAZINE
        magazine_give(frames[slot] - base);
#else
        give(frames[slot] - base, 0);
#endif
    }
    used_frames -= length;
    frees += length;
    return OK;
}
