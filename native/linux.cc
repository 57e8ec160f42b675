// The platform's functions that are Linux's own. Newer system calls go through syscall(2) with our own
// structures, so that a binary built for an old C library uses them where the running kernel has them.
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "posix.h"

#ifndef SYS_openat2
#define SYS_openat2 437  // the same number on every architecture
#endif

namespace ploke {

namespace {

// openat2(2), linux/openat2.h.
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};
constexpr uint64_t kResolveNoMounts = 0x01;      // RESOLVE_NO_XDEV
constexpr uint64_t kResolveNoMagicLinks = 0x02;  // RESOLVE_NO_MAGICLINKS
constexpr uint64_t kResolveNoLinks = 0x04;       // RESOLVE_NO_SYMLINKS
constexpr uint64_t kResolveBeneath = 0x08;       // RESOLVE_BENEATH
// A rename or mount anywhere in the system while ".." is looked at answers EAGAIN (openat2(2)): retry, but
// not for ever.
constexpr int kBusyRetries = 128;
// The same answer is that of a lease (see LeaseWait), which is asked for after so many: such a race is short.
constexpr int kRaceRetries = 4;

// renameat2(2).
constexpr unsigned kRenameNoReplace = 1;
constexpr unsigned kRenameExchange = 2;

// statx(2), linux/stat.h.
struct StatxTime {
  int64_t seconds;
  uint32_t nanoseconds;
  int32_t reserved;
};
struct Statx {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t link_count, uid, gid;
  uint16_t mode, spare0;
  uint64_t inode, size, blocks, attributes_mask;
  StatxTime accessed, created, changed, modified;
  uint32_t special_major, special_minor, device_major, device_minor;
  uint64_t mount_id;
  uint64_t spare[13];
};
static_assert(sizeof(Statx) == 256, "struct statx is 256 bytes");
constexpr unsigned kStatxBasic = 0x7ff;
constexpr unsigned kStatxBirth = 0x800;
constexpr unsigned kStatxMountId = 0x1000;

constexpr int64_t kProcMagic = 0x9fa0;  // PROC_SUPER_MAGIC
constexpr int64_t kFuseMagic = 0x65735546;
constexpr size_t kDirectBytes = 4096;     // what open(2) asks of O_DIRECT: no device has larger blocks
constexpr long kStatfsNoFollow = 0x2000;  // ST_NOSYMFOLLOW, statfs(2) since Linux 5.10

SysError statx_call(const Handle& handle, const char* name, int flags, unsigned mask, Statx* out) {
  std::memset(out, 0, sizeof(*out));
  const long result = retried(
      [&] { return ::syscall(SYS_statx, descriptor(handle), name, flags, mask, static_cast<void*>(out)); });
  if (result == -1) return name[0] == '\0' ? failed_open(Call::statx) : failed(Call::statx);
  return {};
}

// fstat and fstatat are no functions of the C library before glibc 2.33, but part of what is linked into each
// program; where a cross compiler brings that part, its errno is not the one that is read here. The structure
// is the kernel's on every 64-bit architecture.
int status_call(const Handle& directory, const char* name, int flags, struct stat* status) {
  return static_cast<int>(::syscall(SYS_newfstatat, descriptor(directory), name, status, flags));
}

int status_call(const Handle& handle, struct stat* status) {
  return status_call(handle, "", AT_EMPTY_PATH, status);
}

// ENOSYS: kernel before 4.11, gVisor; EPERM: a container's filter that does not know the call (libseccomp
// before 2.3.3).
bool statx_missing(SysError error) { return error.code == ENOSYS || error.code == EPERM; }

// "mnt_id" of /proc/self/fdinfo (proc(5)), the same number: for kernels before 5.8, whose statx does not tell
// it. 0: unknown.
uint64_t mount_id_by_proc(const Handle& handle) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", descriptor(handle));
  const int raw = retried([&] { return ::open(path, O_RDONLY | O_CLOEXEC); });
  if (raw == -1) return 0;
  const Handle file(raw);
  char text[1024];
  const Result<size_t> length = handle_read(file, text, sizeof(text) - 1);
  if (!length.ok()) return 0;
  text[length.value()] = '\0';
  const char* line = std::strstr(text, "mnt_id:");
  return line == nullptr ? 0 : std::strtoull(line + 7, nullptr, 10);
}

