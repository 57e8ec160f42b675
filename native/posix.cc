// The platform's functions in terms of POSIX.1-2008; what differs between POSIX systems is in linux.cc,
// darwin.cc and their like.
#include "posix.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace ploke {

namespace {

constexpr int64_t kLongestStepNs = 16 * 1000 * 1000;
constexpr int64_t kLongestWaitNs = 1000 * 1000 * 1000;

thread_local const std::function<bool()>* interruption = nullptr;

// Read once, when the addon is loaded: getenv(3) must not race with a setenv of another thread.
const bool kForceWalk = [] {
  const char* value = std::getenv("PLOKE_IO_FORCE_WALK");
  return value != nullptr && std::strcmp(value, "1") == 0;
}();

}  // namespace

const char* const* call_names() {
  static constexpr const char* kNames[] = {
      "",       "open",      "openat",    "openat2", "fstat",      "fstatat",    "statx",
      "statfs", "read",      "pread",     "write",   "readlinkat", "getdents64", "renameat2",
      "linkat", "unlinkat",  "mkdirat",   "fsync",   "fdatasync",  "ftruncate",  "fchmod",
      "fchown", "fgetxattr", "fsetxattr", "flock",   "getrandom",  "malloc",     "pthread_create",
  };
  static_assert(sizeof(kNames) / sizeof(kNames[0]) == static_cast<size_t>(Call::count_),
                "a name for each call");
  return kNames;
}

bool is_walk_forced() { return kForceWalk; }

// A file system may hold any 64-bit second, so neither product nor sum can be taken for granted.
int64_t stamp_ns(int64_t seconds, int64_t rest) {
  int64_t result;
  if (__builtin_mul_overflow(seconds, int64_t{1000000000}, &result) ||
      __builtin_add_overflow(result, rest, &result)) {
    return seconds < 0 ? INT64_MIN : INT64_MAX;
  }
  return result;
}

// Whole milliseconds and their fraction added, so that the result agrees with Node's to the last digit.
double stamp_ms(int64_t seconds, int64_t rest) {
  return static_cast<double>(seconds) * 1000 + static_cast<double>(rest) / 1e6;
}

EntryType entry_type(uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return EntryType::file;
    case S_IFDIR:
      return EntryType::directory;
    case S_IFLNK:
      return EntryType::symlink;
    default:
      return EntryType::other;
  }
}

void Handle::close() {
  if (raw_ != kNone) ::close(static_cast<int>(std::exchange(raw_, kNone)));
}

std::string_view path_root(std::string_view path) { return path.substr(0, path.substr(0, 1) == "/" ? 1 : 0); }

bool same_component(std::string_view one, std::string_view other) { return one == other; }

Result<std::string> path_resolve(const char* path) {
  char* const resolved = ::realpath(path, nullptr);
  if (resolved == nullptr) return failed(Call::open);
  std::string result(resolved);
  std::free(resolved);
  return result;
}

bool means_gone(SysError error) { return error.code == ESTALE; }

bool rename_needs_closed_target(const Handle&) { return false; }

Result<Handle> root_open(const char* path) {
  int fd = retried([&] { return ::open(path, open_flags(OpenMode::directory)); });
  // A directory that may be entered but not listed is a root all the same: nothing but listing needs more.
  if (fd == -1 && errno == EACCES) {
    fd = retried([&] { return ::open(path, open_flags(OpenMode::look_directory)); });
  }
  if (fd == -1) return failed(Call::open);
  return Handle(fd);
}

void LeaseWait::judge(const Handle& looked) {
  struct stat status;
  leased_ = false;
  if (looked.valid() && ::fstat(descriptor(looked), &status) == 0) judge(status);
}

void LeaseWait::judge(const struct stat& looked) { leased_ = S_ISREG(looked.st_mode); }

bool LeaseWait::pause() {
  interrupted_ = Interruption::requested();
  if (interrupted_ || waited_ns_ >= kLongestWaitNs) return false;
  const struct timespec step = {0, static_cast<long>(step_ns_)};
  ::nanosleep(&step, nullptr);  // a signal makes it a shorter step
  waited_ns_ += step_ns_;
  step_ns_ = std::min(step_ns_ * 2, kLongestStepNs);
  return true;
}

SysError LeaseWait::error(Call call) const {
  return interrupted_ ? SysError{ECANCELED, Call::none} : SysError{kBusy, call};
}

