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

// An open for reading carries O_NONBLOCK, so that a FIFO does not hold it up, and then EAGAIN is the answer
// for a regular file on which another process holds a lease (fcntl(2)): the kernel has asked the holder to
// give it up, and the open must be tried again. Without O_NONBLOCK it would wait for up to lease-break-time,
// and for ever where the name has become a FIFO.
class LeaseWait {
 public:
  // `looked` is the file opened to look at, or not valid.
  void judge(const Handle& looked);
  bool leased() const { return leased_; }
  // Sleeps for a moment; false: no longer, since error() is the answer.
  bool pause();
  SysError error(Call call) const;

 private:
  bool leased_ = false;
  bool interrupted_ = false;
  int64_t step_ns_ = 1000 * 1000;
  int64_t waited_ns_ = 0;
};

// open(2) flags of a mode, without O_NOFOLLOW. Defined by the system's own source: looking differs.
int open_flags(OpenMode mode);
FileStatus file_status(const struct stat& status);

}  // namespace ploke
