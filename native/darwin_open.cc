// Opening on macOS. Constants that a newer SDK has are written out, so that a binary built with an older one
// uses them where the running kernel has them; what the kernel does with them is tried, never told by its
// version: open(2) of XNU ignores flags that it does not know.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>

#include "posix.h"

namespace ploke {

namespace {

// sys/fcntl.h of XNU.
constexpr int kSearch = 0x40000000 | O_DIRECTORY;  // O_SEARCH, macOS 12
constexpr int kNoFollowAny = 0x20000000;           // O_NOFOLLOW_ANY, macOS 11
constexpr int kResolveBeneath = 0x00001000;        // O_RESOLVE_BENEATH: defined in macOS 15, enforced later
constexpr int kNotCapable = 107;                   // ENOTCAPABLE, the answer to an escape

constexpr std::string_view kForkName = "..namedfork";  // _PATH_RSRCFORKSPEC in sys/paths.h

bool is_number(std::string_view name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

// In /dev/fd a number opens what the process has open under it (fd(4)), wherever that lies.
bool leads_to_descriptor(const Handle& directory, std::string_view name) {
  if (!is_number(name)) return false;
  struct statfs status;
  if (retried([&] { return ::fstatfs(descriptor(directory), &status); }) == -1) return true;
  return std::strcmp(status.f_fstypename, "devfs") == 0 || std::strcmp(status.f_fstypename, "fdesc") == 0;
}

// A relative path without names that mean something else than an entry of a directory. "." is what the last
// name may be.
bool is_plain(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    if (name == ".." || name == kForkName) return false;
    if (end == path.size()) return !is_number(name);
    begin = end + 1;
  }
  return true;
}

// 0, or errno, of opening a directory to search it.
int attempt(const Handle& from, const char* path, int flags) {
  const Handle opened(retried([&] { return ::openat(descriptor(from), path, kSearch | O_CLOEXEC | flags); }));
  return opened.valid() ? 0 : errno;
}

constexpr int kNotTold = -1;

bool is_exhausted(int code) { return code == EMFILE || code == ENFILE || code == ENOMEM; }

// The flags under which this kernel keeps beneath a directory, by attempts to get past them; 0: there are
// none; kNotTold: no descriptor was to be had.
int try_guards() {
  const Handle slash(retried([] { return ::open("/", kSearch | O_CLOEXEC); }));
  const Handle inner(retried([] { return ::open("/usr", kSearch | O_CLOEXEC); }));
  if (!slash.valid() || !inner.valid()) return is_exhausted(errno) ? kNotTold : 0;
  // A link on every macOS. Without the flag it is followed, with it never, whether as the last name or
  // before.
  struct stat link;
  if (::fstatat(descriptor(slash), "etc", &link, AT_SYMLINK_NOFOLLOW) == -1 || !S_ISLNK(link.st_mode)) {
    return 0;
  }
  const auto answers = [](int code, int wanted, bool* exhausted) {
    if (is_exhausted(code)) *exhausted = true;
    return code == wanted;
  };
  bool exhausted = false;
  const bool no_links = answers(attempt(slash, "etc/.", 0), 0, &exhausted) &&
                        answers(attempt(slash, ".", kNoFollowAny), 0, &exhausted) &&
                        answers(attempt(slash, "etc/.", kNoFollowAny), ELOOP, &exhausted) &&
                        answers(attempt(slash, "etc", kNoFollowAny), ELOOP, &exhausted);
  if (exhausted) return kNotTold;
  if (!no_links) return 0;
  constexpr int kBoth = kNoFollowAny | kResolveBeneath;
  const bool beneath = answers(attempt(inner, ".", kBoth), 0, &exhausted) &&
                       answers(attempt(inner, "..", kBoth), kNotCapable, &exhausted) &&
                       answers(attempt(inner, "/", kBoth), kNotCapable, &exhausted);
  if (exhausted) return kNotTold;
  return beneath ? kBoth : kNoFollowAny;
}

// Of this process, tried once.
int guards() {
  static std::atomic<int> known{kNotTold};
  int flags = known.load(std::memory_order_relaxed);
  if (flags != kNotTold) return flags;
  flags = try_guards();
  known.store(flags, std::memory_order_relaxed);
  return flags == kNotTold ? 0 : flags;
}

}  // namespace

// There is no O_PATH. A directory is held by O_SEARCH, which needs no right to read it. Anything else is
// looked at by O_EVTONLY, which does, but neither keeps a volume from being unmounted nor follows a link.
int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::look:
      return O_EVTONLY | O_SYMLINK | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    case OpenMode::look_directory:
      return kSearch | O_CLOEXEC;
    case OpenMode::directory:
      return O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    case OpenMode::read:
      return O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    case OpenMode::read_write:
      return O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    case OpenMode::write:
      return O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    case OpenMode::create:
      return O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  }
  return kSearch | O_CLOEXEC;
}