Result<Handle> entry_open(const Handle& directory, const char* name, OpenMode mode) {
  const auto open = [&] { return retried([&] { return open_entry(directory, name, mode); }); };
  int fd = open();
  if (fd == -1 && errno == EAGAIN && mode == OpenMode::read) {
    LeaseWait lease;
    struct stat looked;
    if (::fstatat(descriptor(directory), name, &looked, AT_SYMLINK_NOFOLLOW) == -1) {
      return SysError{kBusy, Call::openat};  // it has gone meanwhile
    }
    lease.judge(looked);
    if (!lease.leased()) return SysError{kNotRegularFile, Call::none};
    do {
      if (!lease.pause()) return lease.error(Call::openat);
      fd = open();
    } while (fd == -1 && errno == EAGAIN);
  }
  if (fd == -1) return failed(Call::openat);
  return Handle(fd);
}

Result<Handle> handle_duplicate(const Handle& handle) {
  const int fd = retried([&] { return ::fcntl(descriptor(handle), F_DUPFD_CLOEXEC, 0); });
  if (fd == -1) return failed(Call::open);
  return Handle(fd);
}

Result<std::string> link_read(const Handle& directory, const char* name) {
  // st_size of a link is a hint, and 0 in procfs: the buffer grows until the target fits with a byte to
  // spare.
  std::string target(256, '\0');
  for (;;) {
    const ssize_t length = ::readlinkat(descriptor(directory), name, target.data(), target.size());
    if (length == -1) return failed(Call::readlinkat);
    if (static_cast<size_t>(length) < target.size()) {
      target.resize(static_cast<size_t>(length));
      return target;
    }
    target.resize(target.size() * 4);
  }
}

int64_t clock_now_ns() {
  struct timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

Result<size_t> handle_read(const Handle& handle, void* buffer, size_t size) {
  const ssize_t count = retried([&] { return ::read(descriptor(handle), buffer, size); });
  if (count == -1) return failed_open(Call::read);
  return static_cast<size_t>(count);
}

Result<size_t> handle_read_at(const Handle& handle, void* buffer, size_t size, uint64_t offset) {
  const ssize_t count =
      retried([&] { return ::pread(descriptor(handle), buffer, size, static_cast<off_t>(offset)); });
  if (count == -1) return failed_open(Call::pread);
  return static_cast<size_t>(count);
}

SysError handle_write_all(const Handle& handle, const void* data, size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = retried([&] { return ::write(descriptor(handle), next, size); });
    if (count == -1) return failed(Call::write);
    // write(2) of some bytes never answers 0 for a regular file; looping on it would never end.
    if (count == 0) return SysError{EIO, Call::write};
    next += count;
    size -= static_cast<size_t>(count);
  }
  return {};
}

SysError handle_truncate(const Handle& handle, uint64_t size) {
  if (retried([&] { return ::ftruncate(descriptor(handle), static_cast<off_t>(size)); }) == -1) {
    return failed(Call::ftruncate);
  }
  return {};
}

SysError entry_link(const Handle& from, const char* from_name, const Handle& to, const char* to_name) {
  if (::linkat(descriptor(from), from_name, descriptor(to), to_name, 0) == -1) return failed(Call::linkat);
  return {};
}

SysError entry_remove(const Handle& directory, const char* name, bool is_directory) {
  const int flags = is_directory ? AT_REMOVEDIR : 0;
  if (retried([&] { return ::unlinkat(descriptor(directory), name, flags); }) == -1)
    return failed(Call::unlinkat);
  return {};
}

SysError directory_make(const Handle& parent, const char* name, uint32_t mode) {
  if (retried([&] { return ::mkdirat(descriptor(parent), name, static_cast<mode_t>(mode)); }) == -1) {
    return failed(Call::mkdirat);
  }
  return {};
}

SysError mode_set(const Handle& handle, uint32_t mode) {
  if (retried([&] { return ::fchmod(descriptor(handle), static_cast<mode_t>(mode)); }) == -1) {
    return failed(Call::fchmod);
  }
  return {};
}

SysError owner_set(const Handle& handle, uint32_t uid, uint32_t gid) {
  if (retried([&] { return ::fchown(descriptor(handle), uid, gid); }) == -1) return failed(Call::fchown);
  return {};
}

void* host_symbol(const char* name) { return ::dlsym(RTLD_DEFAULT, name); }

Interruption::Interruption(const std::function<bool()>& requested)
    : before_(std::exchange(interruption, &requested)) {}

Interruption::~Interruption() { interruption = before_; }

bool Interruption::requested() { return interruption != nullptr && *interruption && (*interruption)(); }

}  // namespace ploke
