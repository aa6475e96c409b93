/*
 * One measurement of one allocator, as in src/allocators/cell of this package, with the same memory, picks and batches:
 *
 *     PROGRAM WORKLOAD FRAMES ORDER OCCUPANCY SETTLING WARM_UP_MS SAMPLE_MS SAMPLES [WORKERS]
 *
 * does SETTLING operations, and replaces every block at least once, because that changes where free memory is; then it
 * prints a line for each sample: million operations a second, or for `fail` the nanoseconds of a search. The file that
 * includes this one defines the allocator. Built with -DTHREADS it measures several threads on one allocator.
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

#ifdef THREADS
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#define PER_WORKER static _Thread_local
PER_WORKER int worker;
static int workers = 1;
#else
#define PER_WORKER static
enum { worker = 0, workers = 1 };
#endif

enum { CHUNK_PICKS = 4096, MOST_BATCH = 4096, MOST_PICKS = 65536, SLOW_MS = 1000 };

static uint32_t random_state = 0x9e3779b9;

static uint32_t random_below(uint32_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % bound;
}

/* A thread's processor time, so that what else the host does is not in it. */
static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void *array(size_t length)
{
    void *made = malloc(length * sizeof(int32_t) + 1);
    if (made == NULL) exit(4);
    return made;
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

/* Blocks that are held, and in which order they are freed: batches of picks, in chunks between looks at the clock. */
struct work {
    int32_t *held, *picks, *frames;
    int32_t length, batch, total, chunk, at;
    int order;
    int64_t failures;
};

static void make_work(struct work *work, int32_t *held, int32_t length, int order)
{
    int32_t batch = length >> 2 > MOST_BATCH ? MOST_BATCH : length >> 2;
    if (batch < 1) batch = 1;
    int32_t passes = MOST_PICKS / length < 1 ? 1 : MOST_PICKS / length, usable = length / batch * batch;
    int32_t *picks = array((size_t)usable * (size_t)passes), *one = array((size_t)length);
    for (int32_t pass = 0; pass < passes; pass++) {
        shuffle(one, length);
        memcpy(picks + (size_t)pass * (size_t)usable, one, sizeof *one * (size_t)usable);
    }
    free(one);
    int32_t total = usable * passes, chunk = (CHUNK_PICKS + batch - 1) / batch * batch;
    *work = (struct work){ held, picks, array((size_t)batch), length, batch, total, chunk < total ? chunk : total, 0, order, 0 };
}

/* Frees and allocates the next chunk, and returns the number of operations. */
static int32_t churn_chunk(struct work *work)
{
    int32_t *held = work->held, batch = work->batch, order = work->order;
    if (work->at + work->chunk > work->total) work->at = 0;
    const int32_t *picks = work->picks + work->at, *end = picks + work->chunk;
    work->at += work->chunk;
    int64_t failures = 0;
    for (; picks < end; picks += batch) {
        for (int32_t at = 0; at < batch; at++) failures += free_block(held[picks[at]], order);
        for (int32_t at = 0; at < batch; at++) {
            int32_t frame = alloc_block(order);
            if (frame < 0) failures++;
            held[picks[at]] = frame;
        }
    }
    work->failures += failures;
    return 2 * work->chunk;
}

static int32_t bulk_chunk(struct work *work)
{
    int32_t *held = work->held, *frames = work->frames, batch = work->batch;
    if (work->at + work->chunk > work->total) work->at = 0;
    const int32_t *picks = work->picks + work->at, *end = picks + work->chunk;
    work->at += work->chunk;
    for (; picks < end; picks += batch) {
        for (int32_t at = 0; at < batch; at++) frames[at] = held[picks[at]];
        work->failures += free_batch(frames, batch);
        if (alloc_batch(frames, batch) == 0) work->failures++;
        for (int32_t at = 0; at < batch; at++) held[picks[at]] = frames[at];
    }
    return 2 * work->chunk;
}

static int32_t repeat_chunk(struct work *work)
{
    int order = work->order;
    int64_t failures = 0;
    for (int32_t at = 0; at < CHUNK_PICKS; at++) failures += free_block(alloc_block(order), order);
    work->failures += failures;
    return 2 * CHUNK_PICKS;
}

static int32_t fail_chunk(struct work *work)
{
    int64_t found = 0;
    for (int32_t at = 0; at < CHUNK_PICKS; at++) if (alloc_block(work->order) >= 0) found++;
    work->failures += found;
    return CHUNK_PICKS;
}

/* Fills memory and frees all but the occupied share. Returns how many blocks are held, in random order. */
static int32_t prepare(int32_t count, int order, double occupancy, int32_t **out)
{
    int32_t blocks = count >> order, *all = array((size_t)blocks), *picks = array((size_t)blocks);
    for (int32_t block = 0; block < blocks; block++) all[block] = alloc_block(order);
    shuffle(picks, blocks);
    int32_t length = (int32_t)((double)blocks * occupancy);
    if (length < 1) length = 1;
    for (int32_t at = length; at < blocks; at++) free_block(all[picks[at]], order);
    *out = array((size_t)length);
    for (int32_t at = 0; at < length; at++) (*out)[at] = all[picks[at]];
    free(all);
    free(picks);
    return length;
}

typedef int32_t chunk_of(struct work *work);

static void settle(struct work *work, chunk_of *chunk, int32_t operations)
{
    for (int32_t done = 0; done < 2 * work->length || done < operations;) done += chunk(work);
}

#ifdef THREADS
/* Phases: warming up, measured, over. */
static _Atomic int ready, phase;
static double warm_up_time, spent[64], done[64];
static int32_t settling;
static struct work parts[64];

static void *run_worker(void *argument)
{
    worker = (int)(intptr_t)argument;
    struct work *work = &parts[worker];
    settle(work, churn_chunk, settling / workers);
    for (double start = now_ms(); now_ms() - start < warm_up_time;) churn_chunk(work);
    atomic_fetch_add(&ready, 1);
    while (atomic_load(&phase) == 0) nanosleep(&(struct timespec){ 0, 100000 }, NULL);
    double start = now_ms(), operations = 0;
    while (atomic_load(&phase) == 1) operations += churn_chunk(work);
    spent[worker] = now_ms() - start;
    done[worker] = operations;
    return NULL;
}

static void run_workers(int32_t *held, int32_t length, int order, double sample_time)
{
    pthread_t threads[64];
    int32_t share = length / workers;
    for (int each = 0; each < workers; each++) make_work(&parts[each], held + each * share, share, order);
    for (int each = 0; each < workers; each++) pthread_create(&threads[each], NULL, run_worker, (void *)(intptr_t)each);
    while (atomic_load(&ready) < workers) nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    atomic_store(&phase, 1);
    nanosleep(&(struct timespec){ (time_t)(sample_time / 1e3), (long)(sample_time * 1e6) % 1000000000 }, NULL);
    atomic_store(&phase, 2);
    double operations = 0, time = 0;
    for (int each = 0; each < workers; each++) {
        pthread_join(threads[each], NULL);
        operations += done[each];
        time += spent[each];
        if (parts[each].failures != 0) exit(3);
    }
    /* What all processors together do in a second of theirs; on an idle host, of the clock on the wall. */
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    printf("%f\n", operations / time * (double)(workers < processors ? workers : processors) / 1e3);
}
#endif

int main(int argc, char **argv)
{
    if (argc < 9) return 2;
    const char *workload = argv[1];
    int32_t count = atoi(argv[2]);
    int order = atoi(argv[3]);
    int32_t operations = atoi(argv[5]);
    double occupancy = atof(argv[4]), warm_up = atof(argv[6]), sample = atof(argv[7]);
    int samples = atoi(argv[8]), fails = strcmp(workload, "fail") == 0;
#ifdef THREADS
    if (argc > 9) workers = atoi(argv[9]);
    if (workers < 1 || workers > 64) return 2;
#endif
    create(0x40000, count);
    struct work work = { .order = order };
    chunk_of *chunk = fails ? fail_chunk
        : strcmp(workload, "bulk") == 0 ? bulk_chunk
        : strcmp(workload, "repeat") == 0 ? repeat_chunk : churn_chunk;
    if (fails) {
        for (int32_t at = 0; at < count; at++) if (alloc_block(0) < 0) return 3;
        for (int32_t at = 1; at < count; at += 2) free_block(0x40000 + at, 0);
    } else {
        int32_t *held, length = prepare(count, order, occupancy, &held);
#ifdef THREADS
        warm_up_time = warm_up;
        settling = operations;
        run_workers(held, length, order, sample);
        return 0;
#endif
        make_work(&work, held, length, order);
        if (chunk != repeat_chunk) settle(&work, chunk, operations);
    }
    double begin = now_ms();
    while (now_ms() - begin < warm_up) chunk(&work);
    for (int at = 0; at < samples; at++) {
        double start = now_ms(), elapsed, operations = 0;
        do {
            operations += chunk(&work);
            elapsed = now_ms() - start;
        } while (elapsed < sample);
        printf("%f\n", fails ? elapsed * 1e6 / operations : operations / elapsed / 1e3);
        if (now_ms() - begin > SLOW_MS) break;
    }
    return work.failures == 0 ? 0 : 3;
}
