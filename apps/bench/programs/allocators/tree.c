/*
 * The algorithm of packages/allocator-tree in C11: the same words, orders of steps and checks, with 64-bit bitmap words.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#ifdef HARNESS
#include HARNESS
#else
#include "cell.h"
#endif

#ifndef PER_WORKER
#define PER_WORKER static
enum { worker = 0, workers = 1 };
#endif

enum { CHILD_ORDER = 9, CHILD_FRAMES = 512, CHILD_WORDS = 8, WHOLE = 10, COMPARED = 64, LINE = 16 };
enum { FREE = 0x3ff, HUGE = 1 << 10, CONTINUES = 1 << 11, RUNS = 1 << 12, PINNED = 1 << 13, HINT_SHIFT = 14, HINT = 15 << 14 };
enum { TREE_FREE = 0xffff, TREE_RESERVED = 1 << 16 };
enum { OK, DOUBLE_FREE, NOT_ALLOCATED, WRONG_SIZE, MISALIGNED, OUT_OF_RANGE };
#define EPOCH (1u << 18)
#define NO_TREE UINT32_MAX

typedef _Atomic uint32_t word32;
typedef _Atomic uint64_t word64;

static int32_t origin, first_index, end_index, children, trees, shift, tree_frames;
static word32 *entries, *words, *hints, *locals;
static word64 *busy, *inside;
static uint64_t *seen;
PER_WORKER int32_t cursor_child, cursor_word, cursor_tree, cursor_blocks, cursor_huge;
PER_WORKER bool passed_over;
PER_WORKER double allocations, frees, failed;

#define LOAD(at) atomic_load_explicit(at, memory_order_acquire)
#define SWAP(at, expected, value) \
    atomic_compare_exchange_weak_explicit(at, expected, value, memory_order_acq_rel, memory_order_acquire)
#define SWAP_STRONG(at, expected, value) \
    atomic_compare_exchange_strong_explicit(at, expected, value, memory_order_acq_rel, memory_order_acquire)

static int bits_of(uint32_t value) { return value == 0 ? 0 : 32 - __builtin_clz(value); }
static uint32_t hint_of(uint32_t entry) { return entry >> HINT_SHIFT & 15; }

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

static uint32_t lowered(uint32_t entry, uint32_t frames)
{
    uint32_t left = (entry & FREE) - frames;
    uint32_t bound = (uint32_t)bits_of(left);
    uint32_t hint = hint_of(entry);
    return (entry & ~(uint32_t)(FREE | HINT)) | left | (hint < bound ? hint : bound) << HINT_SHIFT;
}

static bool is_block_free(int32_t index, uint32_t order)
{
    if (order < 6) {
        uint64_t block = ((1ull << (1 << order)) - 1) << (index & 63 & -(1 << order));
        return (LOAD(&busy[index >> 6]) & block) == 0;
    }
    int32_t count = 1 << (order - 6);
    int32_t first = (index >> 6) & -count;
    for (int32_t at = first; at < first + count; at++) if (LOAD(&busy[at]) != 0) return false;
    return true;
}

static uint32_t give_back(int32_t child, uint32_t frames, int32_t index)
{
    uint32_t entry = LOAD(&entries[child]);
    for (;;) {
        uint32_t before = hint_of(entry), counted = entry & FREE, left = counted + frames, hint = before;
        uint32_t rest = entry & ~(uint32_t)(FREE | HINT);
        if (left == CHILD_FRAMES) {
            hint = WHOLE;
            rest &= ~(uint32_t)RUNS;
        } else {
            while (hint < CHILD_ORDER && is_block_free(index, hint)) hint++;
            if ((int)hint < bits_of(left) && bits_of(left) > bits_of(counted)) hint = (uint32_t)(largest_order(child) + 1);
        }
        if (SWAP(&entries[child], &entry, (rest | left | hint << HINT_SHIFT) + EPOCH)) return hint > before ? hint : 0;
    }
}

static uint32_t give_back_run(int32_t child, uint32_t frames)
{
    uint32_t entry = LOAD(&entries[child]);
    for (;;) {
        uint32_t before = hint_of(entry), left = (entry & FREE) + frames;
        bool whole = left == CHILD_FRAMES;
        uint32_t rest = entry & ~(uint32_t)(FREE | HINT | (whole ? RUNS : 0));
        uint32_t hint = whole ? WHOLE : (uint32_t)(largest_order(child) + 1);
        if (!whole && hint > CHILD_ORDER) hint = CHILD_ORDER;
        if (SWAP(&entries[child], &entry, (rest | left | hint << HINT_SHIFT) + EPOCH)) return hint > before ? hint : 0;
    }
}

static void give_up(int32_t child, uint32_t frames)
{
    uint32_t entry = LOAD(&entries[child]);
    for (;;) {
        uint32_t left = (entry & FREE) + frames;
        uint32_t hint = left == CHILD_FRAMES ? WHOLE : (uint32_t)(largest_order(child) + 1);
        if (left != CHILD_FRAMES && hint > CHILD_ORDER) hint = CHILD_ORDER;
        if (SWAP(&entries[child], &entry, (entry & ~(uint32_t)(FREE | HINT)) | left | hint << HINT_SHIFT)) return;
    }
}

static int32_t take_single(int32_t child, int32_t from)
{
    uint32_t entry = LOAD(&entries[child]);
    do {
        if ((entry & FREE) == 0) return -1;
    } while (!SWAP(&entries[child], &entry, lowered(entry, 1)));
    for (int32_t step = from;; step++) {
        int32_t at = child * CHILD_WORDS + (step & (CHILD_WORDS - 1));
        uint64_t word = LOAD(&busy[at]);
        while (word != ~0ull) {
            uint64_t bit = ~word & (word + 1);
            if (SWAP(&busy[at], &word, word | bit)) return at * 64 + __builtin_ctzll(bit);
        }
    }
}

static int32_t take_in_word(int32_t child, int order)
{
    uint64_t block = order == 6 ? ~0ull : (1ull << (1 << order)) - 1;
    for (int32_t at = child * CHILD_WORDS; at < (child + 1) * CHILD_WORDS; at++) {
        uint64_t word = LOAD(&busy[at]);
        for (;;) {
            uint64_t starts = free_starts(word, order);
            if (starts == 0) break;
            int bit = __builtin_ctzll(starts);
            if (SWAP(&busy[at], &word, word | block << bit)) {
                atomic_fetch_or_explicit(&inside[at], (block & ~1ull) << bit, memory_order_acq_rel);
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
            while (taken-- > 0) atomic_store_explicit(&busy[start + taken], 0, memory_order_release);
            give_back(child, 0, start * 64);
        }
    }
    return -1;
}

static int32_t take_block(int32_t child, int order)
{
    uint32_t frames = 1u << order;
    uint32_t entry = LOAD(&entries[child]);
    do {
        if ((entry & FREE) < frames || (int)hint_of(entry) <= order) return -1;
    } while (!SWAP(&entries[child], &entry, lowered(entry, frames) | RUNS));
    int32_t index = order <= 6 ? take_in_word(child, order) : take_words(child, order);
    if (index < 0) give_up(child, frames);
    return index;
}

static bool take_whole(int32_t child)
{
    uint32_t entry = LOAD(&entries[child]);
    while ((entry & FREE) == CHILD_FRAMES) {
        if (SWAP(&entries[child], &entry, (entry & ~(uint32_t)(FREE | HINT | RUNS)) | HUGE)) return true;
    }
    return false;
}

static void give(int32_t tree, uint32_t frames)
{
    atomic_fetch_add_explicit(&words[tree], frames, memory_order_acq_rel);
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
        uint32_t entry = LOAD(&entries[child]);
        if ((entry & FREE) == CHILD_FRAMES) whole |= 1u << (child - first);
        else if (hint_of(entry) > hint) hint = hint_of(entry);
    }
    return whole == 0 ? hint : WHOLE + (uint32_t)largest_in(~(uint64_t)whole);
}

static void raise_to(int32_t tree, uint32_t hint)
{
    uint32_t before = LOAD(&hints[tree]);
    while (before < hint) if (SWAP(&hints[tree], &before, hint)) return;
}

static void raise_hint(int32_t child, uint32_t hint)
{
    int32_t tree = child >> shift;
    if (hint == WHOLE) {
        for (int order = 1; order <= shift; order++) {
            int32_t first = child & -(1 << order), end = first + (1 << order);
            bool all = end <= children;
            for (int32_t each = first; all && each < end; each++) all = (LOAD(&entries[each]) & FREE) == CHILD_FRAMES;
            if (!all) break;
            hint++;
        }
    }
    raise_to(tree, hint);
}

static void lower(int32_t tree)
{
    uint32_t before = LOAD(&hints[tree]);
    uint32_t hint = hint_by_children(tree);
    if (hint < before && SWAP_STRONG(&hints[tree], &before, hint)) raise_to(tree, hint_by_children(tree));
}

static bool reserve_tree(int32_t tree)
{
    uint32_t word = LOAD(&words[tree]);
    if ((word & TREE_RESERVED) != 0 || !SWAP_STRONG(&words[tree], &word, word | TREE_RESERVED)) return false;
    uint32_t old = atomic_exchange_explicit(&locals[worker * LINE], (uint32_t)tree, memory_order_acq_rel);
    if (old != NO_TREE) atomic_fetch_and_explicit(&words[old], ~(uint32_t)TREE_RESERVED, memory_order_acq_rel);
    return true;
}

static bool take_tree(int32_t tree, uint32_t frames)
{
    uint32_t word = LOAD(&words[tree]);
    do {
        if ((word & TREE_FREE) < frames) return false;
    } while (!SWAP(&words[tree], &word, word - frames));
    return true;
}

static int32_t pick(uint32_t frames, int order)
{
    int32_t best = -1, best_score = -1, tree = cursor_tree, own = order == 0 ? -1 : (int32_t)LOAD(&locals[worker * LINE]);
    passed_over = false;
    for (int32_t step = 0, compared = 0; step < trees; step++) {
        if (++tree >= trees) tree = 0;
        if (order > 0 && (int)LOAD(&hints[tree]) <= order) continue;
        uint32_t word = LOAD(&words[tree]);
        uint32_t left = word & TREE_FREE;
        if (left < frames) continue;
        if ((word & TREE_RESERVED) != 0 && tree != own) {
            passed_over = true;
            continue;
        }
        int32_t score = (int32_t)left == tree_frames ? 0 : tree_frames - (int32_t)left;
        if (score > best_score) {
            best = tree;
            best_score = score;
        }
        if (++compared == COMPARED) break;
    }
    if (best >= 0 && order == 0) cursor_tree = best;
    return best;
}

static int32_t single_child(int32_t tree)
{
    if (cursor_child >> shift == tree && (LOAD(&entries[cursor_child]) & FREE) != 0) return cursor_child;
    int32_t best = -1;
    uint32_t least = CHILD_FRAMES + 1;
    for (int32_t child = tree << shift; child < end_child(tree); child++) {
        uint32_t left = LOAD(&entries[child]) & FREE;
        if (left == 0 || left >= least) continue;
        least = left;
        best = child;
    }
    if (best >= 0) {
        cursor_child = best;
        cursor_word = 0;
    }
    return best;
}

static int32_t single_in(int32_t tree)
{
    for (;;) {
        int32_t child = single_child(tree);
        if (child < 0) continue;
        int32_t index = take_single(child, cursor_word);
        if (index >= 0) {
            cursor_word = (index >> 6) & (CHILD_WORDS - 1);
            return index;
        }
    }
}

static int32_t steal(void)
{
    for (int32_t tree = 0; tree < trees; tree++) if (take_tree(tree, 1)) return single_in(tree);
    return -1;
}

static int32_t single(void)
{
    for (;;) {
        uint32_t local = LOAD(&locals[worker * LINE]);
        if (local != NO_TREE && take_tree((int32_t)local, 1)) return single_in((int32_t)local);
        int32_t tree = pick(1, 0);
        if (tree < 0) return passed_over ? steal() : -1;
        reserve_tree(tree);
    }
}

static int32_t block_in(int32_t tree, int order)
{
    uint32_t frames = 1u << order;
    int32_t whole = -1;
    for (int32_t child = tree << shift; child < end_child(tree); child++) {
        uint32_t entry = LOAD(&entries[child]);
        if ((entry & FREE) < frames || (int)hint_of(entry) <= order) continue;
        if ((entry & FREE) == CHILD_FRAMES) {
            if (whole < 0) whole = child;
            continue;
        }
        int32_t index = take_block(child, order);
        if (index >= 0) return index;
    }
    if (whole >= 0) {
        int32_t index = take_block(whole, order);
        if (index >= 0) return index;
    }
    give(tree, frames);
    lower(tree);
    return -1;
}

static int32_t block(int order)
{
    uint32_t frames = 1u << order;
    for (int32_t tree = cursor_blocks; tree >= 0; tree = pick(frames, order)) {
        if ((int)LOAD(&hints[tree]) <= order || !take_tree(tree, frames)) continue;
        int32_t index = block_in(tree, order);
        if (index >= 0) {
            cursor_blocks = tree;
            return index;
        }
    }
    for (int32_t tree = 0; passed_over && tree < trees; tree++) {
        if ((int)LOAD(&hints[tree]) <= order || !take_tree(tree, frames)) continue;
        int32_t index = block_in(tree, order);
        if (index >= 0) return index;
    }
    return -1;
}

static int32_t huge(void)
{
    int32_t tree = cursor_huge;
    for (int32_t step = 0; step < trees; step++) {
        if (LOAD(&hints[tree]) >= WHOLE && take_tree(tree, CHILD_FRAMES)) {
            for (int32_t child = tree << shift; child < end_child(tree); child++) {
                if ((LOAD(&entries[child]) & FREE) == CHILD_FRAMES && take_whole(child)) {
                    cursor_huge = tree;
                    return child << CHILD_ORDER;
                }
            }
            give(tree, CHILD_FRAMES);
            lower(tree);
        }
        if (++tree == trees) tree = 0;
    }
    return -1;
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
    int32_t child = index >> 9;
    if ((LOAD(&entries[child]) & (HUGE | RUNS | PINNED)) != 0) {
        int status = check_free(index, 1);
        if (status != OK) return status;
    }
    uint64_t bit = 1ull << (index & 63);
    uint64_t word = LOAD(&busy[index >> 6]);
    do {
        if ((word & bit) == 0) return DOUBLE_FREE;
    } while (!SWAP(&busy[index >> 6], &word, word & ~bit));
    uint32_t rose = give_back(child, 1, index);
    if (rose > 0) raise_hint(child, rose);
    give(child >> shift, 1);
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
        atomic_fetch_and_explicit(&busy[at], ~mask_of(at, index, end), memory_order_acq_rel);
    }
    int32_t child = index >> 9;
    uint32_t rose = give_back(child, (uint32_t)frames, index);
    if (rose > 0) raise_hint(child, rose);
    give(child >> shift, (uint32_t)frames);
    return OK;
}

static int free_huge(int32_t index)
{
    int status = check_free(index, CHILD_FRAMES);
    if (status != OK) return status;
    int32_t child = index >> 9;
    uint32_t entry = LOAD(&entries[child]);
    do {
        if ((entry & HUGE) == 0) return DOUBLE_FREE;
    } while (!SWAP(&entries[child], &entry, ((entry & ~(uint32_t)(HUGE | CONTINUES)) | CHILD_FRAMES | WHOLE << HINT_SHIFT) + EPOCH));
    raise_hint(child, WHOLE);
    give(child >> shift, CHILD_FRAMES);
    return OK;
}

static int free_block(int32_t frame, int order)
{
    int32_t index = frame - origin, frames = 1 << order;
    if (index < first_index || index + frames > end_index) return OUT_OF_RANGE;
    if ((frame & (frames - 1)) != 0) return MISALIGNED;
    int status = order == 0 ? free_single(index) : order == CHILD_ORDER ? free_huge(index) : free_many(index, frames);
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
    } while (!SWAP(&entries[child], &entry, lowered(entry, (uint32_t)wanted)));
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
    int32_t tree = -1, tree_count = 0, in_child = 0;
    for (int32_t slot = 0; slot < length;) {
        int32_t index = frames[slot] - origin, at = index >> 6, next = index;
        uint64_t mask = 0;
        while (next >> 6 == at && slot < length) {
            mask |= 1ull << (next & 63);
            slot++;
            next = slot < length ? frames[slot] - origin : -1;
        }
        in_child += __builtin_popcountll(atomic_fetch_and_explicit(&busy[at], ~mask, memory_order_acq_rel) & mask);
        int32_t child = index >> 9;
        if (slot < length && next >> 9 == child) continue;
        uint32_t rose = in_child == 1 ? give_back(child, 1, index) : give_back_run(child, (uint32_t)in_child);
        if (rose > 0) raise_hint(child, rose);
        if (child >> shift != tree) {
            if (tree_count > 0) give(tree, (uint32_t)tree_count);
            tree_count = 0;
        }
        tree = child >> shift;
        tree_count += in_child;
        in_child = 0;
    }
    if (tree_count > 0) give(tree, (uint32_t)tree_count);
}

static int alloc_batch(int32_t *out, int32_t length)
{
    int32_t slot = 0;
    while (slot < length) {
        uint32_t local = LOAD(&locals[worker * LINE]);
        int32_t some = local == NO_TREE ? 0 : (int32_t)(LOAD(&words[local]) & TREE_FREE);
        if (some > length - slot) some = length - slot;
        if (some > 0 && take_tree((int32_t)local, (uint32_t)some)) {
            for (int32_t end = slot + some; slot < end;) {
                int32_t child = single_child((int32_t)local);
                if (child >= 0) slot += take_many(child, end - slot, out + slot);
            }
        }
        if (some > 0) continue;
        int32_t tree = pick(1, 0);
        if (tree >= 0) {
            reserve_tree(tree);
            continue;
        }
        int32_t index = passed_over ? steal() : -1;
        if (index < 0) break;
        out[slot++] = origin + index;
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
    for (shift = 3; shift > 0 && children >> shift < 4 * workers;) shift--;
    trees = (children + (1 << shift) - 1) >> shift;
    tree_frames = CHILD_FRAMES << shift;
    entries = calloc((size_t)children, 4);
    words = calloc((size_t)trees, 4);
    hints = calloc((size_t)trees, 4);
    locals = calloc((size_t)workers * LINE, 4);
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
    for (int32_t tree = 0; tree < trees; tree++) {
        uint32_t left = 0;
        for (int32_t child = tree << shift; child < end_child(tree); child++) left += entries[child] & FREE;
        words[tree] = left;
        hints[tree] = hint_by_children(tree);
    }
    for (int each = 0; each < workers; each++) locals[each * LINE] = NO_TREE;
}
