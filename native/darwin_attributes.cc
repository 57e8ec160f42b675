// What a file carries besides its bytes on macOS: extended attributes, flags, an access control list, and the
// mode that a new one gets.
//
// Not by fcopyfile(3): with COPYFILE_ACL it keeps the entries that the new file inherited and leaves out
// those that the old one had inherited, and COPYFILE_XATTR takes over what speaks of the old content.
#include <fcntl.h>
#include <limits.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

#include "access_list.h"
#include "origin.h"
#include "posix.h"

// sys/xattr.h, getxattr(2). Not included: compilers that make this for macOS elsewhere come without it.
// Position and options are 0 for anything but parts of a resource fork.
extern "C" {
ssize_t fgetxattr(int descriptor, const char* name, void* value, size_t size, uint32_t position, int options);
int fsetxattr(int descriptor, const char* name, const void* value, size_t size, uint32_t position,
              int options);
int fremovexattr(int descriptor, const char* name, int options);
ssize_t flistxattr(int descriptor, char* names, size_t size, int options);
}

namespace ploke {

namespace {

// chflags(2). Flags that forbid a change are left out: a file that has one cannot be replaced (EPERM), and
// the new version could not be given its name.
constexpr uint32_t kCopiedFlags = UF_NODUMP | UF_OPAQUE | UF_HIDDEN;
// How the content is kept, whether it was backed up, and whether somebody tracks the document (sys/stat.h).
constexpr uint32_t kContentFlags = UF_COMPRESSED | UF_TRACKED | SF_ARCHIVED | 0x40000000 /* SF_DATALESS */;

// ENOATTR is another number than ENODATA here, which the rest is written for.
SysError attribute_failed(Call call) { return SysError{errno == ENOATTR ? ENODATA : errno, call}; }

Result<std::string> attribute_whole(const Handle& handle, const char* name) {
  for (;;) {
    const ssize_t size = ::fgetxattr(descriptor(handle), name, nullptr, 0, 0, 0);
    if (size == -1) return attribute_failed(Call::fgetxattr);
    std::string value(static_cast<size_t>(size) + 1, '\0');
    const ssize_t length = ::fgetxattr(descriptor(handle), name, value.data(), value.size(), 0, 0);
    if (length == -1 && errno == ERANGE) continue;  // it has grown
    if (length == -1) return attribute_failed(Call::fgetxattr);
    value.resize(static_cast<size_t>(length));
    return value;
  }
}

// Attributes that the system keeps to itself (how a file is compressed, its access control list) are not
// listed (getxattr(2), XATTR_SHOWCOMPRESSION).
Result<std::vector<std::string>> attribute_names(const Handle& handle) {
  std::string list;
  for (;;) {
    const ssize_t size = ::flistxattr(descriptor(handle), nullptr, 0, 0);
    if (size == -1) return attribute_failed(Call::fgetxattr);
    if (size == 0) return std::vector<std::string>();
    list.resize(static_cast<size_t>(size));
    const ssize_t length = ::flistxattr(descriptor(handle), list.data(), list.size(), 0);
    if (length == -1 && errno == ERANGE) continue;
    if (length == -1) return attribute_failed(Call::fgetxattr);
    list.resize(static_cast<size_t>(length));
    break;
  }
  std::vector<std::string> names;
  for (size_t start = 0; start < list.size(); start += names.back().size() + 1)
    names.emplace_back(list.c_str() + start);
  return names;
}

// Values that say who wrote a file. The system gives com.apple.provenance to what a program writes by itself,
// since macOS 13, and takes no other.
bool speaks_of_content(const std::string& name) {
  return name == kOriginAttribute || name == "com.apple.provenance";
}

bool attributes_keep(const Handle& from, const Handle& to, const std::vector<std::string>& wanted) {
  bool complete = true;
  for (const std::string& name : wanted) {
    if (speaks_of_content(name)) continue;
    const Result<std::string> value = attribute_whole(from, name.c_str());
    if (!value.ok()) {
      if (value.error().code != ENODATA) complete = false;  // ENODATA: removed meanwhile, so nothing was lost
      continue;
    }
    const Result<std::string> present = attribute_whole(to, name.c_str());
    if (present.ok() && present.value() == value.value()) continue;
    const std::string& bytes = value.value();
    if (::fsetxattr(descriptor(to), name.c_str(), bytes.data(), bytes.size(), 0, 0) == -1) complete = false;
  }
  // What the new file was given when it was made and the old one does not have must go, but for the mark that
  // says where it came from (com.apple.quarantine): that is the system's to put on what a program writes.
  const Result<std::vector<std::string>> present = attribute_names(to);
  if (!present.ok()) return complete;
  for (const std::string& name : present.value()) {
    const bool kept = std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    if (kept || speaks_of_content(name) || name == "com.apple.quarantine") continue;
    if (::fremovexattr(descriptor(to), name.c_str(), 0) == -1 && errno != ENOATTR) complete = false;
  }
  return complete;
}

bool flags_keep(const Handle& from, const Handle& to) {
  struct stat old_version, new_version;
  if (::fstat(descriptor(from), &old_version) == -1 || ::fstat(descriptor(to), &new_version) == -1) {
    return false;
  }
  const uint32_t wanted = old_version.st_flags & kCopiedFlags;
  const bool complete = (old_version.st_flags & ~(kCopiedFlags | kContentFlags)) == 0;
  if ((new_version.st_flags & kCopiedFlags) == wanted) return complete;
  const uint32_t flags = (new_version.st_flags & ~kCopiedFlags) | wanted;
  return retried([&] { return ::fchflags(descriptor(to), flags); }) == 0 && complete;
}

// chmod(1) takes a list away so. A list without entries would be one all the same.
bool access_list_remove(const Handle& file) {
  const filesec_t security = ::filesec_init();
  if (security == nullptr) return false;
  const bool removed = ::filesec_set_property(security, FILESEC_ACL, _FILESEC_REMOVE_ACL) == 0 &&
                       ::fchmodx_np(descriptor(file), security) == 0;
  ::filesec_free(security);
  return removed;
}

bool access_list_keep(const Handle& from, const Handle& to) {
  if (!access_list_present(from)) return !access_list_present(to) || access_list_remove(to);
  const acl_t list = ::acl_get_fd_np(descriptor(from), ACL_TYPE_EXTENDED);
  if (list == nullptr) return false;  // it has gone meanwhile; whoever changed it has it told
  const bool kept = ::acl_set_fd_np(descriptor(to), list, ACL_TYPE_EXTENDED) == 0;
  ::acl_free(list);
  return kept;
}

// umask(2) can only be read by setting it, which other threads would notice, and no call tells it. A file
// made in the user's own temporary directory has what it leaves of a mode.
uint32_t process_umask() {
  constexpr uint32_t kStrictest = 0077;  // gives nothing away where nobody can tell
  std::string path(PATH_MAX, '\0');
  const size_t length = ::confstr(_CS_DARWIN_USER_TEMP_DIR, path.data(), path.size());
  if (length == 0 || length > path.size()) return kStrictest;
  path.resize(length - 1);  // with its NUL
  uint64_t random[2];
  char name[64];
  if (!random_fill(random, sizeof random)) return kStrictest;
  std::snprintf(name, sizeof name, "/ploke-io-umask-%016llx%016llx",
                static_cast<unsigned long long>(random[0]), static_cast<unsigned long long>(random[1]));
  path.append(name);
  const Handle probe(retried(
      [&] { return ::open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0777); }));
  if (!probe.valid()) return kStrictest;
  static_cast<void>(::unlink(path.c_str()));  // left behind it is empty, and the system tidies up there
  struct stat status;
  if (::fstat(descriptor(probe), &status) == -1) return kStrictest;
  return ~static_cast<uint32_t>(status.st_mode) & 0777u;
}

}  // namespace

