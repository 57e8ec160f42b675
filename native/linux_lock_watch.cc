// inotify(7) on the locked inodes themselves: replacing or removing a file takes a link from its inode, which
// is IN_ATTRIB, and moving it is IN_MOVE_SELF.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "lock_watch.h"
#include "posix.h"

namespace ploke {
namespace {

constexpr uint32_t kEvents = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;

}  // namespace

SysError LockWatch::start() {
  if (!thread_.empty()) return {};
  Handle events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!events.valid()) return failed(Call::open);
  Handle wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return failed(Call::open);
  events_ = std::move(events);
  wake_ = std::move(wake);
  const int raw_events = descriptor(events_);
  const int raw_wake = descriptor(wake_);
  Result<Thread> thread =
      Thread::start([this, raw_events, raw_wake] { run(raw_events, raw_wake); }, "ploke-io-watch");
  if (!thread.ok()) return thread.error();
  thread_.push_back(thread.take());
  return {};
}

SysError LockWatch::add(uint32_t number, const HeldLock& lock) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (stopping_) return SysError{ECANCELED, Call::none};
  const SysError started = start();
  if (!started.ok()) return started;
  // The descriptor's own path: no name could lead elsewhere.
  const int watch = lock.with_file([this](const Handle& file) {
    char path[64];
    std::snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor(file));
    return ::inotify_add_watch(descriptor(events_), path, kEvents);
  });
  if (watch == -1) return failed(Call::open);
  const auto before = by_number_.find(number);
  if (before != by_number_.end() && before->second == watch) return {};
  remove_locked(number);
  by_number_[number] = watch;
  watches_ = true;
  by_watch_[watch].insert(number);
  return {};
}

void LockWatch::remove(uint32_t number) {
  if (!watches_) return;
  std::unique_lock<std::mutex> guard(mutex_);
  remove_locked(number);
  // Nobody asks any more: thread and descriptors are had again when somebody does.
  if (by_number_.empty()) end_thread(&guard);
}

void LockWatch::remove_locked(uint32_t number) {
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return;
  const int watch = found->second;
  by_number_.erase(found);
  const auto numbers = by_watch_.find(watch);
  if (numbers == by_watch_.end()) return;
  numbers->second.erase(number);
  if (!numbers->second.empty()) return;
  by_watch_.erase(numbers);
  static_cast<void>(::inotify_rm_watch(descriptor(events_), watch));
}

void LockWatch::tell(int watch) {
  std::set<uint32_t> numbers;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    const auto found = by_watch_.find(watch);
    if (found != by_watch_.end()) numbers = found->second;
  }
  for (const uint32_t number : numbers) changed_(number);
}

void LockWatch::run(int events, int wake) {
  alignas(struct inotify_event) char buffer[4096];
  struct pollfd both[2] = {{events, POLLIN, 0}, {wake, POLLIN, 0}};
  for (;;) {
    if (::poll(both, 2, -1) == -1 && errno != EINTR) return;
    if ((both[1].revents & POLLIN) != 0) return;
    const ssize_t size = ::read(events, buffer, sizeof(buffer));
    for (ssize_t at = 0; at + static_cast<ssize_t>(sizeof(struct inotify_event)) <= size;) {
      struct inotify_event event;
      std::memcpy(&event, buffer + at, sizeof(event));
      at += static_cast<ssize_t>(sizeof(event) + event.len);
      if ((event.mask & IN_IGNORED) == 0) tell(event.wd);
    }
  }
}

// The thread needs the mutex to tell of an event, so it is joined without.
void LockWatch::end_thread(std::unique_lock<std::mutex>* guard) {
  std::vector<Thread> thread = std::exchange(thread_, {});
  if (thread.empty()) return;
  Handle events = std::move(events_);
  Handle wake = std::move(wake_);
  by_watch_.clear();
  by_number_.clear();
  watches_ = false;
  guard->unlock();
  const uint64_t one = 1;
  static_cast<void>(!::write(descriptor(wake), &one, sizeof(one)));
  for (Thread& each : thread) each.join();
  guard->lock();
}

void LockWatch::stop() {
  std::unique_lock<std::mutex> guard(mutex_);
  stopping_ = true;
  end_thread(&guard);
}

}  // namespace ploke