FileStatus file_status(const Statx& status) {
  FileStatus result;
  // No "::" before it: with musl makedev(3) is a macro.
  result.device = makedev(status.device_major, status.device_minor);
  result.inode = status.inode;
  result.size = status.size;
  result.modified_ns = stamp_ns(status.modified.seconds, status.modified.nanoseconds);
  result.changed_ns = stamp_ns(status.changed.seconds, status.changed.nanoseconds);
  result.modified_ms = stamp_ms(status.modified.seconds, status.modified.nanoseconds);
  if ((status.mask & kStatxBirth) != 0) {
    result.created_ms = stamp_ms(status.created.seconds, status.created.nanoseconds);
  }
  result.mode = status.mode & 07777u;
  result.uid = status.uid;
  result.gid = status.gid;
  result.link_count = status.link_count;
  result.type = entry_type(status.mode);
  return result;
}

}  // namespace

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::look:
      return O_PATH | O_CLOEXEC;
    case OpenMode::look_directory:
      return O_PATH | O_DIRECTORY | O_CLOEXEC;
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
  return O_PATH | O_CLOEXEC;
}

int open_entry(const Handle& directory, const char* name, OpenMode mode) {
  return ::openat(descriptor(directory), name, open_flags(mode) | O_NOFOLLOW, 0600);
}

