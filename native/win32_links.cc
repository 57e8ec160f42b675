// Reparse points: which of them are links, and where those lead ("Reparse Point Tags", [MS-FSCC] 2.1.2).

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "win32.h"

namespace ploke {
namespace {

enum Tag : ULONG {
  kTagMountPoint = 0xA0000003,  // junctions too
  kTagSymbolicLink = 0xA000000C,
  kTagLinuxLink = 0xA000001D,  // IO_REPARSE_TAG_LX_SYMLINK
  kTagUnixSocket = 0x80000023,
  kTagLinuxFifo = 0x80000024,
  kTagLinuxCharacterDevice = 0x80000025,
  kTagLinuxBlockDevice = 0x80000026,
};
constexpr ULONG kNameSurrogate = 0x20000000;    // IsReparseTagNameSurrogate
constexpr size_t kMaxReparseBytes = 16 * 1024;  // MAXIMUM_REPARSE_DATA_BUFFER_SIZE

// REPARSE_DATA_BUFFER in ntifs.h: tag, length, reserved, then four offsets and lengths; symbolic links have
// flags too.
constexpr size_t kNamesAt = 8;
constexpr size_t kFlagsAt = 16;
constexpr size_t kLinkTextAt = 20;
constexpr size_t kMountTextAt = 16;
constexpr ULONG kRelative = 1;  // SYMLINK_FLAG_RELATIVE

template <class T>
T number_at(const std::string& bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

// "\??\C:\x" as everybody else spells it; what begins at the top of the directory's own volume, with its
// volume.
Result<std::string> spelling(std::wstring target, bool relative, const Handle& directory) {
  constexpr std::wstring_view kObjects = L"\\??\\";
  if (!relative && target.compare(0, kObjects.size(), kObjects) == 0) {
    return path_bytes(L"\\\\?\\" + target.substr(kObjects.size()));
  }
  std::string path = to_bytes(target);
  std::replace(path.begin(), path.end(), '\\', '/');
  const bool at_top = path.size() >= 1 && path[0] == '/' && path.substr(0, 2) != "//";
  if (!at_top) return path;
  Result<std::string> here = handle_path(directory);
  if (!here.ok()) return here.error();
  std::string base(path_root(here.value()));
  if (!base.empty() && base.back() == '/') base.pop_back();
  return base + path;
}

}  // namespace

Reparse reparse_kind(const AttributeTag& tag) {
  if ((tag.attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) return Reparse::none;
  switch (tag.tag) {
    case kTagUnixSocket:
    case kTagLinuxFifo:
    case kTagLinuxCharacterDevice:
    case kTagLinuxBlockDevice:
      return Reparse::special;
    default:
      return (tag.tag & kNameSurrogate) != 0 ? Reparse::link : Reparse::storage;
  }
}

// kSymlinkDenied: a link whose target is not told in terms of Windows (those of WSL) or to us.
Result<std::string> link_read(const Handle& directory, const char* name) {
  const Result<Handle> link = entry_open(directory, name, OpenMode::look);
  if (!link.ok()) return SysError{link.error().code, Call::readlinkat};
  AttributeTag tag = {};
  const NTSTATUS asked = query(link.value(), kFileAttributeTagInformation, &tag, sizeof(tag));
  if (!succeeded(asked) || reparse_kind(tag) != Reparse::link) return SysError{EINVAL, Call::readlinkat};
  const bool is_link = tag.tag == kTagSymbolicLink;
  if (!is_link && tag.tag != kTagMountPoint) return SysError{kSymlinkDenied, Call::readlinkat};
  std::string data(kMaxReparseBytes, '\0');
  DWORD size = 0;
  if (!::DeviceIoControl(native(link.value()), FSCTL_GET_REPARSE_POINT, nullptr, 0, data.data(),
                         static_cast<DWORD>(data.size()), &size, nullptr)) {
    return failed_win32(Call::readlinkat);
  }
  const size_t text_at = is_link ? kLinkTextAt : kMountTextAt;
  // Replaced meanwhile by another kind, or no such structure.
  if (size < text_at || number_at<ULONG>(data, 0) != tag.tag) return SysError{kBusy, Call::readlinkat};
  const size_t begin = text_at + number_at<USHORT>(data, kNamesAt);
  const size_t bytes = number_at<USHORT>(data, kNamesAt + sizeof(USHORT));
  if (begin + bytes > size || bytes % sizeof(wchar_t) != 0) return SysError{EIO, Call::readlinkat};
  std::wstring target(bytes / sizeof(wchar_t), L'\0');
  std::memcpy(target.data(), data.data() + begin, bytes);
  const bool relative = is_link && (number_at<ULONG>(data, kFlagsAt) & kRelative) != 0;
  return spelling(std::move(target), relative, directory);
}

Result<bool> link_refused(const Handle&, const char*) { return false; }

}  // namespace ploke
