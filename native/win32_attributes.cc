// Attributes, streams and extended attributes, and what is left of modes.

#include <cerrno>
#include <cstring>
#include <vector>

#include "win32.h"

namespace ploke {
namespace {

constexpr ULONG kKept = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |
                        FILE_ATTRIBUTE_NOT_CONTENT_INDEXED | FILE_ATTRIBUTE_OFFLINE;
// What cannot be given to an open file, or not by setting attributes.
constexpr ULONG kToTell = FILE_ATTRIBUTE_COMPRESSED | FILE_ATTRIBUTE_ENCRYPTED;

// Streams beside the content are small in practice ("Zone.Identifier"); what is more is not copied, and that
// is told.
constexpr size_t kMaxStreamBytes = 1024 * 1024;
constexpr size_t kMaxListBytes = 64 * 1024;

using NtEaFunction = NTSTATUS(NTAPI*)(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, BOOLEAN, PVOID, ULONG, PULONG,
                                      BOOLEAN);
using NtSetEaFunction = NTSTATUS(NTAPI*)(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG);

Result<BasicInformation> basic_of(const Handle& file) {
  BasicInformation basic = {};
  const NTSTATUS status = query(file, kFileBasicInformation, &basic, sizeof(basic));
  if (!succeeded(status)) return failed(status, Call::fstat);
  return basic;
}

// Times of 0 stay as they are.
SysError give(const Handle& file, int64_t created, ULONG attributes) {
  BasicInformation basic = {};
  basic.created = created;
  basic.attributes = attributes == 0 ? FILE_ATTRIBUTE_NORMAL : attributes;
  NTSTATUS status = set(file, kFileBasicInformation, &basic, sizeof(basic));
  if (is(status, kStatusAccessDenied)) {
    // Opened for reading only.
    NativeOpen how;
    how.access = FILE_WRITE_ATTRIBUTES;
    Handle opened;
    status = native_reopen(file, how, &opened);
    if (succeeded(status)) status = set(opened, kFileBasicInformation, &basic, sizeof(basic));
  }
  return succeeded(status) ? SysError{} : failed(status, Call::fchmod);
}

bool compress(const Handle& file) {
  NativeOpen how;
  how.access = FILE_READ_DATA | FILE_WRITE_DATA;
  Handle opened;
  if (!succeeded(native_reopen(file, how, &opened))) return false;
  USHORT format = COMPRESSION_FORMAT_DEFAULT;
  DWORD size = 0;
  return ::DeviceIoControl(native(opened), FSCTL_SET_COMPRESSION, &format, sizeof(format), nullptr, 0, &size,
                           nullptr) != FALSE;
}

bool attributes_keep(const Handle& from, const Handle& to) {
  const Result<BasicInformation> wanted = basic_of(from);
  const Result<BasicInformation> present = basic_of(to);
  if (!wanted.ok() || !present.ok()) return false;
  const ULONG attributes =
      (wanted.value().attributes & kKept) | (present.value().attributes & FILE_ATTRIBUTE_READONLY);
  const bool complete = give(to, wanted.value().created, attributes).ok();
  if ((wanted.value().attributes & ~present.value().attributes & FILE_ATTRIBUTE_COMPRESSED) != 0) {
    static_cast<void>(compress(to));
  }
  const Result<BasicInformation> now = basic_of(to);
  if (!now.ok()) return false;
  const ULONG lost = wanted.value().attributes & ~now.value().attributes & (kToTell | kKept);
  return complete && lost == 0;
}

// One entry of FILE_STREAM_INFORMATION: next, bytes of the name, size, allocation, name.
bool stream_copy(const Handle& from, const Handle& to, std::wstring_view name, int64_t size) {
  if (size > static_cast<int64_t>(kMaxStreamBytes)) return false;
  NativeOpen how;
  how.access = FILE_READ_DATA;
  Handle source, target;
  if (!succeeded(native_open(from, name, how, &source))) return false;
  how.access = FILE_WRITE_DATA;
  how.disposition = FILE_OVERWRITE_IF;
  if (!succeeded(native_open(to, name, how, &target))) return false;
  std::vector<char> bytes(static_cast<size_t>(size) + 1);
  size_t read = 0;
  for (;;) {
    const Result<size_t> count = handle_read(source, bytes.data() + read, bytes.size() - read);
    if (!count.ok() || read + count.value() > static_cast<size_t>(size)) return false;  // or it grows
    if (count.value() == 0) break;
    read += count.value();
  }
  return handle_write_all(target, bytes.data(), read).ok();
}

bool streams_copy(const Handle& from, const Handle& to) {
  std::vector<char> list(4096);
  NTSTATUS status = query(from, kFileStreamInformation, list.data(), list.size());
  if (is(status, kStatusBufferOverflow)) {
    list.resize(kMaxListBytes);
    status = query(from, kFileStreamInformation, list.data(), list.size());
  }
  // FAT and the like have no streams.
  if (is(status, kStatusInvalidParameter) || is(status, kStatusNotSupported) ||
      is(status, kStatusInvalidInfoClass) || is(status, kStatusInvalidDeviceRequest) ||
      is(status, kStatusNotImplemented)) {
    return true;
  }
  if (!succeeded(status)) return is(status, kStatusEndOfFile);
  bool complete = true;
  for (size_t at = 0;;) {
    ULONG next = 0, name_bytes = 0;
    int64_t size = 0;
    std::memcpy(&next, list.data() + at, sizeof(next));
    std::memcpy(&name_bytes, list.data() + at + 4, sizeof(name_bytes));
    std::memcpy(&size, list.data() + at + 8, sizeof(size));
    std::wstring name(name_bytes / sizeof(wchar_t), L'\0');
    std::memcpy(name.data(), list.data() + at + 24, name.size() * sizeof(wchar_t));
    if (!name.empty() && name != L"::$DATA" && !stream_copy(from, to, name, size)) complete = false;
    if (next == 0) return complete;
    at += next;
  }
}

// WSL keeps owner and mode in these.
bool extended_copy(const Handle& from, const Handle& to) {
  ULONG size = 0;
  if (!succeeded(query(from, kFileEaInformation, &size, sizeof(size))) || size == 0) return true;
  static const auto read = native_function_as<NtEaFunction>("NtQueryEaFile");
  static const auto write = native_function_as<NtSetEaFunction>("NtSetEaFile");
  if (read == nullptr || write == nullptr) return false;
  NativeOpen how;
  how.access = FILE_READ_EA;
  Handle source, target;
  if (!succeeded(native_reopen(from, how, &source))) return false;
  how.access = FILE_WRITE_EA;
  if (!succeeded(native_reopen(to, how, &target))) return false;
  std::vector<char> bytes(kMaxListBytes);
  IO_STATUS_BLOCK block = {};
  const NTSTATUS status = read(native(source), &block, bytes.data(), static_cast<ULONG>(bytes.size()), FALSE,
                               nullptr, 0, nullptr, TRUE);
  if (!succeeded(status)) return false;
  const auto length = static_cast<ULONG>(block.Information);
  return succeeded(write(native(target), &block, bytes.data(), length));
}

}  // namespace

SysError mode_set(const Handle& handle, uint32_t mode) {
  const Result<BasicInformation> basic = basic_of(handle);
  if (!basic.ok()) return SysError{basic.error().code, Call::fchmod};
  const ULONG present = basic.value().attributes;
  if ((present & FILE_ATTRIBUTE_DIRECTORY) != 0) return {};  // of a directory it says nothing
  const bool writable = (mode & 0200) != 0;
  if (writable == ((present & FILE_ATTRIBUTE_READONLY) == 0)) return {};
  const ULONG wanted = (present & kKept) | (writable ? 0 : FILE_ATTRIBUTE_READONLY);
  return give(handle, 0, wanted);
}

// There are no numbers for users here; attributes_copy brings the owner.
SysError owner_set(const Handle&, uint32_t, uint32_t) { return SysError{ENOTSUP, Call::fchown}; }

Result<bool> attributes_copy(const Handle& from, const Handle& to) {
  bool complete = security_copy(from, to);
  if (!streams_copy(from, to)) complete = false;
  if (!extended_copy(from, to)) complete = false;
  // After what needs the right to write.
  if (!attributes_keep(from, to)) complete = false;
  return complete;
}

// Extended attributes of NTFS have names in upper case and are not shown by anything: no place for notes to
// be shared.
Result<std::string> attribute_get(const Handle&, const char*, size_t) {
  return SysError{ENOTSUP, Call::fgetxattr};
}
SysError attribute_set(const Handle&, const char*, const std::string&) {
  return SysError{ENOTSUP, Call::fsetxattr};
}
SysError attribute_remove(const Handle&, const char*) { return SysError{ENOTSUP, Call::fsetxattr}; }

uint32_t default_file_mode(const Handle&) { return 0666; }
uint32_t default_directory_mode() { return 0777; }

}  // namespace ploke