FileStatus file_status(const struct stat& status) {
  FileStatus result;
  result.device = status.st_dev;
  result.inode = status.st_ino;
  result.size = static_cast<uint64_t>(status.st_size);
  result.modified_ns = stamp_ns(status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  result.changed_ns = stamp_ns(status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  result.modified_ms = stamp_ms(status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  result.mode = status.st_mode & 07777u;
  result.uid = status.st_uid;
  result.gid = status.st_gid;
  result.link_count = status.st_nlink;
  result.type = entry_type(status.st_mode);
  return result;
}

Result<std::string> handle_path(const Handle& handle) {
  char link[64];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor(handle));
  std::string target(PATH_MAX + 1, '\0');  // d_path(9) gives at most a page
  const ssize_t length = ::readlink(link, target.data(), target.size());
  if (length == -1) return failed(Call::readlinkat);
  target.resize(static_cast<size_t>(length));
  if (target.empty() || target[0] != '/') return SysError{ENOENT, Call::readlinkat};  // "(unreachable)/…"
  return target;
}

Result<Handle> beneath_open(const Handle& root, const char* path, OpenMode mode, BeneathOptions options) {
  if (is_walk_forced()) return SysError{kUndecided, Call::openat2};
  OpenHow how = {};
  how.flags = static_cast<uint64_t>(open_flags(mode)) | (options.keep_last ? O_NOFOLLOW : 0);
  how.mode = mode == OpenMode::create ? 0600 : 0;
  how.resolve = kResolveBeneath | kResolveNoMagicLinks | (options.no_links ? kResolveNoLinks : 0) |
                (options.no_mounts ? kResolveNoMounts : 0);
  const char* name = *path == '\0' ? "." : path;
  LeaseWait lease;
  for (int attempt = 0;; ++attempt) {
    const long fd =
        retried([&] { return ::syscall(SYS_openat2, descriptor(root), name, &how, sizeof(how)); });
    if (fd != -1) return Handle(static_cast<intptr_t>(fd));
    switch (errno) {
      case EAGAIN:
        if (mode == OpenMode::read && attempt == kRaceRetries) {
          OpenHow look = how;
          look.flags = static_cast<uint64_t>(open_flags(OpenMode::look)) | (how.flags & O_NOFOLLOW);
          const Handle looked(
              retried([&] { return ::syscall(SYS_openat2, descriptor(root), name, &look, sizeof(look)); }));
          lease.judge(looked);
        }
        if (lease.leased()) {
          if (lease.pause()) continue;
          return lease.error(Call::openat2);
        }
        if (attempt < kBusyRetries) continue;
        return SysError{kUndecided, Call::openat2};
      case EXDEV:         // an escape, any absolute link, or a mount
      case ELOOP:         // 40 links, a link under no_links, a magic link, a last link under keep_last
      case ENAMETOOLONG:  // a name above NAME_MAX, or only a path above PATH_MAX
      case ENOSYS:        // kernel before 5.6, gVisor, qemu-user
      case EPERM:   // a container's filter that does not know the call, or O_NOATIME and its like (not used)
      case EINVAL:  // a kernel that knows fewer flags
      case E2BIG:
        return SysError{kUndecided, Call::openat2};
      default:
        return failed(Call::openat2);
    }
  }
}

bool beneath_available() {
  if (is_walk_forced()) return false;
  OpenHow how = {};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = kResolveBeneath | kResolveNoMagicLinks;
  const Handle here(retried([] { return ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC); }));
  if (!here.valid()) return false;
  const long fd = retried([&] { return ::syscall(SYS_openat2, descriptor(here), ".", &how, sizeof(how)); });
  if (fd == -1) return false;
  Handle(static_cast<intptr_t>(fd)).close();
  return true;
}

// O_PATH, open(2).
bool looks_open_anything() { return true; }

bool directory_is_gone(const Handle& directory) {
  struct stat status;
  return status_call(directory, &status) == 0 ? status.st_nlink == 0 : errno == ESTALE;
}

Result<FileStatus> handle_status(const Handle& handle, Detail detail) {
  if (detail == Detail::birth) {
    Statx extended;
    const SysError error = statx_call(handle, "", AT_EMPTY_PATH, kStatxBasic | kStatxBirth, &extended);
    if (error.ok()) return file_status(extended);
    if (!statx_missing(error)) return error;
  }
  struct stat status;
  if (status_call(handle, &status) == -1) return failed_open(Call::fstat);
  return file_status(status);
}

Result<FileStatus> entry_status(const Handle& directory, const char* name, Detail detail) {
  if (detail == Detail::birth) {
    Statx extended;
    const SysError error =
        statx_call(directory, name, AT_SYMLINK_NOFOLLOW, kStatxBasic | kStatxBirth, &extended);
    if (error.ok()) return file_status(extended);
    if (!statx_missing(error)) return error;
  }
  struct stat status;
  if (status_call(directory, name, AT_SYMLINK_NOFOLLOW, &status) == -1) return failed(Call::fstatat);
  return file_status(status);
}

SysError content_end_check(const Handle& handle, uint64_t end) {
  const Result<int64_t> file_system = handle_file_system(handle);
  if (!file_system.ok() || file_system.value() != kFuseMagic) return {};
  // Opened anew with O_DIRECT, so that neither the kernel nor the server's client answers from a cache;
  // open(2) by /proc is of the very file. What cannot be opened like that proves nothing.
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor(handle));
  const Handle direct(retried([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT); }));
  if (!direct.valid()) return errno == ESTALE ? failed(Call::open) : SysError{};
  alignas(kDirectBytes) char beyond[kDirectBytes];
  const ssize_t count =
      retried([&] { return ::pread(descriptor(direct), beyond, sizeof(beyond), static_cast<off_t>(end)); });
  return count > 0 ? SysError{ESTALE, Call::pread} : SysError{};
}

Result<int64_t> handle_file_system(const Handle& handle) {
  struct statfs status;
  if (retried([&] { return ::fstatfs(descriptor(handle), &status); }) == -1) return failed(Call::statfs);
  return static_cast<int64_t>(static_cast<uint32_t>(status.f_type));
}

