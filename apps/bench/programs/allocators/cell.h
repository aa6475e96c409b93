/*
 * One measurement of one allocator, as in cell.ts: PROGRAM MODE FRAMES ORDER OCCUPANCY MILLISECONDS.
 * The file that includes this one defines the allocator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void create(int32_t base, int32_t count);
static int32_t alloc_block(int order);
static int free_block(int32_t frame, int order);
static int alloc_batch(int32_t *out, int32_t length);
static int free_batch(const int32_t *frames, int32_t length);

static uint32_t random_state = 0x9e3779b9;

static uint32_t random_below(uint32_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % bound;
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void shuffle(int32_t *order, int32_t length)
{
    for (int32_t at = 0; at < length; at++) order[at] = at;
    for (int32_t last = length - 1; last > 0; last--) {
        int32_t other = (int32_t)random_below((uint32_t)last + 1);
        int32_t value = order[last];
        order[last] = order[other];
        order[other] = value;
    }
}

static int64_t churn_pass(int32_t *held, const int32_t *picks, int32_t usable, int32_t batch, int order)
{
    int64_t failures = 0;
    for (int32_t from = 0; from + batch <= usable; from += batch) {
        int32_t to = from + batch;
        for (int32_t at = from; at < to; at++) failures += free_block(held[picks[at]], order);
        for (int32_t at = from; at < to; at++) {
            int32_t frame = alloc_block(order);
            if (frame < 0) failures++;
            held[picks[at]] = frame;
        }
    }
    return failures;
}

static int64_t bulk_pass(int32_t *held, const int32_t *picks, int32_t usable, int32_t *frames, int32_t batch)
{
    int64_t failures = 0;
    for (int32_t from = 0; from + batch <= usable; from += batch) {
        for (int32_t at = 0; at < batch; at++) frames[at] = held[picks[from + at]];
        failures += free_batch(frames, batch);
        if (alloc_batch(frames, batch) == 0) failures++;
        for (int32_t at = 0; at < batch; at++) held[picks[from + at]] = frames[at];
    }
    return failures;
}

static double failed_search(int32_t count, int order, double time)
{
    int32_t *all = malloc(sizeof *all * (size_t)count);
    for (int32_t at = 0; at < count; at++) all[at] = alloc_block(0);
    for (int32_t at = 0; at < count; at++) if (all[at] & 1) free_block(all[at], 0);
    double best = 1e30, spent = 0;
    for (int round = 0; round < 6 || spent < time; round++) {
        double start = now_ms();
        for (int at = 0; at < 1000; at++) if (alloc_block(order) >= 0) exit(2);
        double elapsed = now_ms() - start;
        spent += elapsed;
        if (elapsed * 1e3 < best) best = elapsed * 1e3;
    }
    return best;
}

int main(int argc, char **argv)
{
    if (argc != 6) return 2;
    int bulk = strcmp(argv[1], "bulk") == 0;
    int32_t count = atoi(argv[2]);
    int order = atoi(argv[3]);
    double occupancy = atof(argv[4]);
    double time = atof(argv[5]);
    create(0x40000, count);
    if (strcmp(argv[1], "fail") == 0) {
        printf("%f\n", failed_search(count, order, time));
        return 0;
    }
    int32_t blocks = count >> order;
    int32_t *all = malloc(sizeof *all * (size_t)blocks);
    int32_t *order_of = malloc(sizeof *order_of * (size_t)blocks);
    for (int32_t block = 0; block < blocks; block++) all[block] = alloc_block(order);
    shuffle(order_of, blocks);
    int32_t length = (int32_t)((double)blocks * occupancy);
    if (length < 1) length = 1;
    for (int32_t at = length; at < blocks; at++) free_block(all[order_of[at]], order);
    int32_t *held = malloc(sizeof *held * (size_t)length);
    for (int32_t at = 0; at < length; at++) held[at] = all[order_of[at]];
    int32_t batch = length >> 2 > 4096 ? 4096 : length >> 2;
    if (batch < 1) batch = 1;
    int32_t passes = 65536 / length < 1 ? 1 : 65536 / length;
    int32_t *picks = malloc(sizeof *picks * (size_t)length * (size_t)passes);
    for (int32_t at = 0; at < passes; at++) shuffle(picks + (size_t)at * (size_t)length, length);
    int32_t usable = length / batch * batch;
    int32_t *frames = malloc(sizeof *frames * (size_t)batch);
    int64_t failures = 0;
    double best = 0, spent = 0;
    for (int round = 0; round < 6 || spent < time; round++) {
        double start = now_ms();
        for (int32_t at = 0; at < passes; at++) {
            const int32_t *part = picks + (size_t)at * (size_t)length;
            failures += bulk ? bulk_pass(held, part, usable, frames, batch) : churn_pass(held, part, usable, batch, order);
        }
        double elapsed = now_ms() - start;
        spent += elapsed;
        double rate = 2.0 * usable * passes / elapsed / 1e3;
        if (rate > best) best = rate;
    }
    if (failures != 0) return 3;
    printf("%f\n", best);
    return 0;
}
