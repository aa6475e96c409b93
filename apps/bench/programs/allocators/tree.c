/*
 * The algorithm of packages/allocator-tree in C11: the same words, steps, checks and statistics, with 64-bit bitmap words
 * and memory orders as weak as it allows: acquire and release, and the order that all threads see where one says that
 * something is free and another that nothing is.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "harness.h"

#ifndef PER_WORKER
#define PER_WORKER static
enum { worker = 0, workers = 1 };
#endif
/* Workers that it is made for, at least: as the tree allocator on shared memory, for two or more. */
#ifndef MADE_FOR
#ifdef THREADS
#define MADE_FOR 2
#else
#define MADE_FOR 1
#endif
#endif

enum { CHILD_ORDER = 9, CHILD_FRAMES = 512, CHILD_WORDS = 8, WHOLE = 10, COMPARED = 64 };
enum {
    FREE = 0x3ff, HUGE = 1 << 10, CONTINUES = 1 << 11, RUNS = 1 << 12, PINNED = 1 << 13,
    HINT_SHIFT = 14, HINT = 15 << 14, MEASURED = 1 << 18
};
enum { OK, DOUBLE_FREE, NOT_ALLOCATED, WRONG_SIZE, MISALIGNED, OUT_OF_RANGE };
#define EPOCH (1u << 19)
#define NO_TREE (-1)

typedef _Atomic uint32_t word32;
typedef _Atomic uint64_t word64;

static int32_t origin, first_index, end_index, children, trees, shift;
static word32 *entries, *reserved, *hints;
static word64 *busy, *inside;
static uint64_t *seen;
/* Of a worker: its tree, where its searches go on, and its statistics. */
PER_WORKER int32_t local = NO_TREE, cursor_child = -1, cursor_word, cursor_tree;
PER_WORKER int32_t block_child, block_word, cursor_huge;
PER_WORKER bool passed_over;
PER_WORKER double allocations, frees, failed;

#define LOAD(at) atomic_load_explicit(at, memory_order_acquire)
#define HINT_AT(at) atomic_load_explicit(at, memory_order_relaxed)
#define LOAD_NOW(at) atomic_load_explicit(at, memory_order_seq_cst)
#define SWAP(at, expected, value) \
    atomic_compare_exchange_weak_explicit(at, expected, value, memory_order_acq_rel, memory_order_acquire)
#define SWAP_STRONG(at, expected, value) \
    atomic_compare_exchange_strong_explicit(at, expected, value, memory_order_acq_rel, memory_order_acquire)
#define SWAP_NOW(at, expected, value) \
    atomic_compare_exchange_weak_explicit(at, expected, value, memory_order_seq_cst, memory_order_acquire)

static uint32_t bits_of(uint32_t value) { return value == 0 ? 0 : 32 - (uint32_t)__builtin_clz(value); }
static uint32_t field_of(uint32_t entry) { return entry >> HINT_SHIFT & 15; }

/* One more than the largest order that a child may have free: its hint, bounded by its counter. */
static uint32_t hint_of(uint32_t entry)
{
    uint32_t bound = bits_of(entry & FREE);
    return field_of(entry) < bound ? field_of(entry) : bound;
}

static uint64_t mask_of(int32_t at, int32_t from, int32_t to)
{
    int32_t low = from - at * 64 > 0 ? from - at * 64 : 0;
    int32_t high = to - at * 64 < 64 ? to - at * 64 : 64;
    return (~0ull << low) & (~0ull >> (64 - high));
}

static uint64_t free_starts(uint64_t word, int order)
{
    uint64_t starts = ~word;
    if (order == 0) return starts;
    starts &= starts >> 1 & 0x5555555555555555;
    if (order == 1) return starts;
    starts &= starts >> 2 & 0x1111111111111111;
    if (order == 2) return starts;
    starts &= starts >> 4 & 0x0101010101010101;
    if (order == 3) return starts;
    starts &= starts >> 8 & 0x0001000100010001;
    if (order == 4) return starts;
    starts &= starts >> 16 & 0x0000000100000001;
    if (order == 5) return starts;
    return word == 0;
}

static int largest_in(uint64_t word)
{
    if (word == ~0ull) return -1;
    int order = 0;
    while (order < 6 && free_starts(word, order + 1) != 0) order++;
    return order;
}

