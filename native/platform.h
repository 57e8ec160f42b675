// What the rest of the addon needs from the operating system: functions on handles and single names. Source
// files named for their system implement it (posix*.cc with linux*.cc or darwin*.cc), chosen by binding.gyp.
// No Node-API, no policy, no exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ploke {

// Failures that are not errno values; mirrored by NativeFailure in src/native/batch.ts.
enum Failure : int32_t {
  kEscape = -1,
  kCrossRoot = -2,
  kSymlinkDenied = -3,
  kHardLink = -4,
  kMount = -5,
  kNotRegularFile = -6,
  kRootLost = -7,
  kBusy = -8,
  kTooLarge = -9,
  kNotUtf8 = -10,
  kRange = -11,
  kCharBoundary = -12,
  kChanged = -13,
  kNotDurable = -14,
  kReserved = -15,
  kLocked = -16,
  kLockUnsupported = -17,
  kManyNames = -18,
  // Never leaves the addon: the kernel's fast path cannot decide here, the walk must.
  kUndecided = -100,
};

// The system call an error came from. The order is what crosses to TypeScript; names are in call_names().
enum class Call : uint8_t {
  none,
  open,
  openat,
  openat2,
  fstat,
  fstatat,
  statx,
  statfs,
  read,
  pread,
  write,
  readlinkat,
  getdents,
  renameat2,
  linkat,
  unlinkat,
  mkdirat,
  fsync,
  fdatasync,
  ftruncate,
  fchmod,
  fchown,
  fgetxattr,
  fsetxattr,
  flock,
  getrandom,
  malloc,
  pthread_create,
  count_
};
const char* const* call_names();

struct SysError {
  int32_t code = 0;  // 0: no error; > 0: errno; < 0: Failure
  Call call = Call::none;
  bool ok() const { return code == 0; }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(SysError error) : error_(error) {}
  bool ok() const { return value_.has_value(); }
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  T take() { return std::move(*value_); }
  SysError error() const { return error_; }

 private:
  std::optional<T> value_;
  SysError error_;
};

