/* The algorithm of packages/allocator-hierarchical in C: see free-map.ts and run-map.ts for what the arrays mean. */
#include <stdint.h>
#include "cell.h"

enum { OK, DOUBLE_FREE, NOT_ALLOCATED, WRONG_SIZE, MISALIGNED, OUT_OF_RANGE, IS_RESERVED };
enum { HUGE_ORDER = 9, HUGE_FRAMES = 512, WORDS = 16, FIRST_CLASS = 16, STALE = 8, SETS = 32, ORIGIN_ALIGN = 16384 };
enum { SINGLES, WHOLE_START, WHOLE_INSIDE, CHUNK };

static int32_t origin, first_index, end_index, huge_frames, set_words, set_tops;
static int32_t free_frames, current, next_stale, stale[STALE];
static uint32_t *bits, *set_bits, *set_summary, occupied, *chunks;
static int32_t set_sizes[SETS], *tags, *pool, spare, made;
static uint16_t *masks, *counts;
static uint8_t *best, *classes, *is_stale;
static int16_t *chunk_sizes;
static double allocations, frees, failed;

static uint32_t aligned_groups(uint32_t word, int order)
{
    if (order == 0) return word;
    uint32_t groups = word & (word >> 1) & 0x55555555;
    if (order == 1) return groups;
    groups &= (groups >> 2) & 0x11111111;
    if (order == 2) return groups;
    groups &= (groups >> 4) & 0x01010101;
    if (order == 3) return groups;
    groups &= (groups >> 8) & 0x00010001;
    if (order == 4) return groups;
    return groups & (groups >> 16) & 1;
}

static uint32_t mask_of(int from, int to)
{
    return (0xffffffffu << from) & (0xffffffffu >> (32 - to));
}

static void set_add(int set, int32_t member)
{
    set_bits[set * set_words + (member >> 5)] |= 1u << (member & 31);
    set_summary[set * set_tops + (member >> 10)] |= 1u << ((member >> 5) & 31);
    set_sizes[set]++;
    occupied |= 1u << set;
}

static void set_remove(int set, int32_t member)
{
    int32_t at = set * set_words + (member >> 5);
    set_bits[at] &= ~(1u << (member & 31));
    if (set_bits[at] == 0) set_summary[set * set_tops + (member >> 10)] &= ~(1u << ((member >> 5) & 31));
    if (--set_sizes[set] == 0) occupied &= ~(1u << set);
}

static int32_t set_lowest(int set)
{
    for (int32_t top = 0; top < set_tops; top++) {
        uint32_t words = set_summary[set * set_tops + top];
        if (words != 0) {
            int32_t word = top * 32 + __builtin_ctz(words);
            return word * 32 + __builtin_ctz(set_bits[set * set_words + word]);
        }
    }
    return -1;
}

static int32_t set_lowest_common(int one, int other)
{
    for (int32_t top = 0; top < set_tops; top++) {
        uint32_t words = set_summary[one * set_tops + top] & set_summary[other * set_tops + top];
        for (; words != 0; words &= words - 1) {
            int32_t word = top * 32 + __builtin_ctz(words);
            uint32_t members = set_bits[one * set_words + word] & set_bits[other * set_words + word];
            if (members != 0) return word * 32 + __builtin_ctz(members);
        }
    }
    return -1;
}

static int32_t set_highest(int set)
{
    for (int32_t top = set_tops - 1; top >= 0; top--) {
        uint32_t words = set_summary[set * set_tops + top];
        if (words != 0) {
            int32_t word = top * 32 + 31 - __builtin_clz(words);
            return word * 32 + 31 - __builtin_clz(set_bits[set * set_words + word]);
        }
    }
    return -1;
}

static int class_of(int count)
{
    return count == 0 || count == HUGE_FRAMES ? 0 : FIRST_CLASS + ((count - 1) >> 5);
}

