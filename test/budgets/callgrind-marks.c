// Preloaded into a Node that runs under callgrind, so that a script can say what is counted.
//
// os.setPriority(0, mark) is a mark and changes no priority: kStart begins to count, which is slow, kZero
// sets the counts of all threads to zero, kDump writes them to the next file.
//
// openat2(2) is answered with openat(2). Not every valgrind knows openat2, and without it the addon would be
// counted with its walk, which is not what it does elsewhere. The tree that is counted is the test's own and
// has no links.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <valgrind/callgrind.h>

enum { kStart = 1, kZero = 2, kDump = 3 };

int setpriority(__priority_which_t which, id_t who, int mark) {
  (void)which, (void)who;
  if (mark == kStart) CALLGRIND_START_INSTRUMENTATION;
  if (mark == kZero) CALLGRIND_ZERO_STATS;
  if (mark == kDump) CALLGRIND_DUMP_STATS;
  return 0;
}

long syscall(long number, ...) {
  static long (*next)(long, ...);
  long given[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) given[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_openat2) {
    const struct open_how* how = (const struct open_how*)given[2];
    return openat((int)given[0], (const char*)given[1], (int)how->flags, (mode_t)how->mode);
  }
  // Two threads may both look it up, and find the same.
  if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return next(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