Result<MountFacts> handle_mount(const Handle& handle) {
  struct statfs status;
  if (retried([&] { return ::fstatfs(descriptor(handle), &status); }) == -1) return failed(Call::statfs);
  MountFacts facts;
  facts.magic = static_cast<int64_t>(static_cast<uint32_t>(status.f_type));
  facts.no_follow = (status.f_flags & kStatfsNoFollow) != 0;
  facts.proc = facts.magic == kProcMagic;
  Statx extended;
  const SysError error = statx_call(handle, "", AT_EMPTY_PATH, kStatxMountId, &extended);
  const bool known = error.ok() && (extended.mask & kStatxMountId) != 0;
  facts.mount_id = known ? extended.mount_id : mount_id_by_proc(handle);
  return facts;
}

Result<bool> link_refused(const Handle& directory, const char* name) {
  constexpr uint32_t kOpenToAll = S_ISVTX | S_IWOTH;
  const Result<FileStatus> holder = handle_status(directory);
  if (!holder.ok()) return holder.error();
  if ((holder.value().mode & kOpenToAll) != kOpenToAll) return false;
  const Result<FileStatus> link = entry_status(directory, name);
  if (!link.ok()) return link.error();
  // The user that counts is the file system user id (credentials(7)), which Node never sets apart from the
  // effective one.
  if (link.value().uid == ::geteuid() || link.value().uid == holder.value().uid) return false;
  const int raw = retried([] { return ::open("/proc/sys/fs/protected_symlinks", O_RDONLY | O_CLOEXEC); });
  if (raw == -1) return true;
  const Handle setting(raw);
  char value = '1';
  return !handle_read(setting, &value, 1).ok() || value != '0';
}

Result<std::vector<DirectoryItem>> directory_read(const Handle& directory) {
  if (::lseek(descriptor(directory), 0, SEEK_SET) == -1) return failed(Call::getdents);
  std::vector<DirectoryItem> items;
  alignas(8) char buffer[32768];
  for (;;) {
    const long size = retried([&] {
      return ::syscall(SYS_getdents64, descriptor(directory), static_cast<void*>(buffer), sizeof(buffer));
    });
    if (size == -1) return failed(Call::getdents);
    if (size == 0) return items;
    for (long offset = 0; offset < size;) {
      // struct linux_dirent64, getdents(2): inode, offset, record length, type, name.
      uint16_t length;
      std::memcpy(&length, buffer + offset + 16, sizeof(length));
      const char* name = buffer + offset + 19;
      if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) items.push_back({name});
      offset += length;
    }
  }
}

SysError handle_sync(const Handle& handle) {
  if (retried([&] { return ::fsync(descriptor(handle)); }) == -1) return failed(Call::fsync);
  return {};
}

void handle_start_writeback(const Handle& handle) {
  // Only starts the writing; fsync(2) waits for it later. Failure (ESPIPE, ENOSYS) costs nothing but the head
  // start.
  static_cast<void>(::sync_file_range(descriptor(handle), 0, 0, SYNC_FILE_RANGE_WRITE));
}

SysError entry_rename(const Handle& from, const char* from_name, const Handle& to, const char* to_name,
                      RenameMode mode) {
  if (mode == RenameMode::replace) {
    const int result =
        retried([&] { return ::renameat(descriptor(from), from_name, descriptor(to), to_name); });
    return result == -1 ? failed(Call::renameat2) : SysError{};
  }
  const unsigned flags = mode == RenameMode::no_replace ? kRenameNoReplace : kRenameExchange;
  const long result = retried(
      [&] { return ::syscall(SYS_renameat2, descriptor(from), from_name, descriptor(to), to_name, flags); });
  return result == -1 ? failed(Call::renameat2) : SysError{};
}

}  // namespace ploke
