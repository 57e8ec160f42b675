// write-loop DIRECTORY NAME FILES COUNT: what `workspace.writeFile()` of 8 KB asks of the system, lock and
// swap included, COUNT times over the files NAME0 …, one after another, in a program that does nothing else.
// Prints the microseconds of one replace.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum { size = 8192 };
static char old_content[size + 1];
static char content[size];

static int failed(const char* what) {
  perror(what);
  return -1;
}

static int replace(int parent, const char* name) {
  struct stat status;
  struct statfs file_system;
  char list[256], random[16], temporary[200];
  if (fstat(parent, &status) == -1 || fstatfs(parent, &file_system) == -1) return failed("parent");
  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == -1) return failed("fstatat");
  fstatat(parent, ".ploke-io", &status, AT_SYMLINK_NOFOLLOW);
  const int old = openat(parent, name, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (old == -1 || fstat(old, &status) == -1 || flock(old, LOCK_EX | LOCK_NB) == -1) return failed("old");
  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == -1 || fstat(old, &status) == -1) return -1;
  if (pread(old, old_content, size + 1, 0) == -1) return failed("pread");

  const int fresh = openat(parent, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
  if (fresh == -1 || flock(fresh, LOCK_EX | LOCK_NB) == -1) return failed("fresh");
  if (fstat(fresh, &status) == -1 || write(fresh, content, size) != size) return failed("write");
  if (fstat(fresh, &status) == -1) return -1;
  sync_file_range(fresh, 0, 0, SYNC_FILE_RANGE_WRITE);
  if (fstat(old, &status) == -1) return -1;
  fgetxattr(old, "system.posix_acl_access", NULL, 0);
  flistxattr(old, list, sizeof(list));
  flistxattr(fresh, list, sizeof(list));
  fgetxattr(fresh, "system.posix_acl_access", NULL, 0);
  if (fchmod(fresh, 0644) == -1 || fstat(fresh, &status) == -1) return failed("fchmod");
  if (fsync(fresh) == -1) return failed("fsync");

  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == -1 || getrandom(random, 16, 0) != 16) return -1;
  snprintf(temporary, sizeof(temporary), ".write-loop-tmp-%0150d", abs(*(int*)random));
  if (linkat(fresh, "", parent, temporary, AT_EMPTY_PATH) == -1) return failed("linkat");
  if (renameat2(parent, temporary, parent, name, RENAME_EXCHANGE) == -1) return failed("renameat2");
  if (fstatat(parent, temporary, &status, AT_SYMLINK_NOFOLLOW) == -1) return failed("fstatat");
  if (pread(old, old_content, size + 1, 0) == -1) return failed("pread");
  if (unlinkat(parent, temporary, 0) == -1 || fstat(fresh, &status) == -1) return failed("unlinkat");
  if (fsync(parent) == -1) return failed("fsync");
  flock(old, LOCK_UN);
  flock(fresh, LOCK_UN);
  close(fresh);
  close(old);
  return 0;
}

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const int parent = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int files = atoi(arguments[3]), rounds = atoi(arguments[4]);
  struct timespec began, ended;
  clock_gettime(CLOCK_MONOTONIC, &began);
  for (int round = 0; round < rounds; round++) {
    char name[300];
    snprintf(name, sizeof(name), files == 1 ? "%s" : "%s%d", arguments[2], round % files);
    memset(content, 'a' + round % 26, size);
    if (replace(parent, name) == -1) return 3;
  }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  const double nanoseconds =
      (double)(ended.tv_sec - began.tv_sec) * 1e9 + (double)(ended.tv_nsec - began.tv_nsec);
  printf("%.4f\n", nanoseconds / 1e3 / rounds);
  return 0;
}
