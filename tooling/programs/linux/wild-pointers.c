#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* Every pointer here is one that a program may not use: the answer is EFAULT, not a fault. */
static void say(const char *name, long result) { printf("%-16s %s\n", name, result == -1 ? strerrorname_np(errno) : "done"); }

int main(void) {
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page + 4096, 4096);
  void *bad[] = {(void *)1, (void *)0xfffffffffff, page + 4090};
  int fd = open("file", O_RDWR | O_CREAT, 0600);
  write(fd, "0123456789abcdef", 16);
  for (int i = 0; i < 3; i++) {
    void *p = bad[i];
    printf("pointer %d\n", i);
    lseek(fd, 0, SEEK_SET);
    say("write", syscall(SYS_write, fd, p, 100) == 6 ? 0 : syscall(SYS_write, fd, (void *)1, 100));
    say("fstat", syscall(SYS_fstat, fd, p));
    say("uname", syscall(SYS_uname, p));
    say("pipe2", syscall(SYS_pipe2, i == 2 ? page + 4092 : p, 0));
    say("getcwd", syscall(SYS_getcwd, i == 2 ? page + 4095 : p, 100));
    say("clock_gettime", syscall(SYS_clock_gettime, 0, p));
    say("sigaction", syscall(SYS_rt_sigaction, SIGUSR1, p, NULL, 8));
    say("sigprocmask", syscall(SYS_rt_sigprocmask, 0, i == 2 ? page + 4092 : p, NULL, 8));
    say("getrlimit", syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, p));
    say("readv", syscall(SYS_readv, fd, p, 1));
    say("getdents64", syscall(SYS_getdents64, open(".", O_RDONLY), i == 2 ? (void *)1 : p, 4096));
    say("wait4", syscall(SYS_wait4, -1, p, 0, NULL));
    say("futex", syscall(SYS_futex, i == 2 ? page + 4096 : p, 0, 0, NULL, NULL, 0) == -1 && errno == EINVAL ? 0 : -1);
    say("getrandom", syscall(SYS_getrandom, i == 2 ? (void *)1 : p, 10, 0));
  }
  return 0;
}