static int largest_order(int32_t child)
{
    int order = -1;
    uint64_t clear = 0;
    for (int at = 0; at < CHILD_WORDS; at++) {
        uint64_t word = LOAD(&busy[child * CHILD_WORDS + at]);
        if (word == 0) clear |= 1ull << at;
        else if (order < 6) {
            int found = largest_in(word);
            if (found > order) order = found;
        }
    }
    return clear == 0 ? order : 6 + largest_in(~clear);
}

static bool is_block_free(int32_t index, uint32_t order)
{
    if (order < 6) {
        uint64_t block = ((1ull << (1 << order)) - 1) << (index & 63 & -(1 << order));
        return (LOAD_NOW(&busy[index >> 6]) & block) == 0;
    }
    int32_t count = 1 << (order - 6);
    int32_t first = (index >> 6) & -count;
    for (int32_t at = first; at < first + count; at++) if (LOAD_NOW(&busy[at]) != 0) return false;
    return true;
}

static int32_t end_child(int32_t tree)
{
    int32_t end = (tree + 1) << shift;
    return end < children ? end : children;
}

static uint32_t hint_by_children(int32_t tree)
{
    uint32_t hint = 0, whole = 0;
    int32_t first = tree << shift;
    for (int32_t child = first; child < end_child(tree); child++) {
        uint32_t entry = LOAD_NOW(&entries[child]);
        if ((entry & FREE) == CHILD_FRAMES) whole |= 1u << (child - first);
        else if (hint_of(entry) > hint) hint = hint_of(entry);
    }
    return whole == 0 ? hint : WHOLE + (uint32_t)largest_in(~(uint64_t)whole);
}

static void raise_to(int32_t tree, uint32_t hint)
{
    uint32_t before = LOAD_NOW(&hints[tree]);
    while (before < hint) if (SWAP_NOW(&hints[tree], &before, hint)) return;
}

static void raise_hint(int32_t child, uint32_t hint)
{
    if (hint == WHOLE) {
        for (int order = 1; order <= shift; order++) {
            int32_t first = child & -(1 << order), end = first + (1 << order);
            bool all = end <= children;
            for (int32_t each = first; all && each < end; each++) all = (LOAD_NOW(&entries[each]) & FREE) == CHILD_FRAMES;
            if (!all) break;
            hint++;
        }
    }
    raise_to(child >> shift, hint);
}

static void lower(int32_t tree)
{
    uint32_t before = LOAD_NOW(&hints[tree]);
    uint32_t hint = hint_by_children(tree);
    /* A child may have risen after it was looked at, and before the tree's hint fell. */
    if (hint < before && SWAP_NOW(&hints[tree], &before, hint)) raise_to(tree, hint_by_children(tree));
}

static void give_back(int32_t child, uint32_t frames, int32_t index)
{
    uint32_t entry = LOAD(&entries[child]), next;
    do {
        uint32_t left = (entry & FREE) + frames, hint = field_of(entry);
        uint32_t rest = entry & ~(uint32_t)(FREE | HINT | MEASURED);
        if (left == CHILD_FRAMES) {
            hint = WHOLE;
            rest &= ~(uint32_t)RUNS;
        } else {
            while (hint < CHILD_ORDER && is_block_free(index, hint)) hint++;
        }
        next = (rest | left | hint << HINT_SHIFT) + EPOCH;
    } while (!SWAP_NOW(&entries[child], &entry, next));
    if (hint_of(next) > hint_of(entry)) raise_hint(child, hint_of(next));
}

static uint32_t hint_for(int32_t child, uint32_t left)
{
    if (left == CHILD_FRAMES) return WHOLE;
    int hint = largest_order(child) + 1;
    return hint > CHILD_ORDER ? CHILD_ORDER : (uint32_t)hint;
}

static void give_back_run(int32_t child, uint32_t frames)
{
    uint32_t entry = LOAD(&entries[child]), next;
    do {
        uint32_t left = (entry & FREE) + frames;
        uint32_t rest = entry & ~(uint32_t)(FREE | HINT | MEASURED | (left == CHILD_FRAMES ? RUNS : 0));
        next = (rest | left | hint_for(child, left) << HINT_SHIFT) + EPOCH;
    } while (!SWAP_NOW(&entries[child], &entry, next));
    if (hint_of(next) > hint_of(entry)) raise_hint(child, hint_of(next));
}

