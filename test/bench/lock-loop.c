// lock-loop ROOT DIRECTORY NAME COUNT: what `workspace.lock()` and `release()` ask of the system, COUNT
// times, in a program that does nothing else. Prints the microseconds of one pair.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

struct open_how {
  uint64_t flags, mode, resolve;
};

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const int root = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int rounds = atoi(arguments[4]);
  struct timespec began, ended;
  clock_gettime(CLOCK_MONOTONIC, &began);
  for (int round = 0; round < rounds; round++) {
    // RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, openat2(2).
    const struct open_how how = {O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0x0a};
    const int parent = (int)syscall(SYS_openat2, root, arguments[2], &how, sizeof(how));
    const int file = openat(parent, arguments[3], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
    struct stat locked, named;
    if (file == -1 || fstat(file, &locked) == -1 || flock(file, LOCK_EX | LOCK_NB) == -1) return 3;
    if (fstatat(parent, arguments[3], &named, AT_SYMLINK_NOFOLLOW) == -1 || named.st_ino != locked.st_ino)
      return 4;
    flock(file, LOCK_UN);
    close(parent);
    close(file);
  }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  const double nanoseconds =
      (double)(ended.tv_sec - began.tv_sec) * 1e9 + (double)(ended.tv_nsec - began.tv_nsec);
  printf("%.4f\n", nanoseconds / 1e3 / rounds);
  return 0;
}
