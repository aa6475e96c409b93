/* The algorithm of packages/allocator-hierarchical in C: see its README and huge-levels.ts for what the arrays mean. */
#include <stdint.h>
#include "harness.h"

enum { OK, DOUBLE_FREE, NOT_ALLOCATED, WRONG_SIZE, MISALIGNED, OUT_OF_RANGE, IS_RESERVED };
enum { HUGE_ORDER = 9, HUGE_FRAMES = 512, WORDS = 16, FIRST_CLASS = 16, STALE = 4, SETS = 32, ORIGIN_ALIGN = 16384 };
enum { MASK = 0xffff, ONE = 0x10000, COUNT = 0x3ff * ONE, BEST_SHIFT = 26, CLASS_STEP = 63 * ONE, ALL = HUGE_FRAMES * ONE };
enum { SINGLES, WHOLE_START, WHOLE_INSIDE, CHUNK };

static int32_t origin, first_index, end_index, huge_frames, set_words, set_tops;
static int32_t current, next_stale, stale[STALE];
static uint32_t *bits, *set_bits, *set_summary, occupied, *chunks;
static int32_t *tags, *pool, spare, made;
static uint32_t *summaries;
static uint8_t *classes, *is_stale;
static int16_t *chunk_sizes;
static double allocations, frees, failed;
static int32_t runs_in_use, frames_in_runs;

static int count_of(uint32_t summary)
{
    return (summary & COUNT) >> 16;
}

static int count_in(int32_t huge)
{
    return count_of(summaries[huge]);
}

static int best_in(int32_t huge)
{
    return (int)(summaries[huge] >> BEST_SHIFT);
}

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
    uint32_t *word = &set_bits[set * set_words + (member >> 5)], before = *word;
    *word = before | 1u << (member & 31);
    if (before == 0) {
        set_summary[set * set_tops + (member >> 10)] |= 1u << ((member >> 5) & 31);
        occupied |= 1u << set;
    }
}

static void set_remove(int set, int32_t member)
{
    int32_t at = set * set_words + (member >> 5);
    set_bits[at] &= ~(1u << (member & 31));
    if (set_bits[at] != 0) return;
    set_summary[set * set_tops + (member >> 10)] &= ~(1u << ((member >> 5) & 31));
    for (int32_t top = 0; top < set_tops; top++) if (set_summary[set * set_tops + top] != 0) return;
    occupied &= ~(1u << set);
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
    return count == 0 || count == HUGE_FRAMES ? 0 : FIRST_CLASS + (count >> 6);
}

static void set_class(int32_t huge, int to)
{
    int from = classes[huge];
    if (from == to) return;
    if (from != 0) set_remove(from, huge);
    if (to != 0) set_add(to, huge);
    classes[huge] = (uint8_t)to;
    uint32_t fuller = (1u << classes[current]) - (1u << FIRST_CLASS);
    if ((occupied & fuller) != 0) current = huge_frames;
}