/* Gives back the right to frames that were not found. */
static void give_up(int32_t child, uint32_t frames)
{
    uint32_t entry = LOAD(&entries[child]), next;
    do {
        uint32_t left = (entry & FREE) + frames;
        next = (entry & ~(uint32_t)(FREE | HINT)) | left | hint_for(child, left) << HINT_SHIFT;
    } while (!SWAP_NOW(&entries[child], &entry, next));
    if (hint_of(next) > hint_of(entry)) raise_hint(child, hint_of(next));
}

/* Takes one frame of a child, looking from a word on; the word where it was is put there. */
static int32_t take_single(int32_t child, int32_t *from)
{
    uint32_t entry = LOAD(&entries[child]);
    do {
        if ((entry & FREE) == 0) return -1;
    } while (!SWAP(&entries[child], &entry, entry - 1));
    for (int32_t step = *from;; step++) {
        int32_t at = child * CHILD_WORDS + (step & (CHILD_WORDS - 1));
        uint64_t word = LOAD(&busy[at]);
        while (word != ~0ull) {
            uint64_t bit = ~word & (word + 1);
            if (!SWAP(&busy[at], &word, word | bit)) continue;
            *from = step & (CHILD_WORDS - 1);
            return at * 64 + __builtin_ctzll(bit);
        }
    }
}

static int32_t take_in_word(int32_t child, int order, int32_t *from)
{
    uint64_t block = order == 6 ? ~0ull : (1ull << (1 << order)) - 1;
    for (int32_t step = 0; step < CHILD_WORDS; step++) {
        int32_t at = child * CHILD_WORDS + ((*from + step) & (CHILD_WORDS - 1));
        uint64_t word = LOAD(&busy[at]);
        for (;;) {
            uint64_t starts = free_starts(word, order);
            if (starts == 0) break;
            int bit = __builtin_ctzll(starts);
            if (SWAP(&busy[at], &word, word | block << bit)) {
                atomic_fetch_or_explicit(&inside[at], (block & ~1ull) << bit, memory_order_acq_rel);
                *from = at & (CHILD_WORDS - 1);
                return at * 64 + bit;
            }
        }
    }
    return -1;
}

static int32_t take_words(int32_t child, int order)
{
    int32_t count = 1 << (order - 6);
    for (int32_t start = child * CHILD_WORDS; start < (child + 1) * CHILD_WORDS; start += count) {
        int32_t taken = 0;
        for (; taken < count; taken++) {
            uint64_t zero = 0;
            if (!SWAP_STRONG(&busy[start + taken], &zero, ~0ull)) break;
        }
        if (taken == count) {
            atomic_fetch_or_explicit(&inside[start], ~1ull, memory_order_acq_rel);
            for (int32_t at = start + 1; at < start + count; at++) atomic_store_explicit(&inside[at], ~0ull, memory_order_release);
            return start * 64;
        }
        if (taken > 0) {
            while (taken-- > 0) atomic_store_explicit(&busy[start + taken], 0, memory_order_seq_cst);
            give_back(child, 0, start * 64);
        }
    }
    return -1;
}

static int32_t take_block(int32_t child, int order, int32_t *from)
{
    uint32_t frames = 1u << order;
    uint32_t entry = LOAD(&entries[child]);
    do {
        if ((int)hint_of(entry) <= order) return -1;
    } while (!SWAP(&entries[child], &entry, (entry - frames) | RUNS));
    int32_t index = order <= 6 ? take_in_word(child, order, from) : take_words(child, order);
    if (index < 0) give_up(child, frames);
    return index;
}

static bool reserve_tree(int32_t tree)
{
    uint32_t nobody = 0;
    if (!SWAP_STRONG(&reserved[tree], &nobody, 1)) return false;
    if (local != NO_TREE) atomic_store_explicit(&reserved[local], 0, memory_order_release);
    local = tree;
    return true;
}

static uint32_t tree_free(int32_t tree)
{
    uint32_t frames = 0;
    for (int32_t child = tree << shift; child < end_child(tree); child++) frames += HINT_AT(&entries[child]) & FREE;
    return frames;
}