static void set_class(int32_t huge, int to)
{
    int from = classes[huge];
    if (from == to) return;
    if (from != 0) set_remove(from, huge);
    if (to != 0) set_add(to, huge);
    classes[huge] = (uint8_t)to;
}

static void set_best(int32_t huge, int to)
{
    int from = best[huge];
    if (from == to) return;
    best[huge] = (uint8_t)to;
    if (from == HUGE_ORDER) {
        set_remove(HUGE_ORDER, huge);
        from = 0;
    } else if (to == HUGE_ORDER) {
        set_add(HUGE_ORDER, huge);
        to = 0;
    }
    for (; from < to; from++) set_add(from + 1, huge);
    for (; from > to; from--) set_remove(from, huge);
}

static void classify(int32_t huge, int count)
{
    set_class(huge, class_of(count));
    if (count == 0) {
        set_best(huge, 0);
    } else if (count == HUGE_FRAMES) {
        set_best(huge, HUGE_ORDER);
        if (huge == current) current = huge_frames;
    }
}

static void lower(int32_t huge, int frames)
{
    int count = counts[huge] - frames;
    counts[huge] = (uint16_t)count;
    free_frames -= frames;
    classify(huge, count);
}

static uint32_t full_words(int32_t huge)
{
    uint32_t full = 0;
    for (int word = 0; word < WORDS; word++) if (bits[huge * WORDS + word] == 0xffffffffu) full |= 1u << word;
    return full;
}

static int largest_order(int32_t huge)
{
    if (counts[huge] == 0) return 0;
    if (counts[huge] == HUGE_FRAMES) return HUGE_ORDER;
    uint32_t full = full_words(huge);
    int order = 0;
    if (full != 0) {
        order = 5;
        while (aligned_groups(full, order - 4) != 0) order++;
        return order;
    }
    for (uint32_t mask = masks[huge]; mask != 0; mask &= mask - 1) {
        uint32_t word = bits[huge * WORDS + __builtin_ctz(mask)];
        while (order < 4 && aligned_groups(word, order + 1) != 0) order++;
    }
    return order;
}

static void mark_stale(int32_t huge)
{
    if (is_stale[huge]) return;
    int32_t oldest = stale[next_stale];
    if (oldest >= 0) {
        is_stale[oldest] = 0;
        set_best(oldest, largest_order(oldest));
    }
    stale[next_stale] = huge;
    next_stale = (next_stale + 1) & (STALE - 1);
    is_stale[huge] = 1;
}

static int32_t choose_current(void)
{
    uint32_t partial = occupied >> FIRST_CLASS;
    int32_t huge;
    if (partial != 0) {
        huge = set_lowest(FIRST_CLASS + __builtin_ctz(partial));
    } else {
        huge = set_lowest(HUGE_ORDER);
        if (huge < 0) return -1;
        set_best(huge, HUGE_ORDER - 1);
        set_class(huge, class_of(HUGE_FRAMES - 1));
    }
    current = huge;
    mark_stale(huge);
    return huge;
}

static int is_block_free(int32_t index, int order)
{
    if (order <= 5) return (aligned_groups(bits[index >> 5], order) >> (index & (32 - (1 << order)))) & 1;
    int32_t words = 1 << (order - 5), start = (index >> 5) & ~(words - 1);
    for (int32_t at = start; at < start + words; at++) if (bits[at] != 0xffffffffu) return 0;
    return 1;
}

static void raise_best(int32_t huge, int32_t index, int order)
{
    int highest = order - 1;
    while (highest < HUGE_ORDER - 1 && is_block_free(index, highest + 1)) highest++;
    if (highest > best[huge]) set_best(huge, highest);
}

static int32_t needs_new_current(int32_t huge)
{
    return counts[huge] == 0 || ((occupied >> FIRST_CLASS) & ((1u << (classes[huge] & 15)) - 1)) != 0;
}

