// inotify(7) on directories.
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "directory_watch.h"
#include "posix.h"
#include "temporary_name.h"
#include "utf8.h"

namespace ploke {
namespace {

// IN_EXCL_UNLINK: what is written to a file that has no name any more is nobody's business here.
constexpr uint32_t kEvents = IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM |
                             IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

// Of what was not taken yet. Whoever lets more than that come together looks at everything anew, which costs
// less than going through it.
constexpr size_t kMostRecords = 1000 * 1000;
constexpr size_t kMostNameBytes = 64 * 1024 * 1024;

// Some hundred records. One of the longest name takes 272 bytes.
constexpr size_t kBufferBytes = 16 * 1024;

// The kernel queues the halves of a rename one after the other, within microseconds, but the reader may come
// between them, and on a busy machine who renames may lose its processor there. How often, a millisecond
// each, the second one is waited for; of what was moved away there is none.
constexpr int kWaitsForHalf = 10;

}  // namespace

Result<std::shared_ptr<DirectoryWatch>> DirectoryWatch::open(std::function<void()> wake) {
  auto watch = std::make_shared<DirectoryWatch>(std::move(wake));
  const SysError started = watch->start();
  if (!started.ok()) return started;
  return watch;
}

SysError DirectoryWatch::start() {
  // EMFILE here may also mean fs.inotify.max_user_instances (inotify_init(2)).
  events_ = Handle(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!events_.valid()) return failed(Call::open);
  stop_ = Handle(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop_.valid()) return failed(Call::open);
  Result<Thread> thread = Thread::start([this] { run(); }, "ploke-io-watch");
  if (!thread.ok()) return thread.error();
  thread_.push_back(thread.take());
  return {};
}

Result<int32_t> DirectoryWatch::add(const Handle& directory) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (closed_) return SysError{ECANCELED, Call::none};
  // The descriptor's own path: no name could lead elsewhere.
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor(directory));
  const int watch = retried([&] { return ::inotify_add_watch(descriptor(events_), path, kEvents); });
  if (watch == -1) return failed(Call::open);
  return watch;
}

void DirectoryWatch::remove(const int32_t* watches, size_t count) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (closed_) return;
  for (size_t i = 0; i < count; ++i) {
    static_cast<void>(::inotify_rm_watch(descriptor(events_), watches[i]));
  }
}

WatchRecords DirectoryWatch::take() {
  const std::lock_guard<std::mutex> guard(mutex_);
  // FIONREAD is what is queued now (inotify(7)): others may go on for ever, and JavaScript waits here.
  int queued = 0;
  if (!closed_ && ::ioctl(descriptor(events_), FIONREAD, &queued) == -1) pending_.error = errno;
  size_t left = static_cast<size_t>(std::max(queued, 0));
  size_t size = 0;
  while (left > 0 && read_some(left, &size)) left -= std::min(left, size);
  woken_ = false;
  WatchRecords taken = std::exchange(pending_, {});
  pending_.error = taken.error;
  last_name_ = 0;
  return taken;
}

// Under the mutex. Up to `most` bytes, but at least one record. False: there is no more for now.
bool DirectoryWatch::read_some(size_t most, size_t* size) {
  alignas(struct inotify_event) char buffer[kBufferBytes];
  const size_t room = std::min(sizeof(buffer), std::max(most, sizeof(struct inotify_event) + NAME_MAX + 1));
  const ssize_t got = retried([&] { return ::read(descriptor(events_), buffer, room); });
  if (got == -1 && errno != EAGAIN) pending_.error = errno;
  if (got <= 0) return false;
  *size = static_cast<size_t>(got);
  for (size_t at = 0; at + sizeof(struct inotify_event) <= *size;) {
    struct inotify_event event;
    std::memcpy(&event, buffer + at, sizeof(event));
    // Padded with NUL, which no name contains.
    const char* const name = buffer + at + sizeof(event);
    append(event.wd, event.mask, event.cookie, std::string_view(name, ::strnlen(name, event.len)));
    at += sizeof(event) + event.len;
  }
  return true;
}

// Under the mutex.
void DirectoryWatch::append(int32_t watch, uint32_t mask, uint32_t cookie, std::string_view name) {
  halved_ = (mask & IN_MOVED_FROM) != 0;
  if ((mask & IN_Q_OVERFLOW) != 0) {
    pending_.overflow = true;
    return;
  }
  if (is_temporary_name(name) || !utf8_is_valid(name)) return;
  // The kernel merges such records too, but only while they are in its queue (inotify(7)).
  if (cookie == 0 && !pending_.watches.empty() && pending_.watches.back() == watch &&
      pending_.masks.back() == mask && pending_.cookies.back() == 0 &&
      std::string_view(pending_.names).substr(last_name_) == name) {
    return;
  }
  if (pending_.watches.size() == kMostRecords || pending_.names.size() + 1 + name.size() > kMostNameBytes) {
    const int32_t error = pending_.error;
    pending_ = WatchRecords{};
    pending_.error = error;
    pending_.overflow = true;
    last_name_ = 0;
    return;
  }
  if (!pending_.watches.empty()) pending_.names.push_back('\0');
  last_name_ = pending_.names.size();
  pending_.names.append(name);
  pending_.watches.push_back(watch);
  pending_.masks.push_back(mask);
  pending_.cookies.push_back(cookie);
}

// Until the queue is empty; with the mutex for a piece at a time, so that nobody waits long for it. False:
// reading has failed.
bool DirectoryWatch::read_all() {
  for (;;) {
    const std::lock_guard<std::mutex> guard(mutex_);
    size_t size = 0;
    if (!read_some(kBufferBytes, &size)) return pending_.error == 0;
  }
}

void DirectoryWatch::wake_once() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (woken_ || pending_.empty()) return;
    woken_ = true;
  }
  wake_();
}

void DirectoryWatch::run() {
  struct pollfd both[2] = {{descriptor(events_), POLLIN, 0}, {descriptor(stop_), POLLIN, 0}};
  for (bool works = true; works;) {
    works = retried([&] { return ::poll(both, 2, -1); }) != -1;
    if (!works) {
      const std::lock_guard<std::mutex> guard(mutex_);
      pending_.error = errno;
    } else if (both[1].revents != 0) {
      return;
    } else {
      works = read_all();
    }
    const auto is_halved = [this] {
      const std::lock_guard<std::mutex> guard(mutex_);
      return halved_;
    };
    for (int wait = 0; works && wait < kWaitsForHalf && is_halved(); ++wait) {
      // Of no consequence how it ends.
      static_cast<void>(::poll(both, 2, 1));
      works = read_all();
    }
    wake_once();
  }
}

// The thread needs the mutex to get to its end, so it is joined without.
void DirectoryWatch::close() {
  std::vector<Thread> thread;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    closed_ = true;
    thread = std::exchange(thread_, {});
    if (!thread.empty()) {
      const uint64_t one = 1;
      static_cast<void>(!::write(descriptor(stop_), &one, sizeof(one)));
    }
  }
  for (Thread& each : thread) each.join();
  wake_ = nullptr;
  const std::lock_guard<std::mutex> guard(mutex_);
  events_ = Handle();
  stop_ = Handle();
  pending_ = WatchRecords{};
}

}  // namespace ploke
