// What a file carries besides its bytes: extended attributes, ACLs, and the mode that a new one gets on
// Linux.
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "origin.h"
#include "posix.h"

namespace ploke {

namespace {

constexpr size_t kUsualListBytes = 256;

// One attribute's value; the size is asked for and may change meanwhile (ERANGE), so it loops.
Result<std::string> attribute_whole(const Handle& handle, const char* name) {
  for (;;) {
    const ssize_t size = ::fgetxattr(descriptor(handle), name, nullptr, 0);
    if (size == -1) return failed(Call::fgetxattr);
    std::string value(static_cast<size_t>(size) + 1, '\0');
    const ssize_t length = ::fgetxattr(descriptor(handle), name, value.data(), value.size());
    if (length == -1 && errno == ERANGE) continue;
    if (length == -1) return failed(Call::fgetxattr);
    value.resize(static_cast<size_t>(length));
    return value;
  }
}

Result<std::vector<std::string>> attribute_names(const Handle& handle) {
  // Most files have none or a few: one call tells them.
  std::string list(kUsualListBytes, '\0');
  for (;;) {
    const ssize_t length = ::flistxattr(descriptor(handle), list.data(), list.size());
    if (length >= 0) {
      list.resize(static_cast<size_t>(length));
      break;
    }
    if (errno != ERANGE) return failed(Call::fgetxattr);
    const ssize_t size = ::flistxattr(descriptor(handle), nullptr, 0);
    if (size == -1) return failed(Call::fgetxattr);
    list.resize(static_cast<size_t>(size) + 1);
  }
  std::vector<std::string> names;
  for (size_t start = 0; start < list.size(); start += names.back().size() + 1)
    names.emplace_back(list.c_str() + start);
  return names;
}

// Values that speak of a file's content. Of these the kernel itself drops or renews some when a file is
// written; the other one says who wrote it.
bool speaks_of_content(const std::string& name) {
  return name == "security.ima" || name == "security.evm" || name == kOriginAttribute;
}

uint32_t process_umask() {
  // umask(2) can only be read by setting it, which other threads would notice; /proc tells it since
  // Linux 4.7.
  const int raw = retried([] { return ::open("/proc/self/status", O_RDONLY | O_CLOEXEC); });
  if (raw != -1) {
    const Handle file(raw);
    char text[4096];
    const Result<size_t> length = handle_read(file, text, sizeof(text) - 1);
    if (length.ok()) {
      text[length.value()] = '\0';
      const char* line = std::strstr(text, "\nUmask:");
      if (line != nullptr) return static_cast<uint32_t>(std::strtoul(line + 7, nullptr, 8)) & 0777u;
    }
  }
  return 0077;  // Without /proc nobody can tell: the strictest that is usual gives nothing away.
}

}  // namespace

Result<std::string> attribute_get(const Handle& handle, const char* name, size_t max_size) {
  std::string value(max_size, '\0');
  const ssize_t length = ::fgetxattr(descriptor(handle), name, value.data(), value.size());
  if (length == -1) return failed(Call::fgetxattr);
  value.resize(static_cast<size_t>(length));
  return value;
}

SysError attribute_set(const Handle& handle, const char* name, const std::string& value) {
  const int answer = ::fsetxattr(descriptor(handle), name, value.data(), value.size(), 0);
  return answer == -1 ? failed(Call::fsetxattr) : SysError{};
}

SysError attribute_remove(const Handle& handle, const char* name) {
  return ::fremovexattr(descriptor(handle), name) == -1 ? failed(Call::fsetxattr) : SysError{};
}

Result<bool> attributes_copy(const Handle& from, const Handle& to) {
  Result<std::vector<std::string>> wanted = attribute_names(from);
  // A file system without attributes has lost none.
  if (!wanted.ok()) return wanted.error().code == ENOTSUP ? Result<bool>(true) : Result<bool>(wanted.error());
  bool complete = true;
  for (const std::string& name : wanted.value()) {
    if (speaks_of_content(name)) continue;
    const Result<std::string> value = attribute_whole(from, name.c_str());
    if (!value.ok()) {
      if (value.error().code != ENODATA) complete = false;  // ENODATA: removed meanwhile, so nothing was lost
      continue;
    }
    // Any write to a file drops its capabilities (capabilities(7)); handing them to new content would be an
    // escalation.
    if (name == "security.capability") {
      complete = false;
      continue;
    }
    const Result<std::string> present = attribute_whole(to, name.c_str());
    if (present.ok() && present.value() == value.value()) continue;
    const std::string& bytes = value.value();
    if (::fsetxattr(descriptor(to), name.c_str(), bytes.data(), bytes.size(), 0) == -1) complete = false;
  }
  // What the new file inherited from its directory (a default ACL) and the old one does not have must go.
  const Result<std::vector<std::string>> present = attribute_names(to);
  if (!present.ok()) return complete;
  for (const std::string& name : present.value()) {
    const bool kept = std::find(wanted.value().begin(), wanted.value().end(), name) != wanted.value().end();
    if (kept || name.rfind("security.", 0) == 0 || speaks_of_content(name)) continue;
    if (::fremovexattr(descriptor(to), name.c_str()) == -1) complete = false;
  }
  return complete;
}

uint32_t default_file_mode(const Handle& new_file) {
  if (::fgetxattr(descriptor(new_file), "system.posix_acl_access", nullptr, 0) > 0) return 0666;
  return 0666 & ~process_umask();
}

uint32_t default_directory_mode() { return 0777 & ~process_umask(); }

}  // namespace ploke
