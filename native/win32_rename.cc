// Names: listed, made, renamed, linked, removed, each relative to a directory's handle.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "win32.h"

namespace ploke {
namespace {

// FILE_RENAME_INFORMATION and FILE_LINK_INFORMATION (ntifs.h) are alike: flags, or a BOOLEAN in the classes
// without "Ex", the directory, and the name.
struct NameInformation {
  ULONG flags;
  HANDLE directory;
  ULONG name_bytes;
  wchar_t name[256];
};
constexpr size_t kLeastNameInformation = 24;  // sizeof(FILE_RENAME_INFORMATION)
constexpr ULONG kReplaceIfExists = 0x1;
constexpr ULONG kPosixSemantics = 0x2;
constexpr ULONG kIgnoreReadOnly = 0x40;

// FILE_DISPOSITION_INFORMATION_EX.
constexpr ULONG kDelete = 0x1;
constexpr ULONG kDeletePosix = 0x2;
constexpr ULONG kDeleteIgnoringReadOnly = 0x10;

// Whether the class, or a flag of it, is not known here: FAT, exFAT, most servers, Wine, Windows before 1709.
bool is_unknown(NTSTATUS status) {
  return is(status, kStatusInvalidParameter) || is(status, kStatusNotSupported) ||
         is(status, kStatusInvalidInfoClass) || is(status, kStatusInvalidDeviceRequest) ||
         is(status, kStatusNotImplemented);
}

NTSTATUS set_name(const Handle& file, InformationClass which, ULONG flags, const Handle& directory,
                  const std::wstring& name) {
  NameInformation information = {};
  information.flags = flags;
  information.directory = native(directory);
  information.name_bytes = static_cast<ULONG>(name.size() * sizeof(wchar_t));
  std::copy(name.begin(), name.end(), information.name);  // component() has judged its length
  const size_t size = offsetof(NameInformation, name) + information.name_bytes;
  return set(file, which, &information, std::max(size, kLeastNameInformation));
}

bool same_file(const FileStatus& one, const FileStatus& other) {
  return one.type == other.type && one.device == other.device && one.inode == other.inode;
}

// Of a file that the plain classes neither replace nor remove while it is read-only. False: it was not that,
// or may not be changed. `which` is the file whose attribute was changed: what has the name later may be
// another.
bool read_only_set(const Handle& directory, const std::wstring& name, bool read_only, FileStatus* which) {
  NativeOpen how;
  how.access = FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES;
  Handle file;
  if (!succeeded(native_open(directory, name, how, &file))) return false;
  const Result<FileStatus> status = handle_status(file);
  BasicInformation present = {};
  if (!status.ok() || !succeeded(query(file, kFileBasicInformation, &present, sizeof(present)))) return false;
  if (read_only ? !same_file(status.value(), *which) : (present.attributes & FILE_ATTRIBUTE_READONLY) == 0) {
    return false;
  }
  *which = status.value();
  constexpr ULONG kReadOnly = FILE_ATTRIBUTE_READONLY;
  BasicInformation wanted = {};  // times of 0 stay as they are
  wanted.attributes = read_only ? present.attributes | kReadOnly : present.attributes & ~kReadOnly;
  if (wanted.attributes == 0) wanted.attributes = FILE_ATTRIBUTE_NORMAL;
  return succeeded(set(file, kFileBasicInformation, &wanted, sizeof(wanted)));
}

// Does `change` once more without the read-only attribute of the file that is in its way; put back if it
// fails again.
template <class Change>
NTSTATUS without_read_only(NTSTATUS status, const Handle& directory, const std::wstring& name,
                           Change change) {
  FileStatus which;
  if (!read_only_set(directory, name, false, &which)) return status;
  const NTSTATUS again = change();
  if (!succeeded(again)) static_cast<void>(read_only_set(directory, name, true, &which));
  return again;
}

// What a name leads to now, by its own; missing where it cannot be told.
FileStatus look_at(const Handle& directory, const char* name) {
  const Result<FileStatus> status = entry_status(directory, name);
  if (status.ok()) return status.value();
  FileStatus missing;
  missing.type = EntryType::missing;
  return missing;
}

class Rename {
 public:
  Rename(const Handle& from, const std::wstring& from_name, const Handle& to, const std::wstring& to_name,
         const char* to_text, bool replaces)
      : from_(from),
        from_name_(from_name),
        to_(to),
        to_name_(to_name),
        to_text_(to_text),
        replaces_(replaces) {}
  SysError run();

