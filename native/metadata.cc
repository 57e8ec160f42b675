#include "metadata.h"

#include "access_list.h"

namespace ploke {
namespace {

constexpr uint32_t kSetUser = 04000;
constexpr uint32_t kSetGroup = 02000;

// Whether owner and group are now the old ones. fchown(2): only a privileged process may give a file to
// another user; an owner may give it to another group of his.
bool owner_preserve(const FileStatus& old_status, const Handle& new_version, const FileStatus& fresh) {
  if (old_status.uid == fresh.uid && old_status.gid == fresh.gid) return true;
  if (owner_set(new_version, old_status.uid, old_status.gid).ok()) return true;
  if (old_status.uid != fresh.uid && old_status.gid != fresh.gid) {
    // The group alone is worth having: its members keep their access. What comes of it shows in the mode
    // below.
    static_cast<void>(owner_set(new_version, fresh.uid, old_status.gid));
  }
  return false;
}

// The bits that everyone had whichever class he fell into: with another owner or group people change classes.
uint32_t narrowed(uint32_t mode) {
  const uint32_t common = mode >> 6 & mode >> 3 & mode & 7;
  return (mode & 0700) | common << 3 | common;
}

}  // namespace

bool metadata_preserve(const Handle& old_version, const FileStatus& old_status, const Handle& new_version,
                       const FileStatus& fresh, const std::function<void()>& before_mode) {
  bool complete = true;
  uint32_t mode = old_status.mode;
  // Content of ours must not run as somebody else, as write(2) sees to for a file written in place.
  if (old_status.uid != fresh.uid && (mode & (kSetUser | kSetGroup)) != 0) {
    mode &= ~(kSetUser | kSetGroup);
    complete = false;
  }
  // First the owner, since fchown(2) clears set-id bits; then attributes, since setting one takes the right
  // to write, which the final mode may not give (xattr(7)); the mode last, since an access list brings its
  // own.
  const bool owner_kept = owner_preserve(old_status, new_version, fresh);
  if (!owner_kept) complete = false;
  const bool had_list = access_list_present(old_version);
  // A list names people relative to an owner and a group that the file does not have now.
  if (owner_kept || !had_list) {
    const Result<bool> copied = attributes_copy(old_version, new_version);
    if (!copied.ok() || !copied.value()) complete = false;
  }
  if (before_mode) before_mode();
  const bool has_list = access_list_present(new_version);
  if (had_list && !has_list) {
    // It may have kept somebody out by name, who would now be one of the others.
    mode &= 0700;
    complete = false;
  } else if (!owner_kept || has_list != had_list) {
    mode = narrowed(mode);
    complete = false;
  }
  if (!metadata_set_mode(new_version, mode)) complete = false;
  return complete;
}

bool metadata_set_mode(const Handle& file, uint32_t mode) {
  // Judged by what the file has then: the kernel silently leaves out set-group-ID for a group that is not
  // ours (chmod(2)), and a file system without modes has its own idea.
  static_cast<void>(mode_set(file, mode));
  const Result<FileStatus> now = handle_status(file);
  return now.ok() && now.value().mode == mode;
}

}  // namespace ploke
