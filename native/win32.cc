// The platform's functions for Windows 10 and later: opening, looking, bytes. See win32.h.
#include "win32.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

namespace ploke {
namespace {

// From 1601, where FILETIME begins, to 1970.
constexpr int64_t kEpoch = 116444736000000000;
constexpr int64_t kTicksPerSecond = 10 * 1000 * 1000;
constexpr DWORD kMaxTransfer = 1u << 30;

constexpr uint32_t kTagBits = FILE_ATTRIBUTE_REPARSE_POINT;

// A FILETIME may lie as far as the year 30828.
int64_t nanoseconds(int64_t ticks) {
  const int64_t since = ticks - kEpoch;
  if (since > INT64_MAX / 100) return INT64_MAX;
  if (since < INT64_MIN / 100) return INT64_MIN;
  return since * 100;
}

// As libuv splits it and Node adds it up, so that the result agrees with fs.Stats to the last digit.
double milliseconds(int64_t ticks) {
  const int64_t since = ticks - kEpoch;
  int64_t seconds = since / kTicksPerSecond;
  int64_t rest = since % kTicksPerSecond;
  if (rest < 0) {
    rest += kTicksPerSecond;
    --seconds;
  }
  return static_cast<double>(seconds) * 1000 + static_cast<double>(rest * 100) / 1e6;
}

// What FILE_ALL_INFORMATION begins with; the name at its end is cut off, which is STATUS_BUFFER_OVERFLOW.
struct AllInformation {
  BasicInformation basic;
  StandardInformation standard;
  uint64_t index;
  ULONG attribute_bytes;
  ACCESS_MASK access;
  int64_t position;
  ULONG mode, alignment;
  ULONG name_bytes;
  wchar_t name[2];
};

struct IdInformation {
  uint64_t volume;
  uint64_t low, high;
};

struct VolumeInformation {
  int64_t created;
  ULONG serial;
  ULONG label_bytes;
  BOOLEAN objects;
  wchar_t label[64];
};

// The volume's serial number, of which Node's fs.Stats shows 32 bits, and the file's number on it. NTFS has
// numbers of 64 bits. ReFS has 128, of which the upper half tells the directory where the file was made and
// the lower one the file in it: both count from a small number, so that the two folded into one are told
// apart as long as neither exceeds 32 bits.
SysError identify(const Handle& handle, uint64_t index, FileStatus* status) {
  IdInformation id = {};
  if (succeeded(query(handle, kFileIdInformation, &id, sizeof(id)))) {
    // Wine loses the volume of a file that is renamed while it is open: there one number stands for all
    // volumes.
    status->device = on_wine() ? 1 : static_cast<uint32_t>(id.volume);
    status->inode = id.low ^ (id.high << 32 | id.high >> 32);
    return {};
  }
  // FAT and servers that know no FileIdInformation.
  VolumeInformation volume = {};
  const NTSTATUS asked = query_volume(handle, kFileFsVolumeInformation, &volume, sizeof(volume));
  if (!succeeded(asked) && !is(asked, kStatusBufferOverflow)) return failed(asked, Call::statfs);
  status->device = on_wine() ? 1 : volume.serial;
  status->inode = index;
  return {};
}

EntryType entry_type(const AttributeTag& tag) {
  switch (reparse_kind(tag)) {
    case Reparse::link:
      return EntryType::symlink;
    case Reparse::special:
      return EntryType::other;
    default:
      break;
  }
  if ((tag.attributes & FILE_ATTRIBUTE_DEVICE) != 0) return EntryType::other;
  return (tag.attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? EntryType::directory : EntryType::file;
}

NativeOpen open_of(OpenMode mode) {
  NativeOpen how;
  switch (mode) {
    case OpenMode::look:
      break;
    case OpenMode::look_directory:
      how.access = FILE_READ_ATTRIBUTES | FILE_TRAVERSE;
      break;
    case OpenMode::directory:
      how.access = FILE_READ_ATTRIBUTES | FILE_TRAVERSE | FILE_LIST_DIRECTORY;
      break;
    case OpenMode::read:
      how.access = FILE_READ_ATTRIBUTES | FILE_READ_DATA;
      break;
    case OpenMode::read_write:
      how.access = FILE_READ_ATTRIBUTES | FILE_READ_DATA | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES;
      how.options = FILE_NON_DIRECTORY_FILE;
      break;
    case OpenMode::write:
      how.access = FILE_READ_ATTRIBUTES | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES;
      how.options = FILE_NON_DIRECTORY_FILE;
      break;
    case OpenMode::create:
      how.access = FILE_READ_ATTRIBUTES | FILE_READ_DATA | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES;
      how.options = FILE_NON_DIRECTORY_FILE;
      how.disposition = FILE_CREATE;
      break;
  }
  return how;
}

bool wants_directory(OpenMode mode) {
  return mode == OpenMode::directory || mode == OpenMode::look_directory;
}

Result<AttributeTag> tag_of(const Handle& handle) {
  AttributeTag tag = {};
  const NTSTATUS status = query(handle, kFileAttributeTagInformation, &tag, sizeof(tag));
  if (succeeded(status)) return tag;
  // File systems without reparse points may not know the class.
  BasicInformation basic = {};
  const NTSTATUS asked = query(handle, kFileBasicInformation, &basic, sizeof(basic));
  if (!succeeded(asked)) return failed(asked, Call::fstat);
  return AttributeTag{basic.attributes & ~kTagBits, 0};
}

// Cloud files and deduplicated ones are read by a filter, which leaves a file alone that was opened as a
// reparse point. Anew without that, and with OBJ_DONT_REPARSE, so that what has become a link meanwhile is
// not followed.
SysError open_storage(const Handle& directory, const std::wstring& name, NativeOpen how, Handle* opened) {
  FileStatus before, after;
  SysError error = identify(*opened, 0, &before);
  if (!error.ok()) return error;
  how.as_link = false;
  how.strictly = true;
  Handle again;
  const NTSTATUS status = native_open(directory, name, how, &again);
  if (!succeeded(status)) return failed(status, Call::openat);
  error = identify(again, 0, &after);
  if (!error.ok()) return error;
  if (before.device != after.device || before.inode != after.inode) return SysError{kBusy, Call::openat};
  *opened = std::move(again);
  return {};
}

Result<size_t> transferred(BOOL done, DWORD count, Call call) {
  if (done) return static_cast<size_t>(count);
  if (::GetLastError() == ERROR_HANDLE_EOF) return size_t{0};
  return failed_win32(call);
}

}  // namespace

void Handle::close() {
  if (raw_ != kNone) ::CloseHandle(reinterpret_cast<HANDLE>(std::exchange(raw_, kNone)));
}

Result<Handle> root_open(const char* path) {
  std::string text(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  const size_t base = path_root(text).size();
  const bool is_drive = text.size() >= 3 && text[1] == ':' && base == 3;
  const bool is_volume = base > 4 && text.substr(0, 4) == "//?/";
  if (!is_drive && !is_volume && (base <= 2 || text.substr(2, 2) == "?/" || text.substr(2, 2) == "./")) {
    return SysError{EINVAL, Call::open};
  }
  std::wstring whole = L"\\??\\";
  std::wstring part;
  if (!is_drive && !is_volume) whole += L"UNC\\";
  const size_t skipped = is_drive ? 0 : is_volume ? 4 : 2;
  if (!to_wide(std::string_view(text).substr(skipped, base - skipped), &part)) {
    return SysError{EINVAL, Call::open};
  }
  std::replace(part.begin(), part.end(), L'/', L'\\');
  whole += part;
  if (whole.back() != L'\\') whole.push_back(L'\\');
  for (size_t at = base; at < text.size();) {
    const size_t begin = text.find_first_not_of('/', at);
    if (begin == std::string::npos) break;
    at = std::min(text.find('/', begin), text.size());
    const SysError refused = component(text.substr(begin, at - begin).c_str(), &part);
    if (!refused.ok()) return SysError{refused.code, Call::open};
    if (part.empty()) continue;
    if (whole.back() != L'\\') whole.push_back(L'\\');
    whole += part;
  }
  NativeOpen how = open_of(OpenMode::directory);
  how.options = FILE_DIRECTORY_FILE;
  how.as_link = false;
  Handle opened;
  NTSTATUS status = native_open_path(whole, how, &opened);
  // A directory that may be entered but not listed is a root all the same: nothing but listing needs more.
  if (is(status, kStatusAccessDenied)) {
    how.access = open_of(OpenMode::look_directory).access;
    status = native_open_path(whole, how, &opened);
  }
  if (!succeeded(status)) return failed(status, Call::open);
  return opened;
}

Result<std::string> path_resolve(const char*) { return SysError{ENOSYS, Call::open}; }

Result<std::string> handle_path(const Handle& handle) {
  std::wstring path(512, L'\0');
  // A volume without a letter has its GUID; some servers cannot normalise.
  for (const DWORD form :
       {DWORD{VOLUME_NAME_DOS}, DWORD{VOLUME_NAME_DOS | FILE_NAME_OPENED}, DWORD{VOLUME_NAME_GUID}}) {
    for (;;) {
      const DWORD length =
          ::GetFinalPathNameByHandleW(native(handle), path.data(), static_cast<DWORD>(path.size()), form);
      if (length == 0) break;
      if (length < path.size()) return path_bytes(std::wstring_view(path).substr(0, length));
      path.resize(length + 1);
    }
  }
  return failed_win32(Call::readlinkat);
}

Result<Handle> entry_open(const Handle& directory, const char* name, OpenMode mode) {
  std::wstring wide;
  const SysError refused = component(name, &wide);
  if (!refused.ok()) return SysError{refused.code, Call::openat};
  const NativeOpen how = open_of(mode);
  Handle opened;
  const NTSTATUS status = native_open(directory, wide, how, &opened);
  if (!succeeded(status)) {
    // The name of a file that somebody still holds cannot be given to another yet.
    if (mode == OpenMode::create && is(status, kStatusDeletePending)) return SysError{EBUSY, Call::openat};
    return failed(status, Call::openat);
  }
  if (mode == OpenMode::create) return opened;
  const Result<AttributeTag> tag = tag_of(opened);
  if (!tag.ok()) return tag.error();
  const Reparse reparse = reparse_kind(tag.value());
  const bool is_directory = (tag.value().attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  if (wants_directory(mode)) {
    if (!is_directory || reparse == Reparse::link) return SysError{ENOTDIR, Call::openat};
  } else if (reparse == Reparse::link && mode != OpenMode::look) {
    return SysError{ELOOP, Call::openat};
  }
  if (reparse == Reparse::storage && mode != OpenMode::look) {
    const SysError error = open_storage(directory, wide, how, &opened);
    if (!error.ok()) return error;
  }
  return opened;
}

Result<Handle> beneath_open(const Handle&, const char*, OpenMode, BeneathOptions) {
  return SysError{kUndecided, Call::openat2};
}
bool beneath_available() { return false; }

Result<Handle> nameless_open(const Handle&) { return SysError{ENOTSUP, Call::openat}; }
bool cannot_be_nameless(SysError) { return true; }
SysError nameless_link(const Handle&, const Handle&, const char*) { return {kUndecided, Call::linkat}; }

Result<Handle> handle_duplicate(const Handle& handle) {
  HANDLE copy = nullptr;
  const HANDLE process = ::GetCurrentProcess();
  if (!::DuplicateHandle(process, native(handle), process, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
    return failed_win32(Call::open);
  }
  return Handle(reinterpret_cast<intptr_t>(copy));
}

Result<FileStatus> handle_status(const Handle& handle, Detail detail) {
  AllInformation all = {};
  const NTSTATUS asked = query(handle, kFileAllInformation, &all, sizeof(all));
  if (!succeeded(asked) && !is(asked, kStatusBufferOverflow)) return failed(asked, Call::fstat);
  AttributeTag tag = {all.basic.attributes, 0};
  if ((tag.attributes & kTagBits) != 0) {
    const Result<AttributeTag> known = tag_of(handle);
    if (!known.ok()) return known.error();
    tag = known.value();
  }
  FileStatus status;
  const SysError error = identify(handle, all.index, &status);
  if (!error.ok()) return error;
  status.type = entry_type(tag);
  if (status.type == EntryType::file) status.size = static_cast<uint64_t>(all.standard.size);
  // FAT has no time of the last change.
  const int64_t changed = all.basic.changed != 0 ? all.basic.changed : all.basic.written;
  status.modified_ns = nanoseconds(all.basic.written);
  status.changed_ns = nanoseconds(changed);
  status.modified_ms = milliseconds(all.basic.written);
  if (detail == Detail::birth && all.basic.created != 0) status.created_ms = milliseconds(all.basic.created);
  // As Node has it: there are no modes, only an attribute that says read-only, and of a directory it means
  // nothing.
  const bool read_only = (all.basic.attributes & FILE_ATTRIBUTE_READONLY) != 0;
  status.mode = status.type == EntryType::directory ? 0777u : read_only ? 0444u : 0666u;
  status.link_count = all.standard.delete_pending ? 0 : all.standard.link_count;
  return status;
}

Result<FileStatus> entry_status(const Handle& directory, const char* name, Detail detail) {
  const Result<Handle> opened = entry_open(directory, name, OpenMode::look);
  if (!opened.ok()) return SysError{opened.error().code, Call::fstatat};
  const Result<FileStatus> status = handle_status(opened.value(), detail);
  // On the way out: whoever holds it keeps the name from being free, but it leads to nothing that lasts.
  if (status.ok() && status.value().link_count == 0 && std::strcmp(name, ".") != 0) {
    return SysError{ENOENT, Call::fstatat};
  }
  return status;
}

bool looks_open_anything() { return true; }

bool directory_is_gone(const Handle& directory) {
  const Result<FileStatus> status = handle_status(directory);
  return status.ok() ? status.value().link_count == 0 : means_gone(status.error());
}

bool means_gone(SysError error) { return error.code == ENOENT; }

Result<size_t> handle_read(const Handle& handle, void* buffer, size_t size) {
  DWORD count = 0;
  const auto wanted = static_cast<DWORD>(std::min<size_t>(size, kMaxTransfer));
  const BOOL done = ::ReadFile(native(handle), buffer, wanted, &count, nullptr);
  return transferred(done, count, Call::read);
}

// Moves the position of the handle, as every read does that Windows waits for ("ReadFile", hFile opened
// without FILE_FLAG_OVERLAPPED): nobody reads one handle in both ways.
Result<size_t> handle_read_at(const Handle& handle, void* buffer, size_t size, uint64_t offset) {
  OVERLAPPED place = {};
  place.Offset = static_cast<DWORD>(offset);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32);
  DWORD count = 0;
  const auto wanted = static_cast<DWORD>(std::min<size_t>(size, kMaxTransfer));
  const BOOL done = ::ReadFile(native(handle), buffer, wanted, &count, &place);
  return transferred(done, count, Call::pread);
}

SysError handle_write_all(const Handle& handle, const void* data, size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min<size_t>(size, kMaxTransfer));
    if (!::WriteFile(native(handle), next, wanted, &count, nullptr)) return failed_win32(Call::write);
    if (count == 0) return SysError{EIO, Call::write};
    next += count;
    size -= count;
  }
  return {};
}

SysError handle_truncate(const Handle& handle, uint64_t size) {
  int64_t end = static_cast<int64_t>(size);
  const NTSTATUS status = set(handle, kFileEndOfFileInformation, &end, sizeof(end));
  return succeeded(status) ? SysError{} : failed(status, Call::ftruncate);
}

// FlushFileBuffers takes a handle that may write. A directory's is opened anew for it, with the right to add
// entries, and so is a file that was opened to be read; where that is refused (EACCES) nothing was flushed,
// and it says so.
SysError handle_sync(const Handle& handle) {
  if (::FlushFileBuffers(native(handle))) return {};
  if (::GetLastError() != ERROR_ACCESS_DENIED) return failed_win32(Call::fsync);
  Handle writable;
  NativeOpen how;
  how.access = FILE_WRITE_DATA;  // of a directory: FILE_ADD_FILE
  NTSTATUS status = native_reopen(handle, how, &writable);
  if (is(status, kStatusAccessDenied)) {
    how.access = FILE_APPEND_DATA;  // of a directory: FILE_ADD_SUBDIRECTORY
    status = native_reopen(handle, how, &writable);
  }
  if (!succeeded(status)) return failed(status, Call::fsync);
  return ::FlushFileBuffers(native(writable)) ? SysError{} : failed_win32(Call::fsync);
}

// FlushFileBuffers has no half of it that only begins.
void handle_start_writeback(const Handle&) {}

// The clock of file times: GetSystemTimePreciseAsFileTime would be ahead of it.
int64_t clock_now_ns() {
  FILETIME now;
  ::GetSystemTimeAsFileTime(&now);
  return nanoseconds(static_cast<int64_t>(now.dwHighDateTime) << 32 | now.dwLowDateTime);
}

// Not known to be needed here.
SysError content_end_check(const Handle&, uint64_t) { return {}; }

}  // namespace ploke
