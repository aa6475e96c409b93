/* Two processes that send each other a word by pipes, each waiting for the other. */
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"

static uint64_t receive(int pipe) {
  uint64_t word;
  if (read(pipe, &word, sizeof word) != sizeof word) fail("a pipe ended");
  return word;
}

static void send(int pipe, uint64_t word) {
  if (write(pipe, &word, sizeof word) != sizeof word) fail("a pipe is closed");
}

int main(int argc, char **argv) {
  uint32_t count = rounds(argc, argv);
  int there[2], back[2];
  if (pipe(there) != 0 || pipe(back) != 0) fail("no pipe");
  pid_t child = fork();
  if (child < 0) fail("fork failed");
  if (child == 0) {
    for (uint32_t i = 0; i < count; i++) send(back[1], digest(receive(there[0]), i));
    _exit(0);
  }
  uint64_t sum = DIGEST_START;
  for (uint32_t i = 0; i < count; i++) {
    send(there[1], sum);
    sum = receive(back[0]);
  }
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) fail("the other process failed");
  return report(sum);
}
