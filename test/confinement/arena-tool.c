// What a confinement arena needs and Node cannot do: socket files, extended attributes, inode flags, trees
// deeper than PATH_MAX, and the question whether this kernel has openat2(2). Compiled when the tests run.
// Exit 0, or 1 with errno told.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

static int fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  return 1;
}

static int make_socket(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return fail("socket path");
  }
  strcpy(address.sun_path, path);
  int handle = socket(AF_UNIX, SOCK_STREAM, 0);
  if (handle < 0) return fail("socket");
  if (bind(handle, (struct sockaddr*)&address, sizeof address) != 0) return fail("bind");
  return 0;  // the name stays when the process ends
}

static int get_attribute(const char* path, const char* name) {
  char value[4096];
  ssize_t size = getxattr(path, name, value, sizeof value);
  if (size < 0) return fail("getxattr");
  return fwrite(value, 1, (size_t)size, stdout) == (size_t)size ? 0 : fail("fwrite");
}

static int set_flag(const char* path, const char* change) {
  int bit = change[1] == 'i' ? FS_IMMUTABLE_FL : FS_APPEND_FL;
  int handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  int flags = 0;
  if (handle < 0) return fail("open");
  if (ioctl(handle, FS_IOC_GETFLAGS, &flags) != 0) return fail("FS_IOC_GETFLAGS");
  flags = change[0] == '+' ? flags | bit : flags & ~bit;
  if (ioctl(handle, FS_IOC_SETFLAGS, &flags) != 0) return fail("FS_IOC_SETFLAGS");
  return 0;
}

// `levels` directories of `length` times the letter d, one in the other, and a file at the bottom.
static int make_deep(const char* top, int levels, int length, const char* name, const char* text) {
  char* letters = malloc((size_t)length + 1);
  if (letters == NULL) return fail("malloc");
  memset(letters, 'd', (size_t)length);
  letters[length] = 0;
  int handle = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (int level = 0; handle >= 0 && level < levels; level++) {
    if (mkdirat(handle, letters, 0777) != 0) return fail("mkdirat");
    int next = openat(handle, letters, O_PATH | O_DIRECTORY | O_CLOEXEC);
    close(handle);
    handle = next;
  }
  if (handle < 0) return fail("open");
  int file = openat(handle, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return fail("openat");
  size_t size = strlen(text);
  return write(file, text, size) == (ssize_t)size ? 0 : fail("write");
}

// Asked of the kernel itself: ENOSYS (too old) and EPERM (a filter) mean that there is no fast path to test.
static int probe_openat2(void) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
  long handle = syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof how);
  puts(handle >= 0 ? "yes" : "no");
  return 0;
}

int main(int count, char** words) {
  const char* verb = count > 1 ? words[1] : "";
  if (strcmp(verb, "socket") == 0 && count == 3) return make_socket(words[2]);
  if (strcmp(verb, "set-attribute") == 0 && count == 5) {
    return setxattr(words[2], words[3], words[4], strlen(words[4]), 0) == 0 ? 0 : fail("setxattr");
  }
  if (strcmp(verb, "get-attribute") == 0 && count == 4) return get_attribute(words[2], words[3]);
  if (strcmp(verb, "flag") == 0 && count == 4) return set_flag(words[2], words[3]);
  if (strcmp(verb, "deep") == 0 && count == 7) {
    return make_deep(words[2], atoi(words[3]), atoi(words[4]), words[5], words[6]);
  }
  if (strcmp(verb, "probe-openat2") == 0 && count == 2) return probe_openat2();
  fprintf(stderr, "arena-tool: no such verb: %s\n", verb);
  return 2;
}
