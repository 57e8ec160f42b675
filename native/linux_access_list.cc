#include <sys/xattr.h>

#include <cstdio>
#include <cstring>

#include "access_list.h"
#include "posix.h"

namespace ploke {

namespace {

// linux/posix_acl_xattr.h and linux/posix_acl.h; all little-endian.
constexpr uint32_t kVersion = 2;
constexpr size_t kHeaderBytes = 4;
constexpr size_t kEntryBytes = 8;  // tag, permissions, id
enum Tag : uint16_t { kUserObject = 0x01, kGroupObject = 0x04, kMask = 0x10, kOther = 0x20 };

uint32_t little_endian(const char* bytes, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

// The permission bits that the list stands for; false where it cannot be understood.
bool list_mode(const std::string& list, uint32_t* mode) {
  if (list.size() < kHeaderBytes || little_endian(list.data(), 4) != kVersion) return false;
  uint32_t user = 0, group = 0, other = 0;
  bool masked = false;
  for (size_t at = kHeaderBytes; at + kEntryBytes <= list.size(); at += kEntryBytes) {
    const uint32_t permissions = little_endian(list.data() + at + 2, 2) & 7;
    switch (little_endian(list.data() + at, 2)) {
      case kUserObject:
        user = permissions;
        break;
      case kGroupObject:
        if (!masked) group = permissions;
        break;
      case kMask:  // stands in the place of the group's bits (acl(5))
        group = permissions;
        masked = true;
        break;
      case kOther:
        other = permissions;
        break;
      default:
        break;
    }
  }
  *mode = user << 6 | group << 3 | other;
  return true;
}

}  // namespace

bool access_list_present(const Handle& file) {
  return ::fgetxattr(descriptor(file), "system.posix_acl_access", nullptr, 0) > 0;
}

// Made with 0600, which the mask of an inherited list is held to (acl(5)).
void access_narrow(const Handle&, const char*, const Handle&) {}

uint32_t inherited_file_mode(const Handle& directory, const Handle& new_file) {
  constexpr const char* kName = "system.posix_acl_default";
  // By the descriptor's path where the directory was opened with O_PATH: fgetxattr(2) refuses that (EBADF,
  // open(2)).
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor(directory));
  std::string list;
  ssize_t size = ::fgetxattr(descriptor(directory), kName, nullptr, 0);
  const bool by_path = size == -1 && errno == EBADF;
  if (by_path) size = ::getxattr(path, kName, nullptr, 0);
  if (size <= 0) return default_file_mode(new_file);
  list.resize(static_cast<size_t>(size));
  size = by_path ? ::getxattr(path, kName, list.data(), list.size())
                 : ::fgetxattr(descriptor(directory), kName, list.data(), list.size());
  list.resize(size < 0 ? 0 : static_cast<size_t>(size));
  uint32_t mode = 0;
  // A list that changed this moment or that nobody understands gives nothing away.
  return list_mode(list, &mode) ? mode & 0666u : 0600u;
}

}  // namespace ploke
