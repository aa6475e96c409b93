/* Starts a process again and again: fork, exec of this program itself, exit, wait. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "child") == 0) _exit(atoi(argv[2]) & 127);
  uint64_t sum = DIGEST_START;
  uint32_t count = rounds(argc, argv);
  for (uint32_t round = 0; round < count; round++) {
    char number[16];
    snprintf(number, sizeof number, "%u", round & 127);
    pid_t child = fork();
    if (child < 0) fail("fork failed");
    if (child == 0) {
      execl("/proc/self/exe", argv[0], "child", number, (char *)NULL);
      _exit(127);
    }
    int status;
    while (waitpid(child, &status, 0) < 0) {
      if (errno != EINTR) fail("waitpid failed");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != (int)(round & 127)) fail("a child ended wrongly");
    sum = digest(sum, (uint64_t)WEXITSTATUS(status));
  }
  return report(sum);
}
