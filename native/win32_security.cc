// Owner and access list of a file ("SECURITY_DESCRIPTOR" in winnt.h), which Windows has in the place of
// modes.
#include <cerrno>
#include <cstring>

#include "access_list.h"
#include "win32.h"

namespace ploke {
namespace {

constexpr uint32_t kStatusBufferTooSmall = 0xC0000023;
constexpr SECURITY_INFORMATION kWanted =
    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

using NtQuerySecurityObjectFunction = NTSTATUS(NTAPI*)(HANDLE, SECURITY_INFORMATION, PVOID, ULONG, PULONG);
using NtSetSecurityObjectFunction = NTSTATUS(NTAPI*)(HANDLE, SECURITY_INFORMATION, PVOID);

// A self-relative descriptor.
struct Descriptor {
  std::string bytes;

  SECURITY_DESCRIPTOR_RELATIVE header() const {
    SECURITY_DESCRIPTOR_RELATIVE value;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }
  // SID in winnt.h: a revision, the count of 32-bit authorities, six more bytes.
  std::string_view sid(DWORD at) const {
    if (at == 0 || at + 8 > bytes.size()) return {};
    return std::string_view(bytes).substr(at, 8 + 4 * static_cast<uint8_t>(bytes[at + 1]));
  }
  // ACL in winnt.h: its size is in the third and fourth byte.
  std::string_view list() const {
    const DWORD at = header().Dacl;
    if (at == 0 || at + 8 > bytes.size()) return {};
    USHORT size;
    std::memcpy(&size, bytes.data() + at + 2, sizeof(size));
    return std::string_view(bytes).substr(at, size);
  }
};

NTSTATUS give(const Handle& file, ACCESS_MASK right, SECURITY_INFORMATION which, Descriptor* descriptor) {
  static const auto function = native_function_as<NtSetSecurityObjectFunction>("NtSetSecurityObject");
  if (function == nullptr) return static_cast<NTSTATUS>(kStatusNotSupported);
  Handle opened;
  NativeOpen how;
  how.access = right;
  const NTSTATUS reopened = native_reopen(file, how, &opened);
  if (!succeeded(reopened)) return reopened;
  return function(native(opened), which, descriptor->bytes.data());
}

SysError descriptor_of(const Handle& file, Descriptor* descriptor) {
  static const auto function = native_function_as<NtQuerySecurityObjectFunction>("NtQuerySecurityObject");
  if (function == nullptr) return SysError{ENOTSUP, Call::fgetxattr};
  Handle opened;
  NativeOpen how;
  how.access = READ_CONTROL;
  NTSTATUS status = native_reopen(file, how, &opened);
  if (!succeeded(status)) return failed(status, Call::fgetxattr);
  ULONG needed = 512;
  do {
    descriptor->bytes.assign(needed, '\0');
    status = function(native(opened), kWanted, descriptor->bytes.data(), needed, &needed);
  } while (static_cast<uint32_t>(status) == kStatusBufferTooSmall && needed > descriptor->bytes.size());
  if (!succeeded(status)) return failed(status, Call::fgetxattr);
  const bool whole = descriptor->bytes.size() >= sizeof(SECURITY_DESCRIPTOR_RELATIVE);
  return whole ? SysError{} : SysError{EIO, Call::fgetxattr};
}

// A protected list with one entry: everything for this one.
Descriptor for_owner_alone(std::string_view sid) {
  constexpr size_t kEntryBytes = 8;  // ACCESS_ALLOWED_ACE without its SID
  ACL list = {};
  list.AclRevision = ACL_REVISION;
  list.AceCount = 1;
  list.AclSize = static_cast<WORD>(sizeof(ACL) + kEntryBytes + sid.size());
  ACE_HEADER entry = {};
  entry.AceType = ACCESS_ALLOWED_ACE_TYPE;
  entry.AceSize = static_cast<WORD>(kEntryBytes + sid.size());
  const ACCESS_MASK everything = FILE_ALL_ACCESS;
  SECURITY_DESCRIPTOR_RELATIVE header = {};
  header.Revision = SECURITY_DESCRIPTOR_REVISION;
  header.Control = SE_SELF_RELATIVE | SE_DACL_PRESENT | SE_DACL_PROTECTED;
  header.Dacl = sizeof(header);
  Descriptor descriptor;
  const auto append = [&](const void* bytes, size_t size) {
    descriptor.bytes.append(static_cast<const char*>(bytes), size);
  };
  append(&header, sizeof(header));
  append(&list, sizeof(list));
  append(&entry, sizeof(entry));
  append(&everything, sizeof(everything));
  append(sid.data(), sid.size());
  return descriptor;
}

bool same_list(const Descriptor& one, const Descriptor& other) {
  constexpr WORD kSpeaks = SE_DACL_PRESENT | SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED;
  return one.list() == other.list() && (one.header().Control & kSpeaks) == (other.header().Control & kSpeaks);
}

}  // namespace

bool security_copy(const Handle& from, const Handle& to) {
  Descriptor wanted, present;
  const bool known = descriptor_of(from, &wanted).ok() && descriptor_of(to, &present).ok();
  if (known && wanted.bytes == present.bytes) return true;
  if (known && same_list(wanted, present) == false) {
    // Without the request the mark that says which entries were inherited is dropped
    // ("SECURITY_DESCRIPTOR_CONTROL").
    SECURITY_DESCRIPTOR_RELATIVE header = wanted.header();
    if ((header.Control & SE_DACL_AUTO_INHERITED) != 0) header.Control |= SE_DACL_AUTO_INHERIT_REQ;
    std::memcpy(wanted.bytes.data(), &header, sizeof(header));
  }
  bool listed = known && same_list(wanted, present);
  if (known && !listed) listed = succeeded(give(to, WRITE_DAC, DACL_SECURITY_INFORMATION, &wanted));
  if (!listed) {
    // What the directory lets new files inherit may let in people whom the old list kept out.
    Descriptor alone =
        for_owner_alone(present.bytes.empty() ? std::string_view() : present.sid(present.header().Owner));
    static_cast<void>(give(to, WRITE_DAC, DACL_SECURITY_INFORMATION, &alone));
    return false;
  }
  const std::string_view owner = wanted.sid(wanted.header().Owner);
  const std::string_view group = wanted.sid(wanted.header().Group);
  SECURITY_INFORMATION differs = 0;
  if (owner != present.sid(present.header().Owner)) differs |= OWNER_SECURITY_INFORMATION;
  if (group != present.sid(present.header().Group)) differs |= GROUP_SECURITY_INFORMATION;
  // Only who has a privilege gives a file to another user.
  return differs == 0 || succeeded(give(to, WRITE_OWNER, differs, &wanted));
}

void access_narrow(const Handle& directory, const char* old_name, const Handle& new_file) {
  const Result<Handle> old_version = entry_open(directory, old_name, OpenMode::look);
  if (old_version.ok()) static_cast<void>(security_copy(old_version.value(), new_file));
}

// The list is no part of the mode here, and is copied or not with the attributes.
bool access_list_present(const Handle&) { return false; }

uint32_t inherited_file_mode(const Handle&, const Handle& new_file) { return default_file_mode(new_file); }

}  // namespace ploke