// Owns one descriptor (POSIX) or HANDLE (Windows); always close-on-exec.
class Handle {
 public:
  Handle() = default;
  explicit Handle(intptr_t raw) : raw_(raw) {}
  Handle(Handle&& other) noexcept : raw_(std::exchange(other.raw_, kNone)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      close();
      raw_ = std::exchange(other.raw_, kNone);
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { close(); }
  bool valid() const { return raw_ != kNone; }
  intptr_t raw() const { return raw_; }
  intptr_t release() { return std::exchange(raw_, kNone); }  // to somebody who closes it
  void close();  // posix.cc; never retried on EINTR: Linux has closed the descriptor then (close(2))

 private:
  static constexpr intptr_t kNone = -1;
  intptr_t raw_ = kNone;
};

enum class EntryType : uint8_t { missing, file, directory, symlink, other };  // mirrored by NativeEntryType

struct FileStatus {
  uint64_t device = 0, inode = 0, size = 0;
  // For comparing: INT64_MIN or INT64_MAX before 1677 or after 2262.
  int64_t modified_ns = 0, changed_ns = 0;
  // For telling: right in any year. As Node's fs.Stats has them.
  double modified_ms = 0;
  double created_ms = std::numeric_limits<double>::quiet_NaN();  // NaN: the file system does not tell
  uint32_t mode = 0;                                             // permission and set-id bits, no type
  uint32_t uid = 0, gid = 0;
  uint64_t link_count = 0;
  EntryType type = EntryType::other;
};

// Facts of the mount that a handle lies on.
struct MountFacts {
  uint64_t mount_id = 0;   // 0: unknown (then the device number decides)
  int64_t magic = 0;       // statfs f_type, or what stands for it (darwin_file_system.cc)
  char type[16] = {};      // what the system calls the file system, where it has names: "apfs"; "" else
  bool remote = false;     // the system says that it lies on another host; where it says so at all
  bool no_follow = false;  // MS_NOSYMFOLLOW
  bool proc = false;       // procfs: its links may be magic
};

enum class OpenMode : uint8_t {
  look,            // O_PATH: no effect on a device or FIFO; see looks_open_anything
  look_directory,  // O_PATH | O_DIRECTORY, O_SEARCH
  directory,       // O_RDONLY | O_DIRECTORY: can be listed and synced
  read,            // O_RDONLY | O_NONBLOCK | O_NOCTTY: a FIFO does not block
  read_write,      // the same for both
  write,           // the same for writing
  create,          // O_RDWR | O_CREAT | O_EXCL, 0600
};

// --- paths
// ---------------------------------------------------------------------------------------------------------------
// Spelt with '/', also on Windows ("C:/x", "//host/share/x").
// What an absolute path begins with, which root_open opens: "/", "C:/", "//host/share". "": it is relative.
std::string_view path_root(std::string_view path);
// Whether two names in absolute paths may be one directory's, by their text alone.
bool same_component(std::string_view one, std::string_view other);
// realpath(3), for a system in which handle_path has no answer. ENOSYS: there is nothing like it.
Result<std::string> path_resolve(const char* path);

// --- opening
// -------------------------------------------------------------------------------------------------------------
// By path string: only for roots, only once. Follows links.
Result<Handle> root_open(const char* path);
Result<std::string> handle_path(const Handle& handle);  // the kernel's spelling (/proc/self/fd, F_GETPATH)
// One name in a held directory; never follows: a link is ELOOP (look: the link itself is opened; the
// directory modes: ENOTDIR, as for anything that is no directory). "." is allowed and opens the directory
// anew.
Result<Handle> entry_open(const Handle& directory, const char* name, OpenMode mode);

struct BeneathOptions {
  bool no_links = false;   // any link on the way is an error
  bool no_mounts = false;  // crossing a mount is an error
  bool keep_last = false;  // do not follow a link that is the last name
};
// The kernel's own resolution beneath a directory (openat2, O_RESOLVE_BENEATH). kUndecided wherever the walk
// has to tell what happened: escapes, links, missing system call, too long a path, EAGAIN for the 128th time.
// kBusy, as of entry_open: another process holds a lease on a regular file and has not given it up within a
// second (fcntl(2), F_SETLEASE).
Result<Handle> beneath_open(const Handle& root, const char* path, OpenMode mode, BeneathOptions options);
// A new file in a directory, for reading and writing, 0600, that has no name and vanishes with its handle
// (O_TMPFILE in open(2)). Where cannot_be_nameless only the attempt to make one with a name tells why.
Result<Handle> nameless_open(const Handle& directory);
bool cannot_be_nameless(SysError error);
bool beneath_available();  // asked of the kernel anew; false under PLOKE_IO_FORCE_WALK=1
// Whether OpenMode::look opens whatever has a name (O_PATH). Where not, it needs the right to read and a
// regular file, a directory or a link, so that only entry_status tells of the rest.
bool looks_open_anything();

Result<Handle> handle_duplicate(const Handle& handle);

// --- looking
// -------------------------------------------------------------------------------------------------------------
enum class Detail : uint8_t {
  plain,  // one fstat; created_ms stays NaN
  birth,  // created_ms too, where the file system tells it
};
Result<FileStatus> handle_status(const Handle& handle, Detail detail = Detail::plain);
// Of the name itself, a link is a link.
Result<FileStatus> entry_status(const Handle& directory, const char* name, Detail detail = Detail::plain);
// Whether a directory was removed while it was held; false where that is not certain.
bool directory_is_gone(const Handle& directory);
// Whether what was asked about a held directory says that it is not there any more: ESTALE of file servers.
bool means_gone(SysError error);
Result<MountFacts> handle_mount(const Handle& handle);
Result<int64_t> handle_file_system(const Handle& handle);                  // MountFacts::magic alone
Result<std::string> link_read(const Handle& directory, const char* name);  // EINVAL: not a link
// Whether the system forbids to follow this link as the last name of a path, whoever may read it
// (protected_symlinks in proc(5): links of strangers in sticky directories that anyone may write).
Result<bool> link_refused(const Handle& directory, const char* name);
struct DirectoryItem {
  std::string name;  // bytes, never "." or ".."
};
// Needs OpenMode::directory; rewinds first. The position belongs to the open directory: a handle that other
// threads may list too (a root's) must be opened anew through "." before.
Result<std::vector<DirectoryItem>> directory_read(const Handle& directory);
int64_t clock_now_ns();  // the clock that file times are taken from, CLOCK_REALTIME

// --- bytes
// ---------------------------------------------------------------------------------------------------------------
// One read, EINTR retried; 0 is the end.
// Whether an open file ends at `end` for those who serve it as well: ESTALE where they have more.
SysError content_end_check(const Handle& handle, uint64_t end);
Result<size_t> handle_read(const Handle& handle, void* buffer, size_t size);
Result<size_t> handle_read_at(const Handle& handle, void* buffer, size_t size, uint64_t offset);
// Loops over short writes and EINTR; a write of 0 bytes is EIO.
SysError handle_write_all(const Handle& handle, const void* data, size_t size);
SysError handle_truncate(const Handle& handle, uint64_t size);
SysError handle_sync(const Handle& handle);         // F_FULLFSYNC on macOS, FlushFileBuffers on Windows
void handle_start_writeback(const Handle& handle);  // sync_file_range where it exists; a hint, so no result

// --- names
// ---------------------------------------------------------------------------------------------------------------
enum class RenameMode : uint8_t { replace, no_replace, exchange };
SysError entry_rename(const Handle& from, const char* from_name, const Handle& to, const char* to_name,
                      RenameMode mode);
// Whether a file in this directory can be replaced only while nobody has it open, us included. Never on
// POSIX.
bool rename_needs_closed_target(const Handle& directory);
SysError entry_link(const Handle& from, const char* from_name, const Handle& to, const char* to_name);
// Gives a file of nameless_open its name; never replaces (EEXIST). kUndecided: it cannot be given one here.
SysError nameless_link(const Handle& file, const Handle& directory, const char* name);
SysError entry_remove(const Handle& directory, const char* name, bool is_directory);
SysError directory_make(const Handle& parent, const char* name, uint32_t mode);

// --- metadata, locks, process
// --------------------------------------------------------------------------------------------
SysError mode_set(const Handle& handle, uint32_t mode);
SysError owner_set(const Handle& handle, uint32_t uid, uint32_t gid);
// Copies extended attributes, ACLs among them, but not what speaks of the content. False in the result: not
// all could be kept.
Result<bool> attributes_copy(const Handle& from, const Handle& to);
// One extended attribute of a file. ENODATA: it has none of this name; ERANGE: of more than `max_size` bytes.
Result<std::string> attribute_get(const Handle& handle, const char* name, size_t max_size);
SysError attribute_set(const Handle& handle, const char* name, const std::string& value);
SysError attribute_remove(const Handle& handle, const char* name);
// 0666 & ~umask, or 0666 where the new file inherited a default ACL (the umask does not apply then, acl(5)).
uint32_t default_file_mode(const Handle& new_file);
uint32_t default_directory_mode();                        // 0777 & ~umask
SysError lock_try(const Handle& handle, bool exclusive);  // flock; EWOULDBLOCK: somebody holds it
// Around the moment in which the lock of a file is let go so that the file can be replaced
// (rename_needs_closed_target): while one lives, lock_try answers EWOULDBLOCK for that file to everybody else
// on this host. Belongs to the thread that made it. Waits for another one of the same file, a second at most.
class ReplaceGate {
 public:
  explicit ReplaceGate(const FileStatus& file);
  ReplaceGate(const ReplaceGate&) = delete;
  ReplaceGate& operator=(const ReplaceGate&) = delete;
  ~ReplaceGate();