/* The first tree from a number on whose hint is above an order, or -1. */
static int32_t next_tree(int32_t tree, int order)
{
    for (; tree < trees; tree++) if ((int)HINT_AT(&hints[tree]) > order) return tree;
    return -1;
}

/* Of the trees that nobody else has: rather one in part used than a free one, and rather one that will last. */
static int32_t pick(int order, int32_t own)
{
    int32_t best = -1, best_score = -1, tree = cursor_tree;
    passed_over = false;
    for (int32_t step = 0, compared = 0; step < trees; step++) {
        if (++tree >= trees) tree = 0;
        if ((int)HINT_AT(&hints[tree]) <= order) continue;
        int32_t left = (int32_t)tree_free(tree);
        if (left < 1 << order) {
            lower(tree);
            continue;
        }
        if (tree != own && HINT_AT(&reserved[tree]) != 0) {
            passed_over = true;
            continue;
        }
        int32_t score = (CHILD_FRAMES << shift) - left;
        if (score > best_score) {
            best = tree;
            best_score = score;
        }
        if (++compared == COMPARED) break;
    }
    if (best >= 0 && order == 0) cursor_tree = best;
    return best;
}

/* Whether a search that found nothing should be made again: another worker has freed something meanwhile. */
static bool may_have(int order)
{
    return workers > 1 && next_tree(0, order) >= 0;
}

/* The child of a tree to take single frames of: rather one in part used than a free one. */
static int32_t single_child(int32_t tree)
{
    int32_t best = -1;
    uint32_t least = CHILD_FRAMES + 1;
    for (int32_t child = tree << shift; child < end_child(tree); child++) {
        uint32_t left = HINT_AT(&entries[child]) & FREE;
        if (left == 0 || left >= least) continue;
        least = left;
        best = child;
    }
    return best;
}

static bool next_child(void)
{
    for (;;) {
        int32_t child = local == NO_TREE ? -1 : single_child(local);
        if (child >= 0) {
            cursor_child = child;
            cursor_word = 0;
            return true;
        }
        int32_t tree = pick(0, NO_TREE);
        if (tree < 0) return false;
        reserve_tree(tree);
    }
}

static int32_t steal(void)
{
    for (int32_t tree = next_tree(0, 0); tree >= 0; tree = next_tree(tree + 1, 0)) {
        for (;;) {
            int32_t child = single_child(tree), from = 0;
            if (child < 0) break;
            int32_t index = take_single(child, &from);
            if (index >= 0) return index;
        }
        lower(tree);
    }
    return -1;
}

static int32_t single(void)
{
    for (;;) {
        int32_t index = cursor_child < 0 ? -1 : take_single(cursor_child, &cursor_word);
        if (index >= 0) return index;
        if (next_child()) continue;
        index = passed_over ? steal() : -1;
        if (index >= 0 || !may_have(0)) return index;
    }
}

static int32_t block_in(int32_t tree, int order)
{
    int32_t whole = -1, from = 0, index = -1;
    for (int32_t child = tree << shift; child < end_child(tree); child++) {
        uint32_t entry = HINT_AT(&entries[child]);
        if ((int)hint_of(entry) <= order) continue;
        if ((entry & FREE) == CHILD_FRAMES) {
            if (whole < 0) whole = child;
            continue;
        }
        index = take_block(child, order, &from);
        if (index >= 0) break;
    }
    if (index < 0 && whole >= 0) index = take_block(whole, order, &from);
    if (index < 0) {
        lower(tree);
        return -1;
    }
    block_child = index >> CHILD_ORDER;
    block_word = from;
    return index;
}

static int32_t block(int order)
{
    /* On in the child of the last one. */
    uint32_t entry = HINT_AT(&entries[block_child]);
    if ((int)hint_of(entry) > order && (entry & FREE) != CHILD_FRAMES) {
        int32_t index = take_block(block_child, order, &block_word);
        if (index >= 0) return index;
    }
    for (;;) {
        for (int32_t tree = block_child >> shift; tree >= 0; tree = pick(order, local)) {
            int32_t index = (int)HINT_AT(&hints[tree]) > order ? block_in(tree, order) : -1;
            if (index >= 0) return index;
        }
        for (int32_t tree = passed_over ? next_tree(0, order) : -1; tree >= 0; tree = next_tree(tree + 1, order)) {
            int32_t index = block_in(tree, order);
            if (index >= 0) return index;
        }
        if (!may_have(order)) return -1;
    }
}