 private:
  SysError open_source();
  SysError judge_directory();
  bool is_forbidden() const;
  NTSTATUS move_plainly();
  NTSTATUS move();
  SysError refused(NTSTATUS status) const;

  const Handle& from_;
  const std::wstring& from_name_;
  const Handle& to_;
  const std::wstring& to_name_;
  const char* const to_text_;
  bool replaces_;
  bool is_directory_ = false;
  Handle source_;
};

SysError Rename::open_source() {
  NativeOpen how;
  how.access = DELETE | FILE_READ_ATTRIBUTES;
  Patience patience;
  NTSTATUS status = native_open(from_, from_name_, how, &source_);
  while (is(status, kStatusSharingViolation) && patience.wait())
    status = native_open(from_, from_name_, how, &source_);
  if (!succeeded(status)) return failed(status, Call::renameat2);
  const Result<FileStatus> seen = handle_status(source_);
  if (!seen.ok()) return SysError{seen.error().code, Call::renameat2};
  is_directory_ = seen.value().type == EntryType::directory;
  return {};
}

// rename(2) of a directory replaces nothing but an empty directory, and what NTFS makes of a file that is in
// the way is not documented: nothing is ever replaced then, except that the empty directory is removed
// before.
SysError Rename::judge_directory() {
  if (!is_directory_ || !replaces_) return {};
  replaces_ = false;
  const FileStatus there = look_at(to_, to_text_);
  if (there.type == EntryType::missing) return {};
  if (there.type != EntryType::directory) return SysError{ENOTDIR, Call::renameat2};
  const Result<FileStatus> own = handle_status(source_);
  if (own.ok() && own.value().device == there.device && own.value().inode == there.inode) return {};
  return entry_remove(to_, to_text_, true);
}

NTSTATUS Rename::move_plainly() {
  const auto move = [this] {
    return set_name(source_, kFileRenameInformation, replaces_ ? 1 : 0, to_, to_name_);
  };
  const NTSTATUS status = move();
  if (!replaces_ || !is(status, kStatusAccessDenied)) return status;
  return without_read_only(status, to_, to_name_, move);
}

NTSTATUS Rename::move() {
  const ULONG flags = kPosixSemantics | (replaces_ ? kReplaceIfExists | kIgnoreReadOnly : 0);
  NTSTATUS status = set_name(source_, kFileRenameInformationEx, flags, to_, to_name_);
  // FILE_RENAME_IGNORE_READONLY_ATTRIBUTE is newer (1809) than the class (1709).
  if (replaces_ && is(status, kStatusInvalidParameter)) {
    status = set_name(source_, kFileRenameInformationEx, kPosixSemantics | kReplaceIfExists, to_, to_name_);
  }
  return is_unknown(status) ? move_plainly() : status;
}

// Whether access is denied for good: for want of the right to add to the directory or to delete what is in
// the way.
bool Rename::is_forbidden() const {
  NativeOpen how;
  how.access = is_directory_ ? FILE_ADD_SUBDIRECTORY : FILE_ADD_FILE;
  Handle opened;
  if (is(native_reopen(to_, how, &opened), kStatusAccessDenied)) return true;
  how.access = DELETE;
  return replaces_ && is(native_open(to_, to_name_, how, &opened), kStatusAccessDenied);
}

// What is left when it was tried for long enough. With every right to it, access is denied because somebody
// has the target open, or something below a directory.
SysError Rename::refused(NTSTATUS status) const {
  if (replaces_ && may_pass(status) && look_at(to_, to_text_).type == EntryType::directory) {
    return SysError{EISDIR, Call::renameat2};
  }
  return is(status, kStatusAccessDenied) ? SysError{EBUSY, Call::renameat2} : failed(status, Call::renameat2);
}

SysError Rename::run() {
  SysError error = open_source();
  if (error.ok()) error = judge_directory();
  if (!error.ok()) return error;
  Patience patience;
  NTSTATUS status = move();
  if (!may_pass(status)) return succeeded(status) ? SysError{} : refused(status);
  // Whoever is waited for may be about to replace the target. His version was never looked at, so it stays.
  const FileStatus before = look_at(to_, to_text_);
  if (replaces_ && before.type == EntryType::directory) return refused(status);
  if (is(status, kStatusAccessDenied) && is_forbidden()) return failed(status, Call::renameat2);
  while (may_pass(status) && patience.wait()) {
    const bool same = same_file(look_at(to_, to_text_), before);
    if (replaces_ && before.type != EntryType::missing && !same) return SysError{EBUSY, Call::renameat2};
    status = move();
  }
  return succeeded(status) ? SysError{} : refused(status);
}

// FILE_NAMES_INFORMATION.
constexpr size_t kNextAt = 0;
constexpr size_t kNameBytesAt = 8;
constexpr size_t kNameAt = 12;
constexpr size_t kListBytes = 32 * 1024;

using NtQueryDirectoryFileFunction = NTSTATUS(NTAPI*)(HANDLE, HANDLE, PVOID, PVOID, PIO_STATUS_BLOCK, PVOID,
                                                      ULONG, int, BOOLEAN, PUNICODE_STRING, BOOLEAN);

template <class T>
T number_at(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Of a file that is to be removed or linked. A directory is told from a link to one by the reparse point.
SysError open_named(const Handle& directory, const char* name, ACCESS_MASK access, Call call, Handle* opened,
                    EntryType* type) {
  std::wstring wide;
  const SysError refused = component(name, &wide);
  if (!refused.ok() || wide.empty()) return SysError{refused.ok() ? EINVAL : refused.code, call};
  NativeOpen how;
  how.access = access | FILE_READ_ATTRIBUTES;
  Patience patience;
  NTSTATUS status = native_open(directory, wide, how, opened);
  while (is(status, kStatusSharingViolation) && patience.wait())
    status = native_open(directory, wide, how, opened);
  if (!succeeded(status)) return failed(status, call);
  const Result<FileStatus> seen = handle_status(*opened);
  if (!seen.ok()) return SysError{seen.error().code, call};
  *type = seen.value().type;
  return {};
}

NTSTATUS remove_opened(const Handle& file) {
  ULONG flags = kDelete | kDeletePosix | kDeleteIgnoringReadOnly;
  NTSTATUS status = set(file, kFileDispositionInformationEx, &flags, sizeof(flags));
  if (is(status, kStatusInvalidParameter)) {
    flags = kDelete | kDeletePosix;  // the last flag came with 1809
    status = set(file, kFileDispositionInformationEx, &flags, sizeof(flags));
  }
  if (!is_unknown(status)) return status;
  BOOLEAN gone = TRUE;
  return set(file, kFileDispositionInformation, &gone, sizeof(gone));
}

}  // namespace

Result<std::vector<DirectoryItem>> directory_read(const Handle& directory) {
  static const auto read = native_function_as<NtQueryDirectoryFileFunction>("NtQueryDirectoryFile");
  if (read == nullptr) return SysError{ENOSYS, Call::getdents};
  std::vector<DirectoryItem> items;
  alignas(8) char buffer[kListBytes];
  for (BOOLEAN restart = TRUE;; restart = FALSE) {
    IO_STATUS_BLOCK block = {};
    const NTSTATUS status = read(native(directory), nullptr, nullptr, nullptr, &block, buffer, sizeof(buffer),
                                 kFileNamesInformation, FALSE, nullptr, restart);
    if (is(status, kStatusNoMoreFiles) || is(status, kStatusNoSuchFile)) return items;
    if (!succeeded(status)) return failed(status, Call::getdents);
    for (size_t at = 0;;) {
      const auto next = number_at<ULONG>(buffer + at + kNextAt);
      std::wstring name(number_at<ULONG>(buffer + at + kNameBytesAt) / sizeof(wchar_t), L'\0');
      std::memcpy(name.data(), buffer + at + kNameAt, name.size() * sizeof(wchar_t));
      if (name != L"." && name != L"..") items.push_back({to_bytes(name)});
      if (next == 0) break;
      at += next;
    }
  }
}

SysError directory_make(const Handle& parent, const char* name, uint32_t) {
  std::wstring wide;
  const SysError refused = component(name, &wide);
  if (!refused.ok() || wide.empty()) return SysError{refused.ok() ? EEXIST : refused.code, Call::mkdirat};
  NativeOpen how;
  how.disposition = FILE_CREATE;
  how.options = FILE_DIRECTORY_FILE;
  Handle made;
  Patience patience;
  NTSTATUS status = native_open(parent, wide, how, &made);
  // The directory that had the name is on the way out.
  while (is(status, kStatusDeletePending) && patience.wait()) status = native_open(parent, wide, how, &made);
  if (is(status, kStatusDeletePending)) return SysError{EBUSY, Call::mkdirat};
  return succeeded(status) ? SysError{} : failed(status, Call::mkdirat);
}

SysError entry_rename(const Handle& from, const char* from_name, const Handle& to, const char* to_name,
                      RenameMode mode) {
  // Nothing of Windows exchanges two names.
  if (mode == RenameMode::exchange) return SysError{EINVAL, Call::renameat2};
  std::wstring source, target;
  SysError refused = component(from_name, &source);
  if (refused.ok()) refused = component(to_name, &target);
  if (refused.ok() && (source.empty() || target.empty())) refused.code = EBUSY;  // "."
  if (!refused.ok()) return SysError{refused.code, Call::renameat2};
  return Rename(from, source, to, target, to_name, mode == RenameMode::replace).run();
}

SysError entry_link(const Handle& from, const char* from_name, const Handle& to, const char* to_name) {
  std::wstring target;
  const SysError refused = component(to_name, &target);
  if (!refused.ok() || target.empty()) return SysError{refused.ok() ? EEXIST : refused.code, Call::linkat};
  Handle file;
  EntryType type = EntryType::missing;
  const SysError error = open_named(from, from_name, FILE_WRITE_ATTRIBUTES, Call::linkat, &file, &type);
  if (!error.ok()) return error;
  if (type == EntryType::directory) return SysError{EPERM, Call::linkat};  // link(2)
  const NTSTATUS status = set_name(file, kFileLinkInformation, 0, to, target);
  return succeeded(status) ? SysError{} : failed(status, Call::linkat);
}

// With POSIX semantics the name is free at once, whoever has the file open; without, when the last handle is
// closed.
SysError entry_remove(const Handle& directory, const char* name, bool is_directory) {
  Handle file;
  EntryType type = EntryType::missing;
  const SysError error = open_named(directory, name, DELETE, Call::unlinkat, &file, &type);
  if (!error.ok()) return error;
  if (is_directory && type != EntryType::directory) return SysError{ENOTDIR, Call::unlinkat};
  if (!is_directory && type == EntryType::directory) return SysError{EISDIR, Call::unlinkat};
  Patience patience;
  NTSTATUS status = remove_opened(file);
  while (is(status, kStatusSharingViolation) && patience.wait()) status = remove_opened(file);
  if (is(status, kStatusCannotDelete)) {
    std::wstring wide;
    static_cast<void>(component(name, &wide));
    status = without_read_only(status, directory, wide, [&] { return remove_opened(file); });
  }
  return succeeded(status) ? SysError{} : failed(status, Call::unlinkat);
}

}  // namespace ploke
