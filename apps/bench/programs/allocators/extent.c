/*
 * The algorithm of packages/allocator-extent in C: boundary tags for each frame, a map of where runs begin, and free
 * lists by the order of the largest aligned block and by length.
 */
#include <stdbool.h>
#include <stdint.h>
#include "harness.h"

enum { LEVELS = 30, CLASSES = 32, NONE = -1, FREE = 1, USED = 2, STATE = 3, USED_SINGLE = 1 << 2 | USED, NAMED = -1 };
enum { OK, DOUBLE_FREE, NOT_ALLOCATED, WRONG_SIZE, MISALIGNED, OUT_OF_RANGE, IS_RESERVED };

static int32_t base, count, free_frames;
/* Of each frame: beside each other, because they are used together. */
static struct { int32_t tag, next, previous; } *records;
static uint32_t *starts, *start_words, *start_groups;
static int32_t heads[LEVELS * CLASSES];
static uint32_t classes[LEVELS], levels;
static double allocations, frees, failed;

static int highest(uint32_t word) { return 31 - __builtin_clz(word); }
static int step_of(int level) { return level > 3 ? level - 3 : 0; }

static void add_start(int32_t index)
{
    int32_t word = index >> 5;
    uint32_t before = starts[word];
    starts[word] = before | 1u << (index & 31);
    if (before != 0) return;
    before = start_words[word >> 5];
    start_words[word >> 5] = before | 1u << (word & 31);
    if (before == 0) start_groups[word >> 10] |= 1u << (word >> 5 & 31);
}

static void delete_start(int32_t index)
{
    int32_t word = index >> 5;
    if ((starts[word] &= ~(1u << (index & 31))) != 0) return;
    if ((start_words[word >> 5] &= ~(1u << (word & 31))) == 0) start_groups[word >> 10] &= ~(1u << (word >> 5 & 31));
}

static int32_t last_start(int32_t index)
{
    int32_t word = index >> 5;
    uint32_t bits = starts[word] & ~0u >> (31 - (index & 31));
    if (bits != 0) return word * 32 + highest(bits);
    int32_t group = word >> 5;
    bits = start_words[group] & ((1u << (word & 31)) - 1);
    if (bits == 0) {
        int32_t at = group >> 5;
        bits = start_groups[at] & ((1u << (group & 31)) - 1);
        while (bits == 0) bits = start_groups[--at];
        group = at * 32 + highest(bits);
        bits = start_words[group];
    }
    word = group * 32 + highest(bits);
    return word * 32 + highest(starts[word]);
}

static int aligned_order(int32_t frame, int32_t length)
{
    int order = highest((uint32_t)length);
    int32_t block = 1 << order;
    return (-frame & (block - 1)) + block <= length ? order : order - 1;
}

static void insert_run(int32_t start, int32_t length)
{
    int level = aligned_order(base + start, length);
    int at = level * CLASSES + (length >> step_of(level));
    int32_t head = heads[at];
    records[start].next = head;
    records[start].previous = ~at;
    if (head != NONE) records[head].previous = start;
    else {
        classes[level] |= 1u << (at & (CLASSES - 1));
        levels |= 1u << level;
    }
    heads[at] = start;
}

static void remove_run(int32_t start)
{
    int32_t next = records[start].next, previous = records[start].previous;
    if (next != NONE) records[next].previous = previous;
    if (previous >= 0) {
        records[previous].next = next;
        return;
    }
    int at = ~previous;
    heads[at] = next;
    if (next != NONE) return;
    int level = at >> 5;
    if ((classes[level] &= ~(1u << (at & (CLASSES - 1)))) == 0) levels &= ~(1u << level);
}

static void write_run(int32_t start, int32_t length, int state)
{
    records[start].tag = length << 2 | state;
    if (length > 1) records[start + length - 1].tag = length << 2;
    add_start(start);
}

static void erase_run(int32_t start, int32_t length)
{
    records[start].tag = 0;
    records[start + length - 1].tag = 0;
    delete_start(start);
}

static void add_free(int32_t start, int32_t length)
{
    write_run(start, length, FREE);
    insert_run(start, length);
}