Result<std::string> attribute_get(const Handle& handle, const char* name, size_t max_size) {
  std::string value(max_size, '\0');
  const ssize_t length = ::fgetxattr(descriptor(handle), name, value.data(), value.size(), 0, 0);
  if (length == -1) return attribute_failed(Call::fgetxattr);
  value.resize(static_cast<size_t>(length));
  return value;
}

SysError attribute_set(const Handle& handle, const char* name, const std::string& value) {
  const int answer = ::fsetxattr(descriptor(handle), name, value.data(), value.size(), 0, 0);
  return answer == -1 ? attribute_failed(Call::fsetxattr) : SysError{};
}

SysError attribute_remove(const Handle& handle, const char* name) {
  return ::fremovexattr(descriptor(handle), name, 0) == -1 ? attribute_failed(Call::fsetxattr) : SysError{};
}

// The list comes last: it may deny the right to write the others.
Result<bool> attributes_copy(const Handle& from, const Handle& to) {
  const Result<std::vector<std::string>> wanted = attribute_names(from);
  // A file system without attributes has lost none.
  if (!wanted.ok() && wanted.error().code != ENOTSUP) return wanted.error();
  bool complete = !wanted.ok() || attributes_keep(from, to, wanted.value());
  if (!flags_keep(from, to)) complete = false;
  if (!access_list_keep(from, to)) complete = false;
  return complete;
}

uint32_t default_file_mode(const Handle&) { return 0666 & ~process_umask(); }

uint32_t default_directory_mode() { return 0777 & ~process_umask(); }

// What the directory's list gives to the files in it, a new file has from the beginning, whatever its mode.
void access_narrow(const Handle&, const char*, const Handle& new_file) {
  static_cast<void>(access_list_remove(new_file));
}

}  // namespace ploke
