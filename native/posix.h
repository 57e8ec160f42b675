// What posix.cc and the system's own source file (linux.cc) share. Nobody else includes it.
#pragma once

#include <sys/stat.h>

#include <cerrno>
#include <vector>

#include "platform.h"

namespace ploke {

inline int descriptor(const Handle& handle) { return static_cast<int>(handle.raw()); }

inline SysError failed(Call call) { return SysError{errno, call}; }

// Of a call on an open file, which looks no name up: what GlusterFS answers instead of ESTALE, rarely, while
// another host replaces the file (facts/filesystems.md).
inline int open_file_error(int code) {
#ifdef EBADFD
  if (code == EBADFD) return ESTALE;
#endif
  return code == ENOENT ? ESTALE : code;
}

inline SysError failed_open(Call call) { return SysError{open_file_error(errno), call}; }

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
  void judge(const struct stat& looked);
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

// Defined by the system's own source, where looking differs and so do the names of the times.
// open(2) flags of a mode, without O_NOFOLLOW.
int open_flags(OpenMode mode);
// openat(2) of one name, which is never followed; -1 and errno, not retried.
int open_entry(const Handle& directory, const char* name, OpenMode mode);
FileStatus file_status(const struct stat& status);
// Signals that may end a wait of a thread of ours, the best first: the first one that has no handler is
// taken.
std::vector<int> interrupt_signals();
// Of the calling thread.
void thread_name_set(const char* name);

// Nanoseconds since 1970, and milliseconds as Node's fs.Stats has them.
int64_t stamp_ns(int64_t seconds, int64_t rest);
double stamp_ms(int64_t seconds, int64_t rest);
EntryType entry_type(uint32_t mode);  // of st_mode
// PLOKE_IO_FORCE_WALK=1, as it was when the addon was loaded.
bool is_walk_forced();

}  // namespace ploke