 private:
  Handle gate_;
};
// Waits for it, in the kernel. EINTR: Thread::interrupt was called.
SysError lock_wait(const Handle& handle, bool exclusive);
void lock_release(const Handle& handle);
// An exclusive lock of the other kind on the whole file, given up with the handle (F_OFD_SETLK in fcntl(2)).
// EAGAIN: the file system takes somebody's flock for the same. ENOTSUP: there is no such kind here.
SysError record_lock_try(const Handle& handle);
bool random_fill(void* buffer, size_t size);
void* host_symbol(const char* name);  // a symbol that the host process exports, or nullptr
struct DescriptorFacts {
  int64_t soft_limit = -1;  // -1: none or unknown
  int64_t open = -1;
};
DescriptorFacts descriptor_facts();

// A thread of our own. std::thread would end the whole process where no thread can be had (EAGAIN: a cgroup's
// pids.max) because nothing here throws. Every signal is blocked in it, so that handlers of the host run on
// the host's threads and a write above RLIMIT_FSIZE is EFBIG.
class Thread {
 public:
  // `name`, at most 15 bytes, is what ps(1) and top(1) show.
  static Result<Thread> start(std::function<void()> body, const char* name);
  void join();  // exactly once
  // Makes a system call return EINTR in which the thread waits now; one that it makes a moment later is not
  // affected. Only of threads whose body called accept_interrupts. Before join.
  void interrupt();
  static SysError accept_interrupts();  // EAGAIN: there is no free signal for it

 private:
  uintptr_t raw_ = 0;
};

// While one lives, the calling thread's long reads (between the pieces of a file) and waits (for a lease on a
// file) look at `requested` and end early. Threads without one are never interrupted: a commit must stop only
// where it knows that it may. The innermost counts.
class Interruption {
 public:
  explicit Interruption(const std::function<bool()>& requested);  // outlives this
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();
  static bool requested();

 private:
  const std::function<bool()>* before_;
};

}  // namespace ploke