static int32_t take_one(void)
{
    int32_t huge = current;
    if (needs_new_current(huge)) {
        huge = choose_current();
        if (huge < 0) return -1;
    }
    uint32_t mask = masks[huge];
    int32_t at = huge * WORDS + __builtin_ctz(mask);
    uint32_t word = bits[at], left = word & (word - 1);
    bits[at] = left;
    if (left == 0) masks[huge] = (uint16_t)(mask & (mask - 1));
    int count = counts[huge] - 1;
    counts[huge] = (uint16_t)count;
    if ((count & 31) == 0) classify(huge, count);
    free_frames--;
    return at * 32 + __builtin_ctz(word);
}

static void release_one(int32_t index)
{
    int32_t at = index >> 5, huge = index >> 9;
    uint32_t before = bits[at], word = before | 1u << (index & 31);
    bits[at] = word;
    if (before == 0) masks[huge] |= (uint16_t)(1u << (at & 15));
    int count = counts[huge] + 1;
    counts[huge] = (uint16_t)count;
    if ((count & 31) == 1 || count == HUGE_FRAMES) classify(huge, count);
    free_frames++;
    int order = best[huge] + 1;
    if (order > 5 ? word == 0xffffffffu : (aligned_groups(word, order) >> (index & (32 - (1 << order)))) & 1)
        raise_best(huge, index, order);
}

static int32_t search_huge(int32_t huge, int order)
{
    int32_t start = huge * WORDS;
    if (order > 5) {
        uint32_t groups = aligned_groups(full_words(huge), order - 5);
        return groups == 0 ? -1 : (start + __builtin_ctz(groups)) * 32;
    }
    for (uint32_t mask = masks[huge]; mask != 0; mask &= mask - 1) {
        int32_t at = start + __builtin_ctz(mask);
        uint32_t groups = aligned_groups(bits[at], order);
        if (groups != 0) return at * 32 + __builtin_ctz(groups);
    }
    return -1;
}

static int32_t fullest_with(int order)
{
    for (uint32_t partial = occupied >> FIRST_CLASS; partial != 0; partial &= partial - 1) {
        int32_t huge = set_lowest_common(FIRST_CLASS + __builtin_ctz(partial), order);
        if (huge >= 0) return huge;
    }
    return set_lowest(order);
}

static int32_t find_block(int order)
{
    if (counts[current] != 0 && best[current] >= order) {
        int32_t index = search_huge(current, order);
        if (index >= 0) return index;
        set_best(current, largest_order(current));
    }
    for (;;) {
        if (((occupied >> order) & 1) == 0) {
            int32_t huge = set_lowest(HUGE_ORDER);
            return huge < 0 ? -1 : huge * HUGE_FRAMES;
        }
        int32_t huge = fullest_with(order);
        int32_t index = search_huge(huge, order);
        if (index >= 0) return index;
        set_best(huge, largest_order(huge));
    }
}

/* One portion of a block: the bits `index` to `end` of one word. */
static int32_t word_end(int32_t index, int32_t to)
{
    int32_t end = (index | 31) + 1;
    return end < to ? end : to;
}

static void runs_add(int32_t from, int32_t to)
{
    int32_t huge = from >> 9;
    if (tags[huge] == SINGLES) tags[huge] = spare > 0 ? pool[--spare] : CHUNK + made++;
    int32_t chunk = tags[huge] - CHUNK;
    for (int32_t index = from, end; index < to; index = end) {
        end = word_end(index, to);
        chunks[chunk * WORDS + ((index & 511) >> 5)] |= mask_of(index & 31, ((end - 1) & 31) + 1);
    }
    chunk_sizes[chunk] = (int16_t)(chunk_sizes[chunk] + to - from);
}

