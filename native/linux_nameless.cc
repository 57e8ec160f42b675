// Files without a name, for Linux (O_TMPFILE).
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "posix.h"

namespace ploke {

namespace {

// Whether the answer is about how a name was to be given, not about giving it: without procfs or the right to
// use the descriptor itself (ENOENT), under protected_hardlinks (proc(5)) or a security module (EPERM,
// EACCES), on a file system that links nothing (EPERM, EOPNOTSUPP), across the layers of one (EXDEV).
bool is_undecided(int code) {
  switch (code) {
    case ENOENT:
    case EPERM:
    case EACCES:
    case EOPNOTSUPP:
    case EINVAL:
    case EXDEV:
    case ENOSYS:
    case ELOOP:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Handle> nameless_open(const Handle& directory) {
  const int fd =
      retried([&] { return ::openat(descriptor(directory), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); });
  if (fd == -1) return failed(Call::openat);
  return Handle(fd);
}

// open(2): EISDIR is a kernel that does not know the flag, EINVAL and EOPNOTSUPP a file system that does not.
// EPERM is what ext4 answers in a directory that has been removed, where a file with a name is ENOENT.
bool cannot_be_nameless(SysError error) {
  return error.code == EOPNOTSUPP || error.code == EISDIR || error.code == EINVAL || error.code == EPERM;
}

SysError nameless_link(const Handle& file, const Handle& directory, const char* name) {
  // linkat(2): by the descriptor alone since Linux 6.10, or with CAP_DAC_READ_SEARCH; else through procfs.
  const auto link = [&](int from, const char* path, int flags) {
    return retried([&] { return ::linkat(from, path, descriptor(directory), name, flags); });
  };
  if (link(descriptor(file), "", AT_EMPTY_PATH) == 0) return {};
  if (!is_undecided(errno)) return failed(Call::linkat);
  char path[32];
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor(file));
  if (link(AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0) return {};
  return is_undecided(errno) ? SysError{kUndecided, Call::linkat} : failed(Call::linkat);
}

}  // namespace ploke
