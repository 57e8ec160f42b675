// foreign-writer FILE COUNT MICROSECONDS LOG: replaces a file by rename COUNT times, asking nobody. Each
// version adds one to the number that it read and is marked as its own. It exchanges, so that it can tell
// what it displaced: LOG gets a line
// "<displaced text>\t<new text>" for each, the texts' line ends left out.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int read_line(const char* path, char* text, size_t size) {
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor == -1) return -1;
  const ssize_t length = read(descriptor, text, size - 1);
  close(descriptor);
  if (length < 0) return -1;
  text[length] = '\0';
  text[strcspn(text, "\n")] = '\0';
  return 0;
}

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const char* file = arguments[1];
  const int rounds = atoi(arguments[2]);
  const long pause = atol(arguments[3]);
  FILE* log = fopen(arguments[4], "we");
  char fresh[4096], seen[256], displaced[256];
  snprintf(fresh, sizeof(fresh), "%s.foreign", file);
  unsigned random = 12345;
  for (int round = 0; round < rounds; round++) {
    if (read_line(file, seen, sizeof(seen)) == -1) return 3;
    const int descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    char text[256];
    const int length = snprintf(text, sizeof(text), "%ld foreign.%d\n", atol(seen) + 1, round);
    if (descriptor == -1 || write(descriptor, text, (size_t)length) != length) return 4;
    close(descriptor);
    // What was read is not what is displaced, where somebody came between: that is for the reader of the log
    // to see.
    if (syscall(SYS_renameat2, AT_FDCWD, fresh, AT_FDCWD, file, 2 /* RENAME_EXCHANGE */) == -1) return 5;
    if (read_line(fresh, displaced, sizeof(displaced)) == -1) return 6;
    unlink(fresh);
    fprintf(log, "%s\t%.*s\n", displaced, length - 1, text);
    random = random * 1103515245u + 12345u;
    const struct timespec rest = {0, (long)(random % (unsigned)(2 * pause + 1)) * 1000};
    nanosleep(&rest, NULL);
  }
  return fclose(log) == 0 ? 0 : 7;
}