int open_entry(const Handle& directory, const char* name, OpenMode mode) {
  if (name == kForkName || leads_to_descriptor(directory, name)) {
    errno = EACCES;
    return -1;
  }
  int flags = open_flags(mode);
  if (mode == OpenMode::look) {
    // O_EVTONLY opens a device all the same, and a FIFO gets a reader. Between this look and the open the
    // name may become one; then O_NONBLOCK keeps it from blocking.
    struct stat seen;
    if (::fstatat(descriptor(directory), name, &seen, AT_SYMLINK_NOFOLLOW) == -1) return -1;
    if (!S_ISREG(seen.st_mode) && !S_ISDIR(seen.st_mode) && !S_ISLNK(seen.st_mode)) {
      errno = ENXIO;
      return -1;
    }
  } else {
    // With O_DIRECTORY a link is ENOTDIR, as on Linux: its type is judged first (vn_authorize_open_existing).
    flags |= O_NOFOLLOW;  // with O_SYMLINK a link would be ELOOP
  }
  const int fd = ::openat(descriptor(directory), name, flags, 0600);
  // open(2): "An attempt is made to open a socket". Linux calls that ENXIO, which the rest is written for.
  if (fd == -1 && errno == EOPNOTSUPP) errno = ENXIO;
  return fd;
}

bool looks_open_anything() { return false; }

// Links are left to the walk altogether. O_RESOLVE_BENEATH would follow those that stay beneath, but XNU sees
// an escape by ".." only where that is taken in the very directory it began with (dp == ni_usedvp in
// vfs_lookup.c): a directory moved out of the root while the kernel is in it has ".." lead on outside. A
// relative path with neither links nor ".." cannot leave, whatever is renamed meanwhile. So O_NOFOLLOW_ANY
// decides, and O_RESOLVE_BENEATH, where this kernel enforces it, is a second lock on the same door.
Result<Handle> beneath_open(const Handle& root, const char* path, OpenMode mode, BeneathOptions options) {
  const SysError undecided = {kUndecided, Call::openat};
  const char* name = *path == '\0' ? "." : path;
  // Opening to look would open a device.
  if (is_walk_forced() || mode == OpenMode::look || !is_plain(name)) return undecided;
  const int guard = guards();
  if (guard == 0) return undecided;
  // Neither O_NOFOLLOW nor O_SYMLINK goes with it: EINVAL (vn_open_auth).
  const int fd = retried([&] { return ::openat(descriptor(root), name, open_flags(mode) | guard, 0600); });
  if (fd == -1) {
    switch (errno) {
      case ELOOP:         // a link, as the last name too
      case kNotCapable:   // an escape
      case ENAMETOOLONG:  // a name above NAME_MAX, or only a path above PATH_MAX
      case EAGAIN:        // a lease, which entry_open waits for
      case EINVAL:
        return undecided;
      case EOPNOTSUPP:  // a socket, see open_entry
        return SysError{ENXIO, Call::openat};
      default:
        return failed(Call::openat);
    }
  }
  Handle opened(fd);
  if (options.no_mounts) {
    // Whoever has gone into a mount cannot have come out again: there is no link and no "..".
    const Result<MountFacts> home = handle_mount(root);
    const Result<MountFacts> there = handle_mount(opened);
    if (!home.ok() || !there.ok() || home.value().mount_id != there.value().mount_id) return undecided;
  }
  return opened;
}

bool beneath_available() { return !is_walk_forced() && try_guards() > 0; }

Result<std::string> handle_path(const Handle& handle) {
  // fcntl(2): the buffer is of MAXPATHLEN or more. Firmlinks are spelt as users do ("/Users/…"); what
  // F_GETPATH_NOFIRMLINK gives ("/System/Volumes/Data/Users/…") is what nobody writes.
  char path[MAXPATHLEN] = {};
  if (retried([&] { return ::fcntl(descriptor(handle), F_GETPATH, path); }) == -1) {
    return failed(Call::open);
  }
  if (path[0] != '/') return SysError{ENOENT, Call::open};
  return std::string(path);
}

// What a directory's link count is when it has gone is up to the file system. F_GETPATH follows renames, so
// a path that leads nowhere, or to another directory of the same volume, tells that this one is not there.
bool directory_is_gone(const Handle& directory) {
  struct stat own, there;
  if (::fstat(descriptor(directory), &own) == -1) return errno == ESTALE || errno == ENOENT;
  if (own.st_nlink == 0) return true;
  const auto is_there = [&](bool* certain) {
    const Result<std::string> path = handle_path(directory);
    if (!path.ok()) {
      *certain = path.error().code == ENOENT;
      return false;
    }
    const bool found = ::lstat(path.value().c_str(), &there) == 0;
    // Another device: something is mounted over it.
    *certain = found ? there.st_dev == own.st_dev : errno == ENOENT || errno == ENOTDIR;
    return found && there.st_dev == own.st_dev && there.st_ino == own.st_ino;
  };
  // Twice: it may have been renamed between the two calls.
  bool certain = false;
  return !is_there(&certain) && certain && !is_there(&certain) && certain;
}

}  // namespace ploke
