// What Linux says of the process, and its threads.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "posix.h"

namespace ploke {

bool random_fill(void* buffer, size_t size) {
  char* next = static_cast<char*>(buffer);
  while (size > 0) {
    const long count = retried([&] { return ::syscall(SYS_getrandom, next, size, 0); });
    if (count <= 0) break;
    next += count;
    size -= static_cast<size_t>(count);
  }
  if (size == 0) return true;
  // ENOSYS before Linux 3.17.
  const int raw = retried([] { return ::open("/dev/urandom", O_RDONLY | O_CLOEXEC); });
  if (raw == -1) return false;
  const Handle device(raw);
  while (size > 0) {
    const Result<size_t> count = handle_read(device, next, size);
    if (!count.ok() || count.value() == 0) return false;
    next += count.value();
    size -= count.value();
  }
  return true;
}

SysError record_lock_try(const Handle& handle) {
  constexpr int kSetLock = 37;  // F_OFD_SETLK, which headers show to some programs only
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (retried([&] { return ::fcntl(descriptor(handle), kSetLock, &lock); }) == -1) return failed(Call::flock);
  return {};
}

DescriptorFacts descriptor_facts() {
  DescriptorFacts facts;
  struct rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    facts.soft_limit = static_cast<int64_t>(limit.rlim_cur);
  }
  const int raw = retried([] { return ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (raw == -1) return facts;
  const Handle directory(raw);
  const Result<std::vector<DirectoryItem>> items = directory_read(directory);
  if (items.ok())
    facts.open = static_cast<int64_t>(items.value().size()) - 1;  // without the one that is looking
  return facts;
}

// Real-time signals mean nothing to anybody who has not agreed on it (signal(7)). From the upper end: C
// libraries and debuggers take theirs from the lower one. Without the last two, which qemu's user mode
// emulation takes for itself: nobody is told, and nothing arrives.
std::vector<int> interrupt_signals() {
  std::vector<int> signals;
  for (int number = SIGRTMAX - 2; number > SIGRTMIN; --number) signals.push_back(number);
  return signals;
}

void thread_name_set(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

}  // namespace ploke