static void runs_remove(int32_t from, int32_t to)
{
    int32_t huge = from >> 9, chunk = tags[huge] - CHUNK;
    for (int32_t index = from, end; index < to; index = end) {
        end = word_end(index, to);
        chunks[chunk * WORDS + ((index & 511) >> 5)] &= ~mask_of(index & 31, ((end - 1) & 31) + 1);
    }
    chunk_sizes[chunk] = (int16_t)(chunk_sizes[chunk] - (to - from));
    if (chunk_sizes[chunk] == 0) {
        pool[spare++] = tags[huge];
        tags[huge] = SINGLES;
    }
}

static uint32_t runs_word(int32_t at)
{
    int32_t tag = tags[at >> 4];
    if (tag == SINGLES) return 0;
    if (tag == WHOLE_START) return (at & 15) == 0 ? 0xfffffffeu : 0xffffffffu;
    if (tag == WHOLE_INSIDE) return 0xffffffffu;
    return chunks[(tag - CHUNK) * WORDS + (at & 15)];
}

static int runs_has(int32_t index)
{
    return (runs_word(index >> 5) >> (index & 31)) & 1;
}

static int is_free(int32_t index)
{
    return counts[index >> 9] != 0 && ((bits[index >> 5] >> (index & 31)) & 1);
}

static int check_run(int32_t index, int32_t frames)
{
    if (index < first_index || frames <= 0 || frames > end_index - index) return OUT_OF_RANGE;
    if (is_free(index)) return DOUBLE_FREE;
    if (runs_has(index)) return NOT_ALLOCATED;
    int32_t end = index + frames;
    if (end < end_index && runs_has(end)) return WRONG_SIZE;
    int32_t huge = index >> 9;
    if (frames == HUGE_FRAMES && tags[huge] == WHOLE_START) return OK;
    for (int32_t at = index + 1, stop; at < end; at = stop) {
        stop = word_end(at, end);
        uint32_t mask = mask_of(at & 31, ((stop - 1) & 31) + 1);
        if ((runs_word(at >> 5) & mask) != mask) return WRONG_SIZE;
    }
    return OK;
}

static int check_one(int32_t index)
{
    if (index < first_index || index >= end_index) return OUT_OF_RANGE;
    if (tags[index >> 9] != SINGLES) return check_run(index, 1);
    return is_free(index) ? DOUBLE_FREE : OK;
}

static void clear_bits(int32_t from, int32_t to)
{
    for (int32_t index = from, end; index < to; index = end) {
        end = word_end(index, to);
        int32_t at = index >> 5;
        bits[at] &= ~mask_of(index & 31, ((end - 1) & 31) + 1);
        if (bits[at] == 0) masks[at >> 4] &= (uint16_t)~(1u << (at & 15));
    }
}

static void set_range(int32_t from, int32_t to)
{
    for (int32_t index = from, end; index < to; index = end) {
        end = word_end(index, to);
        bits[index >> 5] |= mask_of(index & 31, ((end - 1) & 31) + 1);
        masks[index >> 9] |= (uint16_t)(1u << ((index >> 5) & 15));
    }
}

static void create(int32_t base, int32_t count)
{
    origin = base & -ORIGIN_ALIGN;
    first_index = base - origin;
    end_index = first_index + count;
    huge_frames = (end_index + HUGE_FRAMES - 1) / HUGE_FRAMES;
    set_words = (huge_frames + 31) / 32;
    set_tops = (set_words + 31) / 32;
    size_t huge = (size_t)huge_frames;
    bits = calloc(huge * WORDS, 4);
    set_bits = calloc((size_t)set_words * SETS, 4);
    set_summary = calloc((size_t)set_tops * SETS, 4);
    masks = calloc(huge, 2);
    counts = calloc(huge + 1, 2);
    best = calloc(huge, 1);
    classes = calloc(huge + 1, 1);
    is_stale = calloc(huge, 1);
    tags = calloc(huge, 4);
    pool = calloc(huge, 4);
    chunks = calloc(huge * WORDS, 4);
    chunk_sizes = calloc(huge, 2);
    for (int slot = 0; slot < STALE; slot++) stale[slot] = -1;
    current = huge_frames;
    set_range(first_index, end_index);
    for (int32_t index = first_index; index < end_index;) {
        int32_t at = index >> 9, end = (at + 1) * HUGE_FRAMES < end_index ? (at + 1) * HUGE_FRAMES : end_index;
        counts[at] = (uint16_t)(end - index);
        free_frames += end - index;
        classify(at, end - index);
        if (end - index < HUGE_FRAMES) set_best(at, largest_order(at));
        index = end;
    }
}

