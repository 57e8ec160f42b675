// What the source files for Windows share. Nobody else includes it.
//
// Files are opened, looked at and changed with the native functions of ntdll, because only they take a
// directory handle to begin at (OBJECT_ATTRIBUTES.RootDirectory). Microsoft documents them for user mode and
// for drivers
// ("NtCreateFile", "ZwSetInformationFile", "File System Control Codes"). They are looked up at run time:
// node-gyp links no import library of ntdll.
#pragma once

#include <windows.h>
// After it.
#include <winioctl.h>
#include <winternl.h>

#include <string>
#include <string_view>

#include "platform.h"

namespace ploke {

inline HANDLE native(const Handle& handle) { return reinterpret_cast<HANDLE>(handle.raw()); }

// --- win32_status.cc
// NTSTATUS values (ntstatus.h, which cannot be included beside windows.h) that the code itself acts on.
enum Status : uint32_t {
  kStatusPending = 0x00000103,
  kStatusBufferOverflow = 0x80000005,
  kStatusNoMoreFiles = 0x80000006,
  kStatusNotImplemented = 0xC0000002,
  kStatusInvalidInfoClass = 0xC0000003,
  kStatusInvalidParameter = 0xC000000D,
  kStatusNoSuchFile = 0xC000000F,
  kStatusInvalidDeviceRequest = 0xC0000010,
  kStatusEndOfFile = 0xC0000011,
  kStatusAccessDenied = 0xC0000022,
  kStatusSharingViolation = 0xC0000043,
  kStatusFileLockConflict = 0xC0000054,
  kStatusLockNotGranted = 0xC0000055,
  kStatusDeletePending = 0xC0000056,
  kStatusNotSupported = 0xC00000BB,
  kStatusCancelled = 0xC0000120,
  kStatusCannotDelete = 0xC0000121,
  kStatusFileDeleted = 0xC0000123,
  kStatusNotAReparsePoint = 0xC0000275,
};
inline bool succeeded(NTSTATUS status) { return status >= 0; }
inline bool is(NTSTATUS status, Status which) { return static_cast<uint32_t>(status) == which; }
// The CRT's errno values (those that os.constants.errno has on Windows).
int32_t errno_of_status(NTSTATUS status);
int32_t errno_of_win32(DWORD error);
inline SysError failed(NTSTATUS status, Call call) { return SysError{errno_of_status(status), call}; }
inline SysError failed_win32(Call call) { return SysError{errno_of_win32(::GetLastError()), call}; }

// --- win32_native.cc
// Classes of NtQueryInformationFile and NtSetInformationFile ("FILE_INFORMATION_CLASS" in wdm.h).
enum InformationClass : int {
  kFileBasicInformation = 4,
  kFileStandardInformation = 5,
  kFileInternalInformation = 6,
  kFileEaInformation = 7,
  kFileRenameInformation = 10,
  kFileLinkInformation = 11,
  kFileNamesInformation = 12,
  kFileDispositionInformation = 13,
  kFileAllInformation = 18,
  kFileEndOfFileInformation = 20,
  kFileStreamInformation = 22,
  kFileAttributeTagInformation = 35,
  kFileIdInformation = 59,
  kFileDispositionInformationEx = 64,
  kFileRenameInformationEx = 65,
};
enum VolumeInformationClass : int {
  kFileFsVolumeInformation = 1,
  kFileFsDeviceInformation = 4,
  kFileFsAttributeInformation = 5,
};

struct BasicInformation {
  int64_t created, accessed, written, changed;  // in steps of 100 ns since 1601
  ULONG attributes;
};
struct StandardInformation {
  int64_t allocated, size;
  ULONG link_count;
  BOOLEAN delete_pending, directory;
};
struct AttributeTag {
  ULONG attributes, tag;
};

NTSTATUS query(const Handle& handle, InformationClass which, void* buffer, size_t size);
NTSTATUS query_volume(const Handle& handle, VolumeInformationClass which, void* buffer, size_t size);
NTSTATUS set(const Handle& handle, InformationClass which, void* buffer, size_t size);

// A function of ntdll; nullptr where it has none of this name.
void* native_function(const char* name);
template <class Function>
Function native_function_as(const char* name) {
  return reinterpret_cast<Function>(native_function(name));
}

struct NativeOpen {
  ACCESS_MASK access = FILE_READ_ATTRIBUTES;
  ULONG disposition = FILE_OPEN;
  ULONG options = 0;      // besides FILE_SYNCHRONOUS_IO_NONALERT
  bool as_link = true;    // FILE_OPEN_REPARSE_POINT: a reparse point itself is opened
  bool strictly = false;  // OBJ_DONT_REPARSE: fails rather than follow
};
// `name` is one component in `directory`, already judged; empty: the directory (or file) itself, opened anew.
// All share modes, so that nobody is kept from reading, writing, renaming or deleting what we hold.
NTSTATUS native_open(const Handle& directory, std::wstring_view name, const NativeOpen& how, Handle* opened);
// The same for a whole path in the form of the object manager, "\??\C:\x"; follows reparse points.
NTSTATUS native_open_path(std::wstring_view path, const NativeOpen& how, Handle* opened);
// Opened anew with other rights; `handle` itself stays as it is.
inline NTSTATUS native_reopen(const Handle& handle, const NativeOpen& how, Handle* opened) {
  return native_open(handle, std::wstring_view(), how, opened);
}

bool on_wine();

// --- win32_names.cc
// UTF-8 to UTF-16 and back. A lone surrogate, which a name of NTFS may hold, is the three bytes that UTF-8
// would have for it (WTF-8), which is no valid UTF-8: the layers above treat such a name as one of Linux that
// is not UTF-8. False: the bytes are neither.
bool to_wide(std::string_view bytes, std::wstring* wide);
std::string to_bytes(std::wstring_view wide);
// One component, as a name in a directory. "." becomes the empty name (see native_open). EINVAL for what
// Windows would take for something else than a name: a stream, a device, a wildcard, a name whose end it cuts
// off. ENAMETOOLONG.
SysError component(const char* name, std::wstring* wide);
// Of a path as Windows writes it ("\\?\C:\x", "\\?\UNC\host\share\x") the spelling with '/' and an upper-case
// drive.
std::string path_bytes(std::wstring_view verbatim);

// --- win32_links.cc
enum class Reparse : uint8_t {
  none,     // ordinary, or a kind of storage that the system reads for us (cloud files, deduplication)
  storage,  // the latter
  link,     // stands for another name: a symbolic link, a junction, a mount point, a link of WSL
  special,  // a socket, FIFO or device of WSL, or an AF_UNIX socket
};
Reparse reparse_kind(const AttributeTag& tag);

// --- win32_thread.cc
// A bound for what passes by itself: scanners and indexers hold files open for moments. Waits 1, 2, 4, ... 64
// ms, each up to half longer by chance so that two who wait for each other part, and gives up when a second
// has gone.
class Patience {
 public:
  // Sleeps; false: it is at its end.
  bool wait();

 private:
  uint32_t step_ms_ = 1;
  uint32_t waited_ms_ = 0;
};
// Whether the status may be another's doing that passes.
bool may_pass(NTSTATUS status);

// --- win32_security.cc
// Copies owner, group and access list. False: not all of it; the file is then open to its owner alone unless
// the list could be copied.
bool security_copy(const Handle& from, const Handle& to);

}  // namespace ploke