static void carve(int32_t start, int32_t index, int32_t frames, int state)
{
    int32_t length = records[start].tag >> 2, end = start + length;
    remove_run(start);
    if (length > frames) records[end - 1].tag = 0;
    if (index > start) add_free(start, index - start);
    write_run(index, frames, state);
    if (index + frames < end) add_free(index + frames, end - index - frames);
}

static int32_t find_aligned(int order)
{
    uint32_t fitting = levels & ~0u << order;
    if (fitting == 0) return NONE;
    int level = __builtin_ctz(fitting);
    return heads[level * CLASSES + __builtin_ctz(classes[level])];
}

static int32_t alloc_block(int order)
{
    int32_t start = find_aligned(order);
    if (start < 0) {
        failed++;
        return -1;
    }
    int32_t frames = 1 << order, index = start + (-(base + start) & (frames - 1));
    carve(start, index, frames, USED);
    free_frames -= frames;
    allocations++;
    return base + index;
}

static void release(int32_t index, int32_t frames)
{
    int32_t start = index, end = index + frames;
    if (start > 0) {
        int32_t tag = records[start - 1].tag;
        int32_t before = (tag & STATE) != 0 ? start - 1 : start - (tag >> 2);
        if ((records[before].tag & STATE) == FREE) {
            remove_run(before);
            erase_run(index, frames);
            records[index - 1].tag = 0;
            start = before;
        }
    }
    if (end < count && (records[end].tag & STATE) == FREE) {
        int32_t length = records[end].tag >> 2;
        remove_run(end);
        if (start == index) records[end - 1].tag = 0;
        erase_run(end, length);
        end += length;
    }
    add_free(start, end - start);
}

static int why_not(int32_t index)
{
    int32_t start = (records[index].tag & STATE) != 0 ? index : last_start(index);
    int state = records[start].tag & STATE;
    if (state == STATE) return IS_RESERVED;
    if (state == FREE) return DOUBLE_FREE;
    return start == index ? WRONG_SIZE : NOT_ALLOCATED;
}

static int free_block(int32_t frame, int order)
{
    int32_t index = frame - base, frames = 1 << order;
    if (index < 0 || index + frames > count) return OUT_OF_RANGE;
    if ((frame & (frames - 1)) != 0) return MISALIGNED;
    if (records[index].tag != (frames << 2 | USED)) return why_not(index);
    release(index, frames);
    free_frames += frames;
    frees++;
    return OK;
}

static int alloc_batch(int32_t *out, int32_t length)
{
    if (length > free_frames) {
        failed++;
        return 0;
    }
    for (int32_t slot = 0; slot < length;) {
        int32_t start = find_aligned(0), some = records[start].tag >> 2;
        if (some > length - slot) some = length - slot;
        carve(start, start, some, USED);
        for (int32_t index = start; index < start + some; index++) {
            if (some > 1) write_run(index, 1, USED);
            out[slot++] = base + index;
        }
    }
    free_frames -= length;
    allocations += length;
    return length;
}

static int free_batch(const int32_t *frames, int32_t length)
{
    int status = OK;
    int32_t named = 0;
    for (; named < length; named++) {
        int32_t index = frames[named] - base;
        if (index < 0 || index >= count) status = OUT_OF_RANGE;
        else if (records[index].tag == NAMED) status = DOUBLE_FREE;
        else if (records[index].tag != USED_SINGLE) status = why_not(index);
        if (status != OK) break;
        records[index].tag = NAMED;
    }
    for (int32_t slot = 0; slot < named; slot++) records[frames[slot] - base].tag = USED_SINGLE;
    if (status != OK) return status;
    for (int32_t slot = 0; slot < named; slot++) release(frames[slot] - base, 1);
    free_frames += named;
    frees += named;
    return OK;
}

static void create(int32_t first, int32_t frames)
{
    base = first;
    count = frames;
    free_frames = frames;
    size_t words = ((size_t)frames + 31) / 32, groups = (words + 31) / 32;
    records = calloc((size_t)frames, sizeof *records);
    starts = calloc(words, 4);
    start_words = calloc(groups, 4);
    start_groups = calloc((groups + 31) / 32, 4);
    for (int at = 0; at < LEVELS * CLASSES; at++) heads[at] = NONE;
    add_free(0, frames);
}
