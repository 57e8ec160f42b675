// What kind of volume a handle lies on.
#include "win32.h"

namespace ploke {
namespace {

// FILE_FS_DEVICE_INFORMATION and FILE_FS_ATTRIBUTE_INFORMATION (ntifs.h).
struct DeviceInformation {
  ULONG type, characteristics;
};
constexpr ULONG kRemoteDevice = 0x10;  // FILE_REMOTE_DEVICE
struct AttributeInformation {
  ULONG attributes;
  LONG max_component;
  ULONG name_bytes;
  wchar_t name[32];
};
constexpr ULONG kPosixRename = 0x400;  // FILE_SUPPORTS_POSIX_UNLINK_RENAME

struct Known {
  std::wstring_view name;
  int64_t number;
};
// By the numbers that Linux's statfs(2) has for the same file systems, so that one table tells what each can
// do. Linux has none for ReFS: its name in ASCII.
constexpr Known kFileSystems[] = {
    {L"NTFS", 0x7366746E}, {L"ReFS", 0x52654653}, {L"exFAT", 0x2011BAB0},
    {L"FAT32", 0x4D44},    {L"FAT", 0x4D44},
};
constexpr int64_t kServer = 0xFE534D42;  // SMB2

bool is_remote(const Handle& handle) {
  DeviceInformation device = {};
  const NTSTATUS asked = query_volume(handle, kFileFsDeviceInformation, &device, sizeof(device));
  return succeeded(asked) && (device.characteristics & kRemoteDevice) != 0;
}

SysError attributes_of(const Handle& handle, AttributeInformation* attributes) {
  *attributes = {};
  const NTSTATUS asked = query_volume(handle, kFileFsAttributeInformation, attributes, sizeof(*attributes));
  return succeeded(asked) || is(asked, kStatusBufferOverflow) ? SysError{} : failed(asked, Call::statfs);
}

}  // namespace

Result<int64_t> handle_file_system(const Handle& handle) {
  if (is_remote(handle)) return kServer;
  AttributeInformation attributes;
  const SysError error = attributes_of(handle, &attributes);
  if (!error.ok()) return error;
  const size_t units = attributes.name_bytes / sizeof(wchar_t);
  const size_t room = sizeof(attributes.name) / sizeof(wchar_t);
  const std::wstring_view name(attributes.name, units < room ? units : room);
  for (const Known& known : kFileSystems) {
    if (known.name == name) return known.number;
  }
  return int64_t{0};
}

// A volume that is mounted in a directory is reached through a reparse point, which is a link: it is never
// stepped into by its name. So the device alone tells whether two handles lie on one volume.
Result<MountFacts> handle_mount(const Handle& handle) {
  const Result<int64_t> file_system = handle_file_system(handle);
  if (!file_system.ok()) return file_system.error();
  MountFacts facts;
  facts.magic = file_system.value();
  return facts;
}

// Those without POSIX semantics: FAT, exFAT, servers (SMB has no such request), and Wine, whatever it says of
// itself.
bool rename_needs_closed_target(const Handle& directory) {
  if (on_wine()) return true;
  AttributeInformation attributes;
  if (!attributes_of(directory, &attributes).ok()) return true;
  return (attributes.attributes & kPosixRename) == 0 || is_remote(directory);
}

}  // namespace ploke
