#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 2000 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long guarded;
static atomic_long counted;
static _Thread_local int mine;
static pthread_key_t key;
static atomic_int destroyed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int initialised;

static void *work(void *argument) {
  long id = (long)argument;
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&mutex);
    long old = guarded;
    if (i % 500 == 0) sched_yield();
    guarded = old + id;
    pthread_mutex_unlock(&mutex);
    atomic_fetch_add(&counted, 1);
    mine++;
  }
  return (void *)(mine * id);
}

static void initialise(void) { initialised++; }
static void destroy(void *value) { destroyed += (int)(long)value; }

static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static int queue[4], head, length;
static long consumed;

static void *produce(void *argument) {
  (void)argument;
  for (int i = 1; i <= 1000; i++) {
    pthread_mutex_lock(&mutex);
    while (length == 4) pthread_cond_wait(&emptied, &mutex);
    queue[(head + length++) % 4] = i;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static void *consume(void *argument) {
  (void)argument;
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    while (length == 0) pthread_cond_wait(&filled, &mutex);
    consumed += queue[head];
    head = (head + 1) % 4;
    length--;
    pthread_cond_signal(&emptied);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static pthread_barrier_t barrier;
static atomic_int phase[3], serials;

static void *meet(void *argument) {
  pthread_once(&once, initialise);
  pthread_setspecific(key, argument);
  for (int i = 0; i < 3; i++) {
    atomic_fetch_add(&phase[i], 1);
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) serials++;
    if (phase[i] != 4) printf("phase %d is %d\n", i, phase[i]);
  }
  return NULL;
}

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int shared_value;
static void *reader(void *argument) {
  long seen = 0;
  for (int i = 0; i < 200; i++) {
    pthread_rwlock_rdlock(&lock);
    seen += shared_value % 2;
    pthread_rwlock_unlock(&lock);
  }
  (void)argument;
  return (void *)seen;
}
static void *writer(void *argument) {
  (void)argument;
  for (int i = 0; i < 200; i++) {
    pthread_rwlock_wrlock(&lock);
    shared_value++;
    if (i % 50 == 0) sched_yield();
    shared_value++;
    pthread_rwlock_unlock(&lock);
  }
  return NULL;
}

static sem_t semaphore;
static void *sleeper(void *argument) {
  sem_wait(&semaphore);
  return argument;
}
static void cleanup(void *argument) { *(int *)argument += 5; }
static int cleaned;
static void *forever(void *argument) {
  pthread_cleanup_push(cleanup, &cleaned);
  for (;;) sleep(100);
  pthread_cleanup_pop(0);
  return argument;
}

int main(void) {
  pthread_t threads[THREADS];
  void *result;
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  long sum = 0;
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("guarded %ld counted %ld sum %ld mine %d\n", guarded, counted, sum, mine);

  pthread_create(&threads[0], NULL, produce, NULL);
  pthread_create(&threads[1], NULL, consume, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  printf("consumed %ld\n", consumed);

  pthread_key_create(&key, destroy);
  pthread_barrier_init(&barrier, NULL, 4);
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], NULL, meet, (void *)(i + 1));
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  printf("serials %d initialised %d destroyed %d\n", serials, initialised, destroyed);

  pthread_create(&threads[0], NULL, writer, NULL);
  for (int i = 1; i < 4; i++) pthread_create(&threads[i], NULL, reader, NULL);
  long odd = 0;
  pthread_join(threads[0], NULL);
  for (int i = 1; i < 4; i++) {
    pthread_join(threads[i], &result);
    odd += (long)result;
  }
  printf("value %d odd %ld\n", shared_value, odd);

  sem_init(&semaphore, 0, 0);
  for (long i = 0; i < 3; i++) pthread_create(&threads[i], NULL, sleeper, (void *)(i + 10));
  for (int i = 0; i < 3; i++) sem_post(&semaphore);
  sum = 0;
  for (int i = 0; i < 3; i++) {
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("woken %ld\n", sum);

  pthread_create(&threads[0], NULL, forever, NULL);
  pthread_cancel(threads[0]);
  pthread_join(threads[0], &result);
  printf("cancelled %d cleaned %d\n", result == PTHREAD_CANCELED, cleaned);

  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 3000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  pthread_mutex_lock(&mutex);
  int timed = pthread_cond_timedwait(&filled, &mutex, &until);
  printf("timed %d\n", timed == ETIMEDOUT);
  printf("busy %d\n", pthread_mutex_trylock(&mutex) == EBUSY);
  pthread_mutex_unlock(&mutex);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_t recursive;
  pthread_mutex_init(&recursive, &attributes);
  pthread_mutex_lock(&recursive);
  printf("again %d\n", pthread_mutex_lock(&recursive));
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t checked;
  pthread_mutex_init(&checked, &attributes);
  pthread_mutex_lock(&checked);
  printf("deadlock %d\n", pthread_mutex_lock(&checked) == EDEADLK);
  return 0;
}