static void set_best(int32_t huge, int to)
{
    int from = best_in(huge);
    if (from == to) return;
    summaries[huge] = (summaries[huge] & (COUNT | MASK)) | (uint32_t)to << BEST_SHIFT;
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

static int change_count(int32_t huge, int frames)
{
    summaries[huge] += (uint32_t)frames * ONE;
    int count = count_in(huge);
    classify(huge, count);
    return count;
}

static uint32_t full_words(int32_t huge)
{
    uint32_t full = 0;
    for (int word = 0; word < WORDS; word++) if (bits[huge * WORDS + word] == 0xffffffffu) full |= 1u << word;
    return full;
}

static int largest_order(int32_t huge)
{
    if (count_in(huge) == 0) return 0;
    if (count_in(huge) == HUGE_FRAMES) return HUGE_ORDER;
    uint32_t full = full_words(huge);
    int order = 0;
    if (full != 0) {
        order = 5;
        while (aligned_groups(full, order - 4) != 0) order++;
        return order;
    }
    for (uint32_t mask = summaries[huge] & MASK; mask != 0; mask &= mask - 1) {
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

static int32_t choose_current(void);
static int32_t choose_current(void)
{
    uint32_t partial = occupied >> FIRST_CLASS;
    int32_t huge;
    if (partial != 0) {
        int set = FIRST_CLASS + __builtin_ctz(partial);
        huge = set_lowest(set);
        if (count_in(huge) == 0) {
            set_remove(set, huge);
            classes[huge] = 0;
            return choose_current();
        }
    } else {
        huge = set_lowest(HUGE_ORDER);
        if (huge < 0) return -1;
        set_best(huge, HUGE_ORDER - 1);
        set_class(huge, FIRST_CLASS + 8);
    }
    current = huge;
    mark_stale(huge);
    return huge;
}

static int is_group_set(uint32_t word, int bit, int size)
{
    return ((~word >> (bit & (32 - size))) & (0xffffffffu >> (32 - size))) == 0;
}

static int is_block_free(int32_t index, int order)
{
    if (order <= 5) return is_group_set(bits[index >> 5], index & 31, 1 << order);
    int32_t words = 1 << (order - 5), start = (index >> 5) & ~(words - 1);
    for (int32_t at = start; at < start + words; at++) if (bits[at] != 0xffffffffu) return 0;
    return 1;
}

static void raise_best(int32_t huge, int32_t index)
{
    int before = best_in(huge), highest = before;
    while (highest < HUGE_ORDER - 1 && is_block_free(index, highest + 1)) highest++;
    if (highest > before) set_best(huge, highest);
}

static int32_t take_one(void)
{
    int32_t huge = current;
    uint32_t summary = summaries[huge];
    if ((summary & COUNT) == 0) {
        huge = choose_current();
        if (huge < 0) return -1;
        summary = summaries[huge];
    }
    int32_t at = huge * WORDS + __builtin_ctz(summary);
    uint32_t word = bits[at], left = word & (word - 1);
    bits[at] = left;
    uint32_t before = summary;
    summary -= ONE;
    if (left == 0) summary &= summary - 1;
    summaries[huge] = summary;
    if ((before & CLASS_STEP) == 0) set_class(huge, FIRST_CLASS + (count_of(summary) >> 6));
    return at * 32 + __builtin_ctz(word);
}

static void count_one(int32_t index, uint32_t word)
{
    int32_t huge = index >> 9;
    uint32_t before = summaries[huge], summary = (before + ONE) | 1u << ((index >> 5) & 15);
    summaries[huge] = summary;
    if ((summary & CLASS_STEP) == 0) classify(huge, count_of(summary));
    else if ((before & COUNT) == 0) {
        classes[huge] = FIRST_CLASS;
        set_bits[FIRST_CLASS * set_words + (huge >> 5)] |= 1u << (huge & 31);
        set_summary[FIRST_CLASS * set_tops + (huge >> 10)] |= 1u << ((huge >> 5) & 31);
        occupied |= 1u << FIRST_CLASS;
        if ((summaries[current] & COUNT) >= 64 * ONE) current = huge_frames;
    }
    uint32_t best = summary >> BEST_SHIFT;
    if (best >= 5 ? word == 0xffffffffu : is_group_set(word, index & 31, 2 << best)) raise_best(huge, index);
}

/* Returns 0 when the frame is free. */
static int release_one(int32_t index)
{
    int32_t at = index >> 5;
    uint32_t before = bits[at], word = before | 1u << (index & 31);
    if (word == before) return 0;
    bits[at] = word;
    count_one(index, word);
    return 1;
}

static int32_t search_huge(int32_t huge, int order)
{
    int32_t start = huge * WORDS;
    if (order > 5) {
        uint32_t groups = aligned_groups(full_words(huge), order - 5);
        return groups == 0 ? -1 : (start + __builtin_ctz(groups)) * 32;
    }
    for (uint32_t mask = summaries[huge] & MASK; mask != 0; mask &= mask - 1) {
        int32_t at = start + __builtin_ctz(mask);
        uint32_t groups = aligned_groups(bits[at], order);
        if (groups != 0) return at * 32 + __builtin_ctz(groups);
    }
    return -1;
}

static int32_t fullest_with(int order)
{
    uint32_t partial = occupied >> FIRST_CLASS;
    int32_t fullest = set_lowest_common(FIRST_CLASS + __builtin_ctz(partial), order);
    if (fullest >= 0) {
        current = fullest;
        mark_stale(fullest);
        return fullest;
    }
    for (partial &= partial - 1; partial != 0; partial &= partial - 1) {
        int32_t huge = set_lowest_common(FIRST_CLASS + __builtin_ctz(partial), order);
        if (huge >= 0) return huge;
    }
    return set_lowest(order);
}

static int32_t find_block(int order)
{
    int32_t kept = current;
    if (best_in(kept) >= order) {
        int32_t index = search_huge(kept, order);
        if (index >= 0) return index;
        set_best(kept, largest_order(kept));
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

static uint32_t inside_bits(int size)
{
    return (0xffffffffu >> (32 - size)) ^ 1;
}

static int runs_has(int32_t index);

static void runs_add_block(int32_t index, int size)
{
    int32_t huge = index >> 9;
    if (tags[huge] == SINGLES) tags[huge] = spare > 0 ? pool[--spare] : CHUNK + made++;
    int32_t chunk = tags[huge] - CHUNK;
    chunks[chunk * WORDS + ((index & 511) >> 5)] |= inside_bits(size) << (index & 31);
    chunk_sizes[chunk] = (int16_t)(chunk_sizes[chunk] + size - 1);
}

/* Returns 0 when the run is another. */
static int runs_remove_block(int32_t index, int size)
{
    int32_t huge = index >> 9, chunk = tags[huge] - CHUNK;
    if (chunk < 0) return 0;
    uint32_t *word = &chunks[chunk * WORDS + ((index & 511) >> 5)], inside = inside_bits(size);
    if (((*word >> (index & 31)) & (inside | 1)) != inside || runs_has(index + size)) return 0;
    *word ^= inside << (index & 31);
    chunk_sizes[chunk] = (int16_t)(chunk_sizes[chunk] - size + 1);
    if (chunk_sizes[chunk] == 0) {
        pool[spare++] = tags[huge];
        tags[huge] = SINGLES;
    }
    return 1;
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
    return count_in(index >> 9) != 0 && ((bits[index >> 5] >> (index & 31)) & 1);
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

/* check_run for one frame, except that it may not see that the frame is free. */
static int check_one(int32_t index)
{
    if (index < first_index || index >= end_index) return OUT_OF_RANGE;
    return tags[index >> 9] == SINGLES ? OK : check_run(index, 1);
}

static void clear_bits(int32_t from, int32_t to)
{
    for (int32_t index = from, end; index < to; index = end) {
        end = word_end(index, to);
        int32_t at = index >> 5;
        bits[at] &= ~mask_of(index & 31, ((end - 1) & 31) + 1);
        if (bits[at] == 0) summaries[at >> 4] &= ~(1u << (at & 15));
    }
}

static void set_range(int32_t from, int32_t to)
{
    for (int32_t index = from, end; index < to; index = end) {
        end = word_end(index, to);
        bits[index >> 5] |= mask_of(index & 31, ((end - 1) & 31) + 1);
        summaries[index >> 9] |= 1u << ((index >> 5) & 15);
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
    summaries = calloc(huge + 1, 4);
    classes = calloc(huge + 1, 1);
    is_stale = calloc(huge, 1);
    tags = calloc(huge + 1, 4);
    pool = calloc(huge, 4);
    chunks = calloc(huge * WORDS, 4);
    chunk_sizes = calloc(huge, 2);
    for (int slot = 0; slot < STALE; slot++) stale[slot] = -1;
    current = huge_frames;
    set_range(first_index, end_index);
    for (int32_t index = first_index; index < end_index;) {
        int32_t at = index >> 9, end = (at + 1) * HUGE_FRAMES < end_index ? (at + 1) * HUGE_FRAMES : end_index;
        change_count(at, end - index);
        if (end - index < HUGE_FRAMES) set_best(at, largest_order(at));
        index = end;
    }
}

static int32_t alloc_block(int order)
{
    int32_t index = -1;
    if (order == 0) {
        index = take_one();
    } else if (order == HUGE_ORDER) {
        int32_t huge = set_highest(HUGE_ORDER);
        if (huge >= 0) {
            index = huge * HUGE_FRAMES;
            set_remove(HUGE_ORDER, huge);
            summaries[huge] = MASK;
            tags[huge] = WHOLE_START;
            runs_in_use++;
            frames_in_runs += HUGE_FRAMES;
        }
    } else if (order > 0 && order < HUGE_ORDER) {
        index = find_block(order);
        if (index >= 0) {
            int32_t huge = index >> 9;
            if (best_in(huge) == HUGE_ORDER) set_best(huge, HUGE_ORDER - 1);
            mark_stale(huge);
            clear_bits(index, index + (1 << order));
            change_count(huge, -(1 << order));
            if (order <= 5) runs_add_block(index, 1 << order);
            else runs_add(index + 1, index + (1 << order));
            runs_in_use++;
            frames_in_runs += 1 << order;
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
    if (order == 0) {
        int status = check_one(index);
        if (status != OK) return status;
        if (!release_one(index)) return DOUBLE_FREE;
        frees++;
        return OK;
    }
    if (order < 0 || order > HUGE_ORDER) return OUT_OF_RANGE;
    int32_t frames = 1 << order;
    if ((frame & (frames - 1)) != 0) return MISALIGNED;
    if (index < first_index || frames > end_index - index) return OUT_OF_RANGE;
    int32_t huge = index >> 9;
    if (order == HUGE_ORDER) {
        if (tags[huge] != WHOLE_START || tags[huge + 1] > WHOLE_START) return check_run(index, frames);
        tags[huge] = SINGLES;
        set_add(HUGE_ORDER, huge);
        summaries[huge] = (uint32_t)HUGE_ORDER << BEST_SHIFT | ALL | MASK;
    } else {
        if (order <= 5) {
            if (!runs_remove_block(index, frames)) return check_run(index, frames);
        } else {
            int status = check_run(index, frames);
            if (status != OK) return status;
            runs_remove(index + 1, index + frames);
        }
        set_range(index, index + frames);
        if (change_count(huge, frames) < HUGE_FRAMES) {
            if (best_in(huge) < order) set_best(huge, order);
            raise_best(huge, index);
        }
    }
    runs_in_use--;
    frames_in_runs -= frames;
    frees++;
    return OK;
}

static int alloc_batch(int32_t *out, int32_t length)
{
    double singles = allocations - frees - runs_in_use;
    if (length > end_index - first_index - frames_in_runs - singles) return 0;
    for (int32_t slot = 0; slot < length;) {
        int32_t huge = current, begun = slot;
        if (count_in(huge) == 0) huge = choose_current();
        uint32_t mask = summaries[huge] & MASK;
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
        summaries[huge] = (summaries[huge] & ~(uint32_t)MASK) | mask;
        change_count(huge, begun - slot);
    }
    allocations += length;
    return length;
}

static int free_batch(const int32_t *frames, int32_t length)
{
    for (int32_t slot = 0; slot < length; slot++) {
        int32_t index = frames[slot] - origin;
        int status = check_one(index);
        uint32_t bit = 1u << (index & 31);
        if (status != OK || (bits[index >> 5] & bit) != 0) {
            for (int32_t undo = 0; undo < slot; undo++) {
                int32_t marked = frames[undo] - origin;
                bits[marked >> 5] &= ~(1u << (marked & 31));
            }
            return status == OK ? DOUBLE_FREE : status;
        }
        bits[index >> 5] |= bit;
    }
    for (int32_t slot = 0; slot < length; slot++) {
        int32_t index = frames[slot] - origin;
        count_one(index, bits[index >> 5]);
    }
    frees += length;
    return OK;
}
