// The platform's functions that are those of macOS: looking, listing, syncing and renaming. Opening is in
// darwin_open.cc.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "posix.h"

namespace ploke {

namespace {

// A file system that does not keep the time of creation leaves it 0, or -1.
bool is_told(const struct timespec& time) {
  return time.tv_sec > 0 || (time.tv_sec == 0 && time.tv_nsec > 0);
}

FileStatus detailed(const struct stat& status, Detail detail) {
  FileStatus result = file_status(status);
  if (detail == Detail::birth && is_told(status.st_birthtimespec)) {
    result.created_ms = stamp_ms(status.st_birthtimespec.tv_sec, status.st_birthtimespec.tv_nsec);
  }
  return result;
}

// Of fcntl(2) with F_FULLFSYNC: the file system does not have it. fsync(2) hands the data to the device then,
// which may keep it in its cache.
bool is_unsupported(int code) {
  return code == ENOTSUP || code == EOPNOTSUPP || code == ENOTTY || code == EINVAL || code == ENOSYS;
}

// Closes a directory stream, and its descriptor with it.
class DirectoryStream {
 public:
  explicit DirectoryStream(DIR* stream) : stream_(stream) {}
  DirectoryStream(const DirectoryStream&) = delete;
  DirectoryStream& operator=(const DirectoryStream&) = delete;
  ~DirectoryStream() { static_cast<void>(::closedir(stream_)); }
  struct dirent* next() {
    return ::readdir(stream_);
  }

 private:
  DIR* stream_;
};

}  // namespace

FileStatus file_status(const struct stat& status) {
  FileStatus result;
  result.device = static_cast<uint32_t>(status.st_dev);
  result.inode = status.st_ino;
  result.size = static_cast<uint64_t>(status.st_size);
  result.modified_ns = stamp_ns(status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec);
  result.changed_ns = stamp_ns(status.st_ctimespec.tv_sec, status.st_ctimespec.tv_nsec);
  result.modified_ms = stamp_ms(status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec);
  result.mode = status.st_mode & 07777u;
  result.uid = status.st_uid;
  result.gid = status.st_gid;
  result.link_count = status.st_nlink;
  result.type = entry_type(status.st_mode);
  return result;
}

Result<FileStatus> handle_status(const Handle& handle, Detail detail) {
  struct stat status;
  if (::fstat(descriptor(handle), &status) == -1) return failed(Call::fstat);
  return detailed(status, detail);
}

Result<FileStatus> entry_status(const Handle& directory, const char* name, Detail detail) {
  struct stat status;
  if (::fstatat(descriptor(directory), name, &status, AT_SYMLINK_NOFOLLOW) == -1)
    return failed(Call::fstatat);
  return detailed(status, detail);
}

// getdirentries(2) is not for programs with 64-bit inode numbers, so by readdir(3). The stream takes its
// descriptor over, and a duplicate shares the position with the handle, which is why a handle that others
// list too must be opened anew by the caller.
Result<std::vector<DirectoryItem>> directory_read(const Handle& directory) {
  Result<Handle> own = handle_duplicate(directory);
  if (!own.ok()) return SysError{own.error().code, Call::getdents};
  if (::lseek(descriptor(own.value()), 0, SEEK_SET) == -1) return failed(Call::getdents);
  DIR* const opened = ::fdopendir(descriptor(own.value()));
  if (opened == nullptr) return failed(Call::getdents);
  static_cast<void>(own.value().release());
  DirectoryStream stream(opened);
  std::vector<DirectoryItem> items;
  for (;;) {
    errno = 0;  // readdir(3) tells the end from a failure by nothing else
    const struct dirent* entry = stream.next();
    if (entry == nullptr) {
      if (errno == EINTR) continue;
      if (errno != 0) return failed(Call::getdents);
      return items;
    }
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    items.push_back({std::string(entry->d_name, entry->d_namlen)});
  }
}

// fsync(2) of macOS leaves the data in the cache of the drive; F_FULLFSYNC has it written to the medium
// (fcntl(2), fsync(2)).
SysError handle_sync(const Handle& handle) {
  if (retried([&] { return ::fcntl(descriptor(handle), F_FULLFSYNC, 0); }) != -1) return {};
  if (!is_unsupported(errno)) return failed(Call::fsync);
  if (retried([&] { return ::fsync(descriptor(handle)); }) == -1) return failed(Call::fsync);
  return {};
}

// There is no call that starts the writing and no more; F_FULLFSYNC of a small file costs the flush, not the
// write.
void handle_start_writeback(const Handle&) {}

// renameatx_np(2). ENOTSUP: the file system does not know the flag (no_such_rename).
SysError entry_rename(const Handle& from, const char* from_name, const Handle& to, const char* to_name,
                      RenameMode mode) {
  const int result = retried([&] {
    if (mode == RenameMode::replace) {
      return ::renameat(descriptor(from), from_name, descriptor(to), to_name);
    }
    const unsigned flags = mode == RenameMode::no_replace ? RENAME_EXCL : RENAME_SWAP;
    return ::renameatx_np(descriptor(from), from_name, descriptor(to), to_name, flags);
  });
  return result == -1 ? failed(Call::renameat2) : SysError{};
}

// No file without a name can be given one: there is neither O_TMPFILE nor a link(2) of a descriptor.
Result<Handle> nameless_open(const Handle&) { return SysError{EOPNOTSUPP, Call::openat}; }

bool cannot_be_nameless(SysError error) { return error.code == EOPNOTSUPP; }

SysError nameless_link(const Handle&, const Handle&, const char*) {
  return SysError{kUndecided, Call::linkat};
}

// Not known to be needed here.
SysError content_end_check(const Handle&, uint64_t) { return {}; }

}  // namespace ploke
