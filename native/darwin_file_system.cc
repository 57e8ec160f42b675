// What macOS says of a file system. It has no magic numbers: f_type of statfs(2) depends on the order in
// which file systems were loaded. It has names, of which this is the one list that the addon knows; the
// library has its own by name (src/io/file-system-kind.ts).
#include <sys/mount.h>
#include <sys/param.h>

#include <cstring>

#include "posix.h"

namespace ploke {

namespace {

struct NamedFileSystem {
  const char* name;
  int64_t magic;
};

// On-disk formats that Linux knows too have its number (linux/magic.h), so that locks_are_local and
// stamps_are_fine have one table. Any other is 0, which they know nothing of.
constexpr NamedFileSystem kNamed[] = {
    {"apfs", 0x4253584E},   // NX_MAGIC, "NXSB" on disk (Apple File System Reference)
    {"hfs", 0x482B},        // HFSPLUS_SUPER_MAGIC
    {"msdos", 0x4D44},      // MSDOS_SUPER_MAGIC
    {"exfat", 0x2011BAB0},  // EXFAT_SUPER_MAGIC
};

int64_t magic_of(const char* name) {
  for (const NamedFileSystem& named : kNamed) {
    if (std::strncmp(name, named.name, MFSTYPENAMELEN) == 0) return named.magic;
  }
  return 0;
}

Result<struct statfs> file_system_of(const Handle& handle) {
  struct statfs status;
  if (retried([&] { return ::fstatfs(descriptor(handle), &status); }) == -1) return failed(Call::statfs);
  return status;
}

}  // namespace

Result<int64_t> handle_file_system(const Handle& handle) {
  const Result<struct statfs> status = file_system_of(handle);
  if (!status.ok()) return status.error();
  return (status.value().f_flags & MNT_LOCAL) != 0 ? magic_of(status.value().f_fstypename) : 0;
}

Result<MountFacts> handle_mount(const Handle& handle) {
  const Result<struct statfs> found = file_system_of(handle);
  if (!found.ok()) return found.error();
  const struct statfs& status = found.value();
  MountFacts facts;
  // statfs(2): the file system's id, which differs for each mount, also for the two volumes of one system
  // whose device number stat(2) makes the same.
  facts.mount_id = static_cast<uint64_t>(static_cast<uint32_t>(status.f_fsid.val[0])) << 32 |
                   static_cast<uint32_t>(status.f_fsid.val[1]);
  facts.remote = (status.f_flags & MNT_LOCAL) == 0;
  facts.magic = facts.remote ? 0 : magic_of(status.f_fstypename);
  static_assert(sizeof(facts.type) >= MFSTYPENAMELEN, "a name and its NUL fit");
  std::strncpy(facts.type, status.f_fstypename, sizeof(facts.type) - 1);
  return facts;
}

// A link in a sticky directory is followed whoever it belongs to.
Result<bool> link_refused(const Handle&, const char*) { return false; }

}  // namespace ploke
