#include "lock_scope.h"

namespace ploke {

// The numbers are those of statfs(2) and linux/magic.h, and of darwin_file_system.cc.
bool locks_are_local(int64_t magic) {
  switch (static_cast<uint32_t>(magic)) {
    case 0x0000EF53:  // ext2, ext3, ext4
    case 0x58465342:  // xfs
    case 0x9123683E:  // btrfs
    case 0x01021994:  // tmpfs
    case 0x858458F6:  // ramfs
    case 0xF2F52010:  // f2fs
    case 0x2FC12FC1:  // zfs
    case 0xCA451A4E:  // bcachefs
    case 0x3153464A:  // jfs
    case 0x52654973:  // reiserfs
    case 0x00003434:  // nilfs2
    case 0x7366746E:  // ntfs3, and NTFS on Windows
    case 0x52654653:  // ReFS, see handle_file_system on Windows
    case 0x2011BAB0:  // exfat
    case 0x00004D44:  // vfat
    case 0x0000482B:  // hfsplus
    case 0x4253584E:  // apfs
      return true;
    default:
      return false;
  }
}

}  // namespace ploke
