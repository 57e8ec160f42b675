// What macOS says of the process, and its threads.
#include <libproc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/proc_info.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "posix.h"

namespace ploke {

namespace {

// -1: unknown.
int64_t most_files_of_a_process() {
  int most = 0;
  size_t size = sizeof(most);
  if (::sysctlbyname("kern.maxfilesperproc", &most, &size, nullptr, 0) == -1) return -1;
  return size == sizeof(most) && most > 0 ? most : -1;
}

int64_t open_descriptors() {
  const pid_t self = ::getpid();
  // Without a buffer it tells how much room there should be, which is more than is needed (libproc.h).
  const int room = ::proc_pidinfo(self, PROC_PIDLISTFDS, 0, nullptr, 0);
  if (room <= 0) return -1;
  std::vector<struct proc_fdinfo> found(static_cast<size_t>(room) / sizeof(struct proc_fdinfo) + 1);
  const int size = ::proc_pidinfo(self, PROC_PIDLISTFDS, 0, found.data(),
                                  static_cast<int>(found.size() * sizeof(struct proc_fdinfo)));
  return size <= 0 ? -1 : size / static_cast<int>(sizeof(struct proc_fdinfo));
}

}  // namespace

// arc4random_buf(3) never fails.
bool random_fill(void* buffer, size_t size) {
  ::arc4random_buf(buffer, size);
  return true;
}

// F_OFD_SETLK is no public interface.
SysError record_lock_try(const Handle&) { return {ENOTSUP, Call::flock}; }

DescriptorFacts descriptor_facts() {
  DescriptorFacts facts;
  struct rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    facts.soft_limit = static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, INT64_MAX));
  }
  // The lower of the two holds, whatever setrlimit(2) was given.
  const int64_t most = most_files_of_a_process();
  if (most > 0 && (facts.soft_limit < 0 || most < facts.soft_limit)) facts.soft_limit = most;
  facts.open = open_descriptors();
  return facts;
}

// There are no real-time signals. First the one that nothing raises on today's processors, then those that
// are ignored unless somebody asks for them (signal(3)): SIGURG last, since the Go runtime, where a process
// has one, takes that.
std::vector<int> interrupt_signals() { return {SIGEMT, SIGINFO, SIGIO, SIGURG}; }

void thread_name_set(const char* name) { ::pthread_setname_np(name); }

}  // namespace ploke
