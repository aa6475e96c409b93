/* Maps memory, touches a word of every page, and unmaps it: a fault, a zeroed page and a mapping each. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "race.h"

enum { PAGES = 2048 };

int main(int argc, char **argv) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint64_t sum = DIGEST_START;
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    unsigned char *memory =
        mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) fail("mmap failed");
    /* Pages of their own size, not large ones. */
    madvise(memory, PAGES * page, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < PAGES; i++) {
      uint64_t *word = (uint64_t *)(void *)(memory + i * page);
      sum += *word;
      *word = i ^ round;
    }
    for (size_t i = 0; i < PAGES; i += 61) sum = digest(sum, *(uint64_t *)(void *)(memory + i * page));
    if (munmap(memory, PAGES * page) != 0) fail("munmap failed");
  }
  return report(sum);
}
