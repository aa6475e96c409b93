#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(const char *what, long result) {
  printf("%-18s %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *path) {
  DIR *directory = opendir(path);
  char *names[600];
  int count = 0;
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof *names, compare);
  printf("%s:", path);
  for (int i = 0; i < count && i < 12; i++) printf(" %s", names[i]);
  printf(" (%d)\n", count);
}

static void touch(const char *path) { close(open(path, O_WRONLY | O_CREAT, 0644)); }

int main(void) {
  char text[200];
  struct stat st;
  say("mkdir", mkdir("one", 0755));
  say("mkdir again", mkdir("one", 0755));
  say("mkdir deep", mkdir("not/there", 0755));
  mkdir("one/two", 0700);
  touch("one/file");
  touch("one/two/deep");
  list("one");
  say("rmdir full", rmdir("one"));
  say("rmdir file", rmdir("one/file"));
  say("unlink dir", unlink("one/two") == -1 && (errno == EISDIR || errno == EPERM) ? 0 : 1);
  say("symlink", symlink("two/deep", "one/link"));
  say("symlink dir", symlink("one/two", "short"));
  say("symlink loop", symlink("loop", "loop"));
  ssize_t got = readlink("one/link", text, sizeof text);
  printf("%.*s\n", (int)got, text);
  say("readlink file", readlink("one/file", text, sizeof text));
  say("open link", open("one/link", O_RDONLY) >= 0);
  say("nofollow", open("one/link", O_RDONLY | O_NOFOLLOW));
  say("through link", open("short/deep", O_RDONLY) >= 0);
  say("loop", open("loop", O_RDONLY));
  lstat("one/link", &st);
  printf("link %d size %ld\n", S_ISLNK(st.st_mode), (long)st.st_size);
  stat("short", &st);
  printf("directory %d mode %o\n", S_ISDIR(st.st_mode), st.st_mode & 0777);
  say("link", link("one/file", "one/second"));
  stat("one/second", &st);
  printf("links %ld\n", (long)st.st_nlink);
  say("rename", rename("one/second", "one/third"));
  say("rename over", rename("one/third", "one/two/deep"));
  list("one");
  list("one/two");
  say("rename into self", rename("one", "one/two/one"));
  say("rename nothing", rename("nothing", "x"));
  say("rename dir", rename("one", "uno"));
  say("dangling", open("short/deep", O_RDONLY));
  say("chdir", chdir("uno/two"));
  getcwd(text, sizeof text);
  printf("%s\n", strrchr(text, '/'));
  say("up", open("../file", O_RDONLY) >= 0);
  say("chdir up", chdir("../.."));
  say("chdir file", chdir("uno/file"));
  int directory = open("uno", O_RDONLY | O_DIRECTORY);
  say("openat", openat(directory, "two/deep", O_RDONLY) >= 0);
  say("mkdirat", mkdirat(directory, "three", 0755));
  say("fstatat", fstatat(directory, "three", &st, 0));
  say("unlinkat", unlinkat(directory, "three", AT_REMOVEDIR));
  say("openat file", openat(open("uno/file", O_RDONLY), "x", O_RDONLY));
  say("fchdir", fchdir(directory));
  list(".");
  chdir("..");
  for (int i = 0; i < 500; i++) {
    snprintf(text, sizeof text, "uno/two/many-files-with-long-names-%03d", i);
    touch(text);
  }
  list("uno/two");
  for (int i = 0; i < 500; i++) {
    snprintf(text, sizeof text, "uno/two/many-files-with-long-names-%03d", i);
    unlink(text);
  }
  list("uno/two");
  unlink("uno/two/deep");
  unlink("uno/file");
  unlink("uno/link");
  unlink("short");
  unlink("loop");
  say("rmdir", rmdir("uno/two/"));
  say("rmdir", rmdir("uno"));
  list(".");
  return 0;
}