/* Takes the first free child of a range as a whole, and goes on behind it the next time. */
static int32_t whole_in(int32_t child, int32_t end)
{
    for (; child < end; child++) {
        uint32_t entry = HINT_AT(&entries[child]);
        while ((entry & FREE) == CHILD_FRAMES) {
            if (!SWAP(&entries[child], &entry, (entry & ~(uint32_t)(FREE | HINT | RUNS)) | HUGE)) continue;
            cursor_huge = child + 1;
            return child << CHILD_ORDER;
        }
    }
    return -1;
}

static int32_t huge(void)
{
    for (;;) {
        int32_t tree = cursor_huge >> shift;
        if (tree < trees && cursor_huge < end_child(tree)) {
            int32_t index = whole_in(cursor_huge, end_child(tree++));
            if (index >= 0) return index;
        }
        for (int32_t step = 0; step < trees; step++, tree++) {
            if (tree >= trees) tree = 0;
            if (HINT_AT(&hints[tree]) < WHOLE) continue;
            int32_t index = whole_in(tree << shift, end_child(tree));
            if (index >= 0) return index;
            lower(tree);
        }
        if (!may_have(CHILD_ORDER)) return -1;
    }
}

static int32_t alloc_block(int order)
{
    int32_t index = order == 0 ? single() : order == CHILD_ORDER ? huge() : block(order);
    if (index < 0) {
        failed++;
        return -1;
    }
    allocations++;
    return origin + index;
}

static bool is_busy(int32_t index)
{
    if ((LOAD(&entries[index >> 9]) & HUGE) != 0) return true;
    return LOAD(&busy[index >> 6]) >> (index & 63) & 1;
}

static bool is_inside(int32_t index)
{
    uint32_t entry = LOAD(&entries[index >> 9]);
    if ((entry & HUGE) != 0) return (index & (CHILD_FRAMES - 1)) != 0 || (entry & CONTINUES) != 0;
    return (entry & RUNS) != 0 && (LOAD(&inside[index >> 6]) >> (index & 63) & 1) != 0;
}

/* The first index of a range inside one child that is inside no run. */
static int32_t end_of_inside(int32_t from, int32_t to)
{
    while (from < to) {
        uint32_t entry = LOAD(&entries[from >> 9]);
        int32_t end = ((from >> 9) + 1) * CHILD_FRAMES;
        if (end > to) end = to;
        if ((entry & HUGE) != 0) {
            if ((from & (CHILD_FRAMES - 1)) == 0 && (entry & CONTINUES) == 0) return from;
        } else {
            if ((entry & RUNS) == 0) return from;
            for (int32_t at = from >> 6; at * 64 < end; at++) {
                uint64_t outside = ~LOAD(&inside[at]) & mask_of(at, from, end);
                if (outside != 0) return at * 64 + __builtin_ctzll(outside);
            }
        }
        from = end;
    }
    return to;
}

static int check_free(int32_t index, int32_t frames)
{
    if (!is_busy(index)) return DOUBLE_FREE;
    if (is_inside(index)) return NOT_ALLOCATED;
    int32_t end = index + frames;
    if (end_of_inside(index + 1, end) < end || (end < end_index && is_inside(end))) return WRONG_SIZE;
    return OK;
}

static int free_single(int32_t index)
{
    int32_t child = index >> CHILD_ORDER;
    if ((LOAD(&entries[child]) & (HUGE | RUNS | PINNED)) != 0) {
        int status = check_free(index, 1);
        if (status != OK) return status;
    }
    uint64_t bit = 1ull << (index & 63);
    uint64_t word = LOAD(&busy[index >> 6]);
    do {
        if ((word & bit) == 0) return DOUBLE_FREE;
    } while (!SWAP_NOW(&busy[index >> 6], &word, word & ~bit));
    give_back(child, 1, index);
    return OK;
}

