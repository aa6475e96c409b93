#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void say(const char *what, long result) {
  printf("%-18s %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

int main(void) {
  char buffer[256];
  struct stat st;
  umask(022);
  int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0666);
  say("create", fd >= 0);
  say("exclusive", open("file", O_RDWR | O_CREAT | O_EXCL, 0666));
  say("write", write(fd, "0123456789", 10));
  say("seek", lseek(fd, -4, SEEK_END));
  say("read", read(fd, buffer, 100));
  say("seek before", lseek(fd, -1, SEEK_SET));
  say("seek whence", lseek(fd, 0, 77));
  say("pwrite", pwrite(fd, "abc", 3, 20));
  fstat(fd, &st);
  printf("size %ld mode %o links %ld\n", (long)st.st_size, st.st_mode, (long)st.st_nlink);
  say("pread", pread(fd, buffer, 30, 0));
  for (int i = 0; i < 23; i++) putchar(buffer[i] ? buffer[i] : '.');
  putchar('\n');
  say("truncate", ftruncate(fd, 5));
  say("truncate", truncate("file", 7));
  fstat(fd, &st);
  printf("size %ld\n", (long)st.st_size);
  int append = open("file", O_WRONLY | O_APPEND);
  say("append", write(append, "++", 2));
  say("append", pwrite(append, "--", 2, 0));
  say("not readable", read(append, buffer, 1));
  int read_only = open("file", O_RDONLY);
  say("not writable", write(read_only, "x", 1));
  int copy = dup(fd);
  lseek(fd, 2, SEEK_SET);
  say("shared offset", lseek(copy, 0, SEEK_CUR));
  say("dup2", dup2(fd, 50));
  say("dup2 same", dup2(fd, fd));
  say("dup2 bad", dup2(999, 3));
  say("dupfd", fcntl(fd, F_DUPFD, 60));
  say("cloexec", fcntl(fd, F_SETFD, FD_CLOEXEC));
  say("cloexec", fcntl(fd, F_GETFD));
  say("flags", fcntl(append, F_GETFL) & (O_APPEND | O_ACCMODE));
  say("close", close(50));
  say("close again", close(50));
  say("read closed", read(50, buffer, 1));
  struct iovec out[3] = {{"one ", 4}, {"two ", 4}, {"three\n", 6}};
  int vector = open("vector", O_RDWR | O_CREAT | O_TRUNC, 0600);
  say("writev", writev(vector, out, 3));
  char a[5] = {0}, b[10] = {0};
  struct iovec in[2] = {{a, 4}, {b, 9}};
  lseek(vector, 0, SEEK_SET);
  say("readv", readv(vector, in, 2));
  printf("[%s][%s]\n", a, b);
  int target = open("target", O_RDWR | O_CREAT | O_TRUNC, 0600);
  off_t from = 4;
  say("sendfile", sendfile(target, vector, &from, 100));
  say("offset", from);
  loff_t in_at = 0, out_at = 10;
  say("copy_file_range", copy_file_range(vector, &in_at, target, &out_at, 4, 0));
  say("size", lseek(target, 0, SEEK_END));
  say("fchmod", fchmod(target, 0640));
  stat("target", &st);
  printf("mode %o\n", st.st_mode);
  struct timespec times[2] = {{1000000000, 5000}, {1234567890, 123456000}};
  say("utimes", futimens(target, times));
  stat("target", &st);
  printf("%ld %ld %ld\n", (long)st.st_atim.tv_sec, (long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec / 1000);
  say("no file", open("nothing", O_RDONLY));
  say("no directory", open("nothing/file", O_RDWR | O_CREAT, 0600));
  say("below a file", open("file/x", O_RDONLY));
  say("as directory", open("file", O_RDONLY | O_DIRECTORY));
  say("write directory", open(".", O_WRONLY));
  say("read directory", read(open(".", O_RDONLY), buffer, 1));
  say("empty path", open("", O_RDONLY));
  memset(buffer, 'n', sizeof buffer);
  char name[300];
  memset(name, 'n', 299);
  name[299] = 0;
  say("long name", open(name, O_RDONLY));
  say("bad pointer", open((char *)8, O_RDONLY));
  say("read nowhere", read(vector, (void *)16, 4));
  lseek(vector, 0, SEEK_SET);
  say("read nowhere", read(vector, (void *)16, 4));
  say("write nowhere", write(vector, (void *)16, 4));
  say("fstat nowhere", fstat(vector, (void *)16));
  say("fsync", fsync(vector));
  int pipes[2];
  pipe(pipes);
  say("seek pipe", lseek(pipes[0], 0, SEEK_CUR));
  say("unlink", unlink("target"));
  say("write unlinked", write(target, "x", 1));
  fstat(target, &st);
  printf("links %ld\n", (long)st.st_nlink);
  say("access", access("file", R_OK | W_OK));
  say("not executable", access("file", X_OK));
  say("null", write(open("/dev/null", O_WRONLY), "abc", 3));
  say("null", read(open("/dev/null", O_RDONLY), buffer, 3));
  say("zero", read(open("/dev/zero", O_RDONLY), buffer, 3));
  printf("%d\n", buffer[0]);
  say("full", write(open("/dev/full", O_WRONLY), "abc", 3));
  say("urandom", read(open("/dev/urandom", O_RDONLY), buffer, 200));
  return 0;
}