static int32_t alloc_block(int order)
{
    int32_t index = -1;
    if (order == 0) {
        index = take_one();
    } else if (order > 0 && order < HUGE_ORDER) {
        index = find_block(order);
        if (index >= 0) {
            int32_t huge = index >> 9;
            if (best[huge] == HUGE_ORDER) set_best(huge, HUGE_ORDER - 1);
            mark_stale(huge);
            clear_bits(index, index + (1 << order));
            lower(huge, 1 << order);
            runs_add(index + 1, index + (1 << order));
        }
    } else if (order == HUGE_ORDER) {
        int32_t huge = set_highest(HUGE_ORDER);
        if (huge >= 0) {
            index = huge * HUGE_FRAMES;
            lower(huge, HUGE_FRAMES);
            tags[huge] = WHOLE_START;
        }
    }
    if (index < 0) {
        failed++;
        return -1;
    }
    allocations++;
    return origin + index;
}

static int free_block(int32_t frame, int order)
{
    int32_t index = frame - origin;
    int status;
    if (order == 0) {
        status = check_one(index);
        if (status != OK) return status;
        release_one(index);
        frees++;
        return OK;
    }
    if (order < 0 || order > HUGE_ORDER) return OUT_OF_RANGE;
    int32_t frames = 1 << order;
    if ((frame & (frames - 1)) != 0) return MISALIGNED;
    status = check_run(index, frames);
    if (status != OK) return status;
    int32_t huge = index >> 9;
    int count = counts[huge] + frames;
    if (order < HUGE_ORDER) {
        runs_remove(index + 1, index + frames);
        set_range(index, index + frames);
    } else {
        tags[huge] = SINGLES;
    }
    counts[huge] = (uint16_t)count;
    free_frames += frames;
    classify(huge, count);
    if (count < HUGE_FRAMES) {
        if (best[huge] < order) set_best(huge, order);
        if (is_block_free(index, best[huge] + 1)) raise_best(huge, index, best[huge] + 1);
    }
    frees++;
    return OK;
}

static int alloc_batch(int32_t *out, int32_t length)
{
    if (length > free_frames) return 0;
    for (int32_t slot = 0; slot < length;) {
        int32_t huge = current, begun = slot;
        if (needs_new_current(huge)) huge = choose_current();
        uint32_t mask = masks[huge];
        while (mask != 0 && slot < length) {
            int32_t at = huge * WORDS + __builtin_ctz(mask), frame = origin + at * 32;
            uint32_t word = bits[at];
            while (word != 0 && slot < length) {
                out[slot++] = frame + __builtin_ctz(word);
                word &= word - 1;
            }
            bits[at] = word;
            if (word == 0) mask &= mask - 1;
        }
        masks[huge] = (uint16_t)mask;
        lower(huge, slot - begun);
    }
    allocations += length;
    return length;
}

static int free_batch(const int32_t *frames, int32_t length)
{
    int status = OK;
    int32_t checked = 0;
    for (; checked < length; checked++) {
        int32_t index = frames[checked] - origin;
        status = check_one(index);
        if (status != OK) break;
        bits[index >> 5] ^= 1u << (index & 31);
    }
    for (int32_t slot = 0; slot < checked; slot++) {
        int32_t index = frames[slot] - origin;
        bits[index >> 5] ^= 1u << (index & 31);
    }
    if (status != OK) return status;
    for (int32_t slot = 0; slot < length; slot++) release_one(frames[slot] - origin);
    frees += length;
    return OK;
}
