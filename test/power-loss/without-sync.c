// LD_PRELOAD: has fsync(2) of directories (PLOKE_IO_WITHOUT_SYNC=directories) or of files (=files) answer
// success without doing anything. The negative control of the power-loss proof: with it, acknowledged writes
// must be seen to be lost.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int fsync(int descriptor) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  const char* left_out = getenv("PLOKE_IO_WITHOUT_SYNC");
  struct stat status;
  if (left_out != NULL && fstat(descriptor, &status) == 0) {
    if (S_ISDIR(status.st_mode) && strcmp(left_out, "directories") == 0) return 0;
    if (S_ISREG(status.st_mode) && strcmp(left_out, "files") == 0) return 0;
  }
  return real(descriptor);
}
