#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
  sem_t turn[2];
  pthread_mutex_t mutex;
  int count;
  char text[100];
  int length;
};

int main(void) {
  struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  sem_init(&s->turn[0], 1, 1);
  sem_init(&s->turn[1], 1, 0);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&s->mutex, &attributes);
  for (int who = 0; who < 2; who++)
    if (fork() == 0) {
      for (int i = 0; i < 20; i++) {
        sem_wait(&s->turn[who]);
        s->text[s->length++] = "ab"[who];
        sem_post(&s->turn[1 - who]);
      }
      for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&s->mutex);
        int old = s->count;
        if (i % 100 == 0) usleep(1);
        s->count = old + 1;
        pthread_mutex_unlock(&s->mutex);
      }
      _exit(0);
    }
  while (wait(NULL) > 0) {
  }
  printf("%s %d\n", s->text, s->count);
  return 0;
}
