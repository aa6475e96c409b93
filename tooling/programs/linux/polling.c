#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

int main(void) {
  int ends[2];
  pipe(ends);
  struct pollfd fds[3] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {99, POLLIN, 0}};
  printf("%d", poll(fds, 3, 0));
  printf(" %x %x %x\n", fds[0].revents, fds[1].revents, fds[2].revents);
  printf("%d\n", poll(fds, 1, 5));
  write(ends[1], "abc", 3);
  printf("%d", poll(fds, 2, -1));
  printf(" %x %x\n", fds[0].revents, fds[1].revents);
  int available;
  ioctl(ends[0], FIONREAD, &available);
  printf("available %d\n", available);
  fd_set readable, writable;
  FD_ZERO(&readable);
  FD_ZERO(&writable);
  FD_SET(ends[0], &readable);
  FD_SET(ends[1], &writable);
  struct timeval none = {0, 0};
  printf("select %d", select(ends[1] + 1, &readable, &writable, NULL, &none));
  printf(" %d %d\n", FD_ISSET(ends[0], &readable), FD_ISSET(ends[1], &writable));
  char buffer[4096];
  read(ends[0], buffer, 3);
  FD_SET(ends[0], &readable);
  struct timeval little = {0, 3000};
  printf("select %d\n", select(ends[0] + 1, &readable, NULL, NULL, &little));
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  printf("%zd %d\n", read(ends[0], buffer, 1), errno == EAGAIN);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  int total = 0;
  ssize_t wrote;
  while ((wrote = write(ends[1], buffer, sizeof buffer)) > 0) total += wrote;
  printf("full %d %d\n", total, errno == EAGAIN);
  fds[1].revents = 0;
  printf("%d\n", poll(fds + 1, 1, 0));
  if (fork() == 0) {
    usleep(5000);
    close(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  fcntl(ends[0], F_SETFL, 0);
  while (total > 0) total -= read(ends[0], buffer, sizeof buffer);
  printf("%d %x\n", poll(fds, 1, -1), fds[0].revents);
  printf("%zd\n", read(ends[0], buffer, 1));
  wait(NULL);
  int pair[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  write(pair[0], "ping", 4);
  printf("%zd\n", read(pair[1], buffer, 10));
  write(pair[1], "pong!", 5);
  printf("%zd\n", read(pair[0], buffer, 10));
  close(pair[0]);
  printf("%zd\n", read(pair[1], buffer, 10));
  struct termios settings;
  printf("%d %d\n", tcgetattr(ends[0], &settings), errno == ENOTTY);
  printf("%d\n", isatty(ends[0]));
  return 0;
}