/* Frees a block inside a word when it is seen at a glance that it is one; else -1. */
static int free_at_a_glance(int32_t index, int order)
{
    int32_t frames = 1 << order, bit = index & 63, child = index >> CHILD_ORDER;
    if ((LOAD(&entries[child]) & (HUGE | RUNS | PINNED)) != RUNS) return -1;
    /* The first frame is inside no run, nor is the one behind the others, which may be in the next word or child. */
    uint64_t mask = ((1ull << (frames - 1)) - 1) << (bit + 1), beside = 1ull << bit;
    if (bit + frames < 64) beside |= 1ull << (bit + frames);
    else if (((index + frames) & (CHILD_FRAMES - 1)) == 0 || (LOAD(&inside[(index >> 6) + 1]) & 1) != 0) return -1;
    uint64_t word = LOAD(&inside[index >> 6]);
    do {
        if ((word & (mask | beside)) != mask) return -1;
    } while (!SWAP(&inside[index >> 6], &word, word ^ mask));
    mask |= 1ull << bit;
    word = LOAD(&busy[index >> 6]);
    while (!SWAP_NOW(&busy[index >> 6], &word, word ^ mask));
    give_back(child, (uint32_t)frames, index);
    return OK;
}

static int free_many(int32_t index, int32_t frames)
{
    int status = check_free(index, frames);
    if (status != OK) return status;
    int32_t end = index + frames;
    for (int32_t at = (end - 1) >> 6; at >= (index + 1) >> 6; at--) {
        uint64_t mask = mask_of(at, index + 1, end);
        if ((atomic_fetch_and_explicit(&inside[at], ~mask, memory_order_acq_rel) & mask) != mask && at == (end - 1) >> 6) return DOUBLE_FREE;
    }
    for (int32_t at = index >> 6; at * 64 < end; at++) {
        atomic_fetch_and_explicit(&busy[at], ~mask_of(at, index, end), memory_order_seq_cst);
    }
    give_back(index >> CHILD_ORDER, (uint32_t)frames, index);
    return OK;
}

static int free_huge(int32_t index)
{
    int32_t child = index >> CHILD_ORDER;
    uint32_t entry = LOAD(&entries[child]);
    /* Behind the last child is a zero. A run that goes on is told by the next child. */
    if ((entry & (HUGE | CONTINUES | PINNED)) != HUGE || (LOAD(&entries[child + 1]) & (RUNS | CONTINUES)) != 0) {
        int status = check_free(index, CHILD_FRAMES);
        if (status != OK) return status;
    }
    do {
        if ((entry & HUGE) == 0) return DOUBLE_FREE;
    } while (!SWAP_NOW(&entries[child], &entry, ((entry & ~(uint32_t)(HUGE | CONTINUES | MEASURED)) | CHILD_FRAMES | WHOLE << HINT_SHIFT) + EPOCH));
    raise_hint(child, WHOLE);
    return OK;
}

static int free_block(int32_t frame, int order)
{
    int32_t index = frame - origin, frames = 1 << order;
    if (index < first_index || index + frames > end_index) return OUT_OF_RANGE;
    if ((frame & (frames - 1)) != 0) return MISALIGNED;
    int status;
    if (order == 0) status = free_single(index);
    else if (order == CHILD_ORDER) status = free_huge(index);
    else if (order >= 6 || (status = free_at_a_glance(index, order)) < 0) status = free_many(index, frames);
    if (status == OK) frees++;
    return status;
}

static int32_t take_many(int32_t child, int32_t most, int32_t *out)
{
    uint32_t entry = LOAD(&entries[child]);
    int32_t wanted;
    do {
        wanted = (int32_t)(entry & FREE) < most ? (int32_t)(entry & FREE) : most;
        if (wanted == 0) return 0;
    } while (!SWAP(&entries[child], &entry, entry - (uint32_t)wanted));
    int32_t slot = 0;
    for (int32_t step = 0; slot < wanted; step++) {
        int32_t at = child * CHILD_WORDS + (step & (CHILD_WORDS - 1));
        uint64_t word = LOAD(&busy[at]), rest = ~word, mask = 0;
        int32_t next = slot;
        while (rest != 0 && next < wanted) {
            out[next++] = origin + at * 64 + __builtin_ctzll(rest);
            mask |= rest & -rest;
            rest &= rest - 1;
        }
        if (mask == 0) continue;
        if (SWAP_STRONG(&busy[at], &word, word | mask)) slot = next;
        else step--;
    }
    return wanted;
}

