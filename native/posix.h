// What posix.cc and the system's own source file (linux.cc) share. Nobody else includes it.
#pragma once

#include <sys/stat.h>

#include <cerrno>

#include "platform.h"

namespace ploke {

inline int descriptor(const Handle& handle) { return static_cast<int>(handle.raw()); }

inline SysError failed(Call call) { return SysError{errno, call}; }

// Repeats a system call that a signal interrupted. Never for close(2): Linux has closed the descriptor by
// then, and a second close may hit somebody else's.
template <class Action>
auto retried(Action action) {
  auto result = action();
  while (result == -1 && errno == EINTR) result = action();
  return result;
}

// open(2) flags of a mode, without O_NOFOLLOW. Defined by the system's own source: looking differs.
int open_flags(OpenMode mode);
FileStatus file_status(const struct stat& status);

}  // namespace ploke
