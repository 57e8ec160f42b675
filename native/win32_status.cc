// What a failure of Windows is in terms of errno.
#include <cerrno>

#include "win32.h"

namespace ploke {
namespace {

struct Meaning {
  uint32_t status;
  int32_t code;
};

// NTSTATUS: [MS-ERREF] 2.3.1 has the values. What is not here goes through RtlNtStatusToDosError.
constexpr Meaning kStatuses[] = {
    {0xC0000001, EIO},           // UNSUCCESSFUL
    {0xC0000002, ENOSYS},        // NOT_IMPLEMENTED
    {0xC0000003, ENOTSUP},       // INVALID_INFO_CLASS
    {0xC0000008, EBADF},         // INVALID_HANDLE
    {0xC000000D, EINVAL},        // INVALID_PARAMETER
    {0xC000000E, ENXIO},         // NO_SUCH_DEVICE
    {0xC000000F, ENOENT},        // NO_SUCH_FILE
    {0xC0000010, ENOTSUP},       // INVALID_DEVICE_REQUEST
    {0xC0000013, ENXIO},         // NO_MEDIA_IN_DEVICE
    {0xC0000017, ENOMEM},        // NO_MEMORY
    {0xC0000022, EACCES},        // ACCESS_DENIED
    {0xC0000024, ENOTDIR},       // OBJECT_TYPE_MISMATCH
    {0xC0000032, EIO},           // DISK_CORRUPT_ERROR
    {0xC0000033, EINVAL},        // OBJECT_NAME_INVALID
    {0xC0000034, ENOENT},        // OBJECT_NAME_NOT_FOUND
    {0xC0000035, EEXIST},        // OBJECT_NAME_COLLISION
    {0xC0000039, EINVAL},        // OBJECT_PATH_INVALID
    {0xC000003A, ENOENT},        // OBJECT_PATH_NOT_FOUND
    {0xC000003B, EINVAL},        // OBJECT_PATH_SYNTAX_BAD
    {0xC000003E, EIO},           // DATA_ERROR
    {0xC000003F, EIO},           // CRC_ERROR
    {0xC0000043, EBUSY},         // SHARING_VIOLATION
    {0xC0000044, ENOSPC},        // QUOTA_EXCEEDED: the CRT has no EDQUOT
    {0xC000004F, ENOTSUP},       // EAS_NOT_SUPPORTED
    {0xC0000054, EBUSY},         // FILE_LOCK_CONFLICT
    {0xC0000055, EWOULDBLOCK},   // LOCK_NOT_GRANTED
    {0xC0000056, ENOENT},        // DELETE_PENDING: the name is given up, although not yet free
    {0xC0000061, EPERM},         // PRIVILEGE_NOT_HELD
    {0xC000007F, ENOSPC},        // DISK_FULL
    {0xC000009A, ENOMEM},        // INSUFFICIENT_RESOURCES
    {0xC000009C, EIO},           // DEVICE_DATA_ERROR
    {0xC000009D, EIO},           // DEVICE_NOT_CONNECTED
    {0xC00000A1, ENOMEM},        // WORKING_SET_QUOTA
    {0xC00000A2, EROFS},         // MEDIA_WRITE_PROTECTED
    {0xC00000A3, EIO},           // DEVICE_NOT_READY
    {0xC00000B5, ETIMEDOUT},     // IO_TIMEOUT
    {0xC00000BA, EISDIR},        // FILE_IS_A_DIRECTORY
    {0xC00000BB, ENOTSUP},       // NOT_SUPPORTED
    {0xC00000BC, EIO},           // REMOTE_NOT_LISTENING
    {0xC00000BE, ENOENT},        // BAD_NETWORK_PATH
    {0xC00000BF, EIO},           // NETWORK_BUSY
    {0xC00000C4, EIO},           // UNEXPECTED_NETWORK_ERROR
    {0xC00000C9, ENOENT},        // NETWORK_NAME_DELETED
    {0xC00000CA, EACCES},        // NETWORK_ACCESS_DENIED
    {0xC00000CC, ENOENT},        // BAD_NETWORK_NAME
    {0xC00000D4, EXDEV},         // NOT_SAME_DEVICE
    {0xC0000101, ENOTEMPTY},     // DIRECTORY_NOT_EMPTY
    {0xC0000102, EIO},           // FILE_CORRUPT_ERROR
    {0xC0000103, ENOTDIR},       // NOT_A_DIRECTORY
    {0xC0000106, ENAMETOOLONG},  // NAME_TOO_LONG
    {0xC000011F, EMFILE},        // TOO_MANY_OPENED_FILES
    {0xC0000120, ECANCELED},     // CANCELLED
    {0xC0000121, EACCES},        // CANNOT_DELETE: read-only, or a running program
    {0xC0000123, ENOENT},        // FILE_DELETED
    {0xC0000128, EBADF},         // FILE_CLOSED
    {0xC000014B, EPIPE},         // PIPE_BROKEN
    {0xC000020C, EIO},           // CONNECTION_DISCONNECTED
    {0xC0000243, EACCES},        // USER_MAPPED_FILE: cannot be cut while somebody maps it
    {0xC0000257, EIO},           // PATH_NOT_COVERED
    {0xC0000265, EMLINK},        // TOO_MANY_LINKS
    {0xC0000275, EINVAL},        // NOT_A_REPARSE_POINT
    {0xC0000276, EINVAL},        // IO_REPARSE_TAG_INVALID
    {0xC0000277, EINVAL},        // IO_REPARSE_TAG_MISMATCH
    {0xC0000278, EINVAL},        // IO_REPARSE_DATA_INVALID
    {0xC0000279, ENOTSUP},       // IO_REPARSE_TAG_NOT_HANDLED
    {0xC0000280, ELOOP},         // REPARSE_POINT_NOT_RESOLVED
    {0xC00002CA, EACCES},        // FILE_ENCRYPTED
    {0xC00002CE, EIO},           // DEVICE_REMOVED
    {0xC000035C, EIO},           // NETWORK_SESSION_EXPIRED
    {0xC0000904, EFBIG},         // FILE_TOO_LARGE of FAT
    {0xC000050B, ELOOP},         // REPARSE_POINT_ENCOUNTERED
    {0xC000CF0B, EACCES},        // CLOUD_FILE_ACCESS_DENIED
    {0xC000CF15, ETIMEDOUT},     // CLOUD_FILE_REQUEST_TIMEOUT
};

// Win32 error codes (winerror.h, [MS-ERREF] 2.2), for the few functions that give only those, and for what
// the table above does not have.
int32_t of_win32(DWORD error) {
  switch (error) {
    case ERROR_SUCCESS:
      return 0;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_INVALID_DRIVE:
    case ERROR_DELETE_PENDING:
      return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_NETWORK_ACCESS_DENIED:
    case ERROR_CANT_ACCESS_FILE:
      return EACCES;
    case ERROR_PRIVILEGE_NOT_HELD:
    case ERROR_INVALID_OWNER:
      return EPERM;
    case ERROR_INVALID_HANDLE:
      return EBADF;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
      return ENOMEM;
    case ERROR_TOO_MANY_OPEN_FILES:
      return EMFILE;
    case ERROR_WRITE_PROTECT:
      return EROFS;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_BUSY:
    case ERROR_PATH_BUSY:
      return EBUSY;
    case ERROR_NOT_SUPPORTED:
    case ERROR_INVALID_FUNCTION:
    case ERROR_CALL_NOT_IMPLEMENTED:
      return ENOTSUP;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return EEXIST;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case 1295:  // ERROR_DISK_QUOTA_EXCEEDED, not in every SDK
    case ERROR_NOT_ENOUGH_QUOTA:
      return ENOSPC;
    case ERROR_DIR_NOT_EMPTY:
      return ENOTEMPTY;
    case ERROR_DIRECTORY:
      return ENOTDIR;
    case ERROR_NOT_SAME_DEVICE:
      return EXDEV;
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_BUFFER_OVERFLOW:
      return ENAMETOOLONG;
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_PARAMETER:
    case ERROR_NOT_A_REPARSE_POINT:
      return EINVAL;
    case ERROR_OPERATION_ABORTED:
    case ERROR_CANCELLED:
      return ECANCELED;
    case ERROR_SEM_TIMEOUT:
      return ETIMEDOUT;
    case ERROR_TOO_MANY_LINKS:
      return EMLINK;
    case ERROR_FILE_TOO_LARGE:
      return EFBIG;
    case ERROR_BROKEN_PIPE:
      return EPIPE;
    case ERROR_DEV_NOT_EXIST:
      return ENXIO;
    case 681:  // ERROR_STOPPED_ON_SYMLINK, not in every SDK
      return ELOOP;
    default:
      // As libuv's UV_UNKNOWN: something failed, and nothing is known of it.
      return EIO;
  }
}

}  // namespace

int32_t errno_of_status(NTSTATUS status) {
  const auto value = static_cast<uint32_t>(status);
  for (const Meaning& meaning : kStatuses) {
    if (meaning.status == value) return meaning.code;
  }
  using Convert = ULONG(NTAPI*)(NTSTATUS);
  static const auto convert = native_function_as<Convert>("RtlNtStatusToDosErrorNoTeb");
  return convert == nullptr ? EIO : errno_of_win32(convert(status));
}

int32_t errno_of_win32(DWORD error) {
  const int32_t code = of_win32(error);
  return code == 0 ? EIO : code;  // a failure that calls itself a success
}

const char* const* call_names() {
  static constexpr const char* kNames[] = {
      "",
      "NtCreateFile",                  // open
      "NtCreateFile",                  // openat
      "openat2",                       // which there is not
      "NtQueryInformationFile",        // fstat
      "NtQueryInformationFile",        // fstatat
      "NtQueryInformationFile",        // statx
      "NtQueryVolumeInformationFile",  // statfs
      "ReadFile",                      // read
      "ReadFile",                      // pread
      "WriteFile",                     // write
      "FSCTL_GET_REPARSE_POINT",       // readlinkat
      "NtQueryDirectoryFile",          // getdents
      "NtSetInformationFile",          // renameat2
      "NtSetInformationFile",          // linkat
      "NtSetInformationFile",          // unlinkat
      "NtCreateFile",                  // mkdirat
      "FlushFileBuffers",              // fsync
      "FlushFileBuffers",              // fdatasync
      "NtSetInformationFile",          // ftruncate
      "NtSetInformationFile",          // fchmod
      "NtSetSecurityObject",           // fchown
      "NtQueryEaFile",                 // fgetxattr
      "NtSetEaFile",                   // fsetxattr
      "LockFileEx",                    // flock
      "ProcessPrng",                   // getrandom
      "malloc",
      "_beginthreadex",  // pthread_create
  };
  static_assert(sizeof(kNames) / sizeof(kNames[0]) == static_cast<size_t>(Call::count_),
                "a name for each call");
  return kNames;
}

}  // namespace ploke