static void release_batch(const int32_t *frames, int32_t length)
{
    uint32_t in_child = 0;
    for (int32_t slot = 0; slot < length;) {
        int32_t index = frames[slot] - origin, at = index >> 6, next = index, child = index >> CHILD_ORDER;
        uint64_t mask = 0;
        while (next >> 6 == at && slot < length) {
            mask |= 1ull << (next & 63);
            slot++;
            next = slot < length ? frames[slot] - origin : -1;
        }
        in_child += (uint32_t)__builtin_popcountll(atomic_fetch_and_explicit(&busy[at], ~mask, memory_order_seq_cst) & mask);
        if (slot < length && next >> CHILD_ORDER == child) continue;
        if (in_child == 1) give_back(child, 1, index);
        else give_back_run(child, in_child);
        in_child = 0;
    }
}

static int alloc_batch(int32_t *out, int32_t length)
{
    int32_t slot = 0;
    while (slot < length) {
        int32_t given = cursor_child < 0 ? 0 : take_many(cursor_child, length - slot, out + slot);
        slot += given;
        if (given > 0 || next_child()) continue;
        int32_t index = passed_over ? steal() : -1;
        if (index >= 0) out[slot++] = origin + index;
        else if (!may_have(0)) break;
    }
    if (slot < length) {
        release_batch(out, slot);
        failed++;
        return 0;
    }
    allocations += length;
    return length;
}

static int free_batch(const int32_t *frames, int32_t length)
{
    for (int32_t slot = 0; slot < length; slot++) {
        int32_t index = frames[slot] - origin;
        if (index < first_index || index >= end_index) return OUT_OF_RANGE;
        int status = check_free(index, 1);
        if (status != OK) return status;
    }
    bool twins = false;
    for (int32_t slot = 0; slot < length; slot++) {
        int32_t index = frames[slot] - origin;
        uint64_t bit = 1ull << (index & 63);
        if ((seen[index >> 6] & bit) != 0) twins = true;
        seen[index >> 6] |= bit;
    }
    for (int32_t slot = 0; slot < length; slot++) seen[(frames[slot] - origin) >> 6] = 0;
    if (twins) return DOUBLE_FREE;
    release_batch(frames, length);
    frees += length;
    return OK;
}

static void create(int32_t base, int32_t count)
{
    origin = base & ~(CHILD_FRAMES - 1);
    first_index = base - origin;
    end_index = first_index + count;
    children = (end_index + CHILD_FRAMES - 1) / CHILD_FRAMES;
    for (shift = 3; shift > 0 && children >> shift < 4 * (workers > MADE_FOR ? workers : MADE_FOR);) shift--;
    trees = (children + (1 << shift) - 1) >> shift;
    entries = calloc((size_t)children + 1, 4);
    reserved = calloc((size_t)trees, 4);
    hints = calloc((size_t)trees, 4);
    busy = aligned_alloc(64, (size_t)children * CHILD_WORDS * 8);
    inside = aligned_alloc(64, (size_t)children * CHILD_WORDS * 8);
    seen = calloc((size_t)children * CHILD_WORDS, 8);
    for (int32_t at = 0; at < children * CHILD_WORDS; at++) {
        busy[at] = 0;
        inside[at] = 0;
    }
    for (int32_t at = 0; at < first_index; at++) busy[at >> 6] |= 1ull << (at & 63);
    for (int32_t at = end_index; at < children * CHILD_FRAMES; at++) busy[at >> 6] |= 1ull << (at & 63);
    for (int32_t child = 0; child < children; child++) {
        int32_t from = child * CHILD_FRAMES, to = from + CHILD_FRAMES;
        if (from < first_index) from = first_index;
        if (to > end_index) to = end_index;
        uint32_t hint = to - from == CHILD_FRAMES ? WHOLE : (uint32_t)(largest_order(child) + 1);
        entries[child] = (uint32_t)(to - from) | hint << HINT_SHIFT;
    }
    for (int32_t tree = 0; tree < trees; tree++) hints[tree] = hint_by_children(tree);
}
