#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

static unsigned long sum(const unsigned char *p, size_t n) {
  unsigned long s = 0;
  for (size_t i = 0; i < n; i++) s = s * 31 + p[i];
  return s;
}

int main(void) {
  unsigned char *p = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0);
  printf("zero %lu\n", sum(p, 16 * PAGE));
  for (int i = 0; i < 16 * PAGE; i++) p[i] = (unsigned char)(i / 7);
  unsigned long before = sum(p, 16 * PAGE);
  munmap(p + 4 * PAGE, 4 * PAGE);
  unsigned char *q = mmap(p + 4 * PAGE, 4 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
  printf("fixed %d zero %lu\n", q == p + 4 * PAGE, sum(q, 4 * PAGE));
  for (int i = 4 * PAGE; i < 8 * PAGE; i++) p[i] = (unsigned char)(i / 7);
  printf("same %d\n", sum(p, 16 * PAGE) == before);
  unsigned char *moved = mremap(p, 16 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
  printf("same %d zero %lu\n", sum(moved, 16 * PAGE) == before, sum(moved + 16 * PAGE, 48 * PAGE));
  moved = mremap(moved, 64 * PAGE, 8 * PAGE, 0);
  printf("shrunk %d\n", moved[8 * PAGE - 1]);
  madvise(moved, 4 * PAGE, MADV_DONTNEED);
  printf("dropped %lu kept %d\n", sum(moved, 4 * PAGE), moved[5 * PAGE]);
  printf("%d %d\n", mmap(NULL, 0, RW, ANON, -1, 0) == MAP_FAILED, errno == EINVAL);
  printf("%d %d\n", mmap(NULL, PAGE, RW, 0, -1, 0) == MAP_FAILED, errno == EINVAL);
  printf("%d %d\n", munmap((char *)moved + 1, PAGE), errno == EINVAL);
  printf("%d %d\n", mprotect((char *)0x10000000, PAGE, PROT_READ), errno == ENOMEM);
  printf("%d %d\n", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0) == MAP_FAILED, errno == EBADF);

  /* Files. */
  int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0644);
  char block[PAGE];
  for (int i = 0; i < 3; i++) {
    memset(block, 'a' + i, PAGE);
    write(fd, block, i == 2 ? 100 : PAGE);
  }
  char *private = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
  char *shared = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
  printf("%c%c%c %d\n", private[0], private[PAGE], private[2 * PAGE], private[2 * PAGE + 100]);
  private[0] = 'P';
  shared[1] = 'S';
  shared[PAGE + 5] = 'T';
  pread(fd, block, 10, 0);
  printf("%.10s\n", block);
  pwrite(fd, "W", 1, 2);
  printf("%c%c%c\n", shared[0], shared[1], shared[2]);
  msync(shared, 3 * PAGE, MS_SYNC);
  munmap(shared, 3 * PAGE);
  pread(fd, block, 10, PAGE);
  printf("%.10s\n", block);
  char *second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
  printf("%c%c\n", second[4], second[5]);
  close(fd);
  printf("%c\n", second[5]);
  int closed = open("mapped", O_RDONLY);
  printf("%d %d\n", mmap(NULL, PAGE, RW, MAP_SHARED, closed, 0) == MAP_FAILED, errno == EACCES);

  /* Shared by fork. */
  int *counter = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int *own = mmap(NULL, PAGE, RW, ANON, -1, 0);
  *counter = 1;
  *own = 1;
  for (int i = 0; i < 3; i++)
    if (fork() == 0) {
      __atomic_fetch_add(counter, 10, __ATOMIC_SEQ_CST);
      *own += 10;
      _exit(0);
    }
  while (wait(NULL) > 0) {
  }
  printf("shared %d own %d\n", *counter, *own);

  /* The heap by brk. */
  char *end = sbrk(0);
  char *grown = sbrk(100 * PAGE);
  printf("%d %d\n", grown == end, (char *)sbrk(0) == end + 100 * PAGE);
  memset(grown, 1, 100 * PAGE);
  sbrk(-50 * PAGE);
  sbrk(50 * PAGE);
  printf("%d %d\n", grown[0], grown[99 * PAGE]);
  printf("%d %d\n", brk((void *)0x7fffffffffff) == -1, errno == ENOMEM);
  printf("%d\n", malloc((size_t)1 << 46) == NULL);
  return 0;
}
