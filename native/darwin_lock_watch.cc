// kqueue(2) on the locked descriptors themselves: EVFILT_VNODE tells when their file is renamed, removed, or
// replaced, which counts as removed (NOTE_DELETE). The system drops what is asked of a descriptor when that
// is closed.
#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

#include "lock_watch.h"
#include "posix.h"

namespace ploke {
namespace {

// An exchange (RENAME_SWAP) is told as NOTE_RENAME or NOTE_DELETE of either file, a second name that goes as
// NOTE_LINK, a volume that is taken away by force as NOTE_REVOKE. Whoever is told looks for himself.
constexpr uint32_t kEvents = NOTE_DELETE | NOTE_RENAME | NOTE_LINK | NOTE_REVOKE;

// Ends the thread. Of filter EVFILT_USER, whose idents are apart from descriptors.
constexpr uintptr_t kStop = 1;

int change(const Handle& queue, uintptr_t ident, int16_t filter, uint16_t flags, uint32_t filter_flags) {
  struct kevent wanted;
  EV_SET(&wanted, ident, filter, flags, filter_flags, 0, nullptr);
  // Changes alone, no events: they are made before anything could be interrupted.
  return retried([&] { return ::kevent(descriptor(queue), &wanted, 1, nullptr, 0, nullptr); });
}

}  // namespace

SysError LockWatch::start() {
  if (!thread_.empty()) return {};
  Handle events(::kqueue());
  if (!events.valid()) return failed(Call::open);
  // A fork has no copy of it (kqueue(2)), so nobody can have come between.
  if (::fcntl(descriptor(events), F_SETFD, FD_CLOEXEC) == -1) return failed(Call::open);
  if (change(events, kStop, EVFILT_USER, EV_ADD | EV_CLEAR, NOTE_FFNOP) == -1) return failed(Call::open);
  const int raw = descriptor(events);
  Result<Thread> thread = Thread::start([this, raw] { run(raw, raw); }, "ploke-io-watch");
  if (!thread.ok()) return thread.error();
  events_ = std::move(events);
  thread_.push_back(thread.take());
  return {};
}

SysError LockWatch::add(uint32_t number, const HeldLock& lock) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (stopping_) return SysError{ECANCELED, Call::none};
  const SysError started = start();
  if (!started.ok()) return started;
  int watch = -1;
  // Also where this descriptor's number was watched before: it may have been closed and given out again.
  const int added = lock.with_file([&](const Handle& file) {
    watch = descriptor(file);
    return change(events_, static_cast<uintptr_t>(watch), EVFILT_VNODE, EV_ADD | EV_CLEAR, kEvents);
  });
  if (added == -1) return failed(Call::open);
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
  // Nobody asks any more: thread and descriptor are had again when somebody does.
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
  // The descriptor is another lock's by now, which asked for itself.
  if (!numbers->second.empty()) return;
  by_watch_.erase(numbers);
  // ENOENT or EBADF where it was closed before.
  static_cast<void>(change(events_, static_cast<uintptr_t>(watch), EVFILT_VNODE, EV_DELETE, 0));
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

// The queue is both: what it is woken by is an event of it.
void LockWatch::run(int events, int) {
  for (;;) {
    struct kevent event;
    const int count = ::kevent(events, nullptr, 0, &event, 1, nullptr);
    if (count == -1 && errno != EINTR) return;
    if (count != 1) continue;
    if (event.filter == EVFILT_USER) return;
    tell(static_cast<int>(event.ident));
  }
}

// The thread needs the mutex to tell of an event, so it is joined without.
void LockWatch::end_thread(std::unique_lock<std::mutex>* guard) {
  std::vector<Thread> thread = std::exchange(thread_, {});
  if (thread.empty()) return;
  const Handle events = std::move(events_);
  by_watch_.clear();
  by_number_.clear();
  watches_ = false;
  guard->unlock();
  static_cast<void>(change(events, kStop, EVFILT_USER, 0, NOTE_TRIGGER));
  for (Thread& each : thread) each.join();
  guard->lock();
}

void LockWatch::stop() {
  std::unique_lock<std::mutex> guard(mutex_);
  stopping_ = true;
  end_thread(&guard);
}

}  // namespace ploke
