#include "directories.h"

#include <cerrno>
#include <string>

namespace ploke {
namespace {

constexpr uint32_t kInheritedGroup =
    02000;  // S_ISGID, which a new directory takes over from its parent (inode(7))

}  // namespace

SysError DirectoryCreator::make_last(const Handle& parent, const char* name) {
  if (mode_ < 0) return undurable_.make(parent, name, 0777);
  UndurableDirectories::Made made;
  // Nobody else enters before it has its mode.
  SysError error = undurable_.make(parent, name, 0700, &made);
  if (!error.ok()) return error;
  error = give_mode(parent, name, made.status);
  if (error.ok()) return error;
  // With a mode that nobody asked for it would be in the way of the next try.
  const Result<FileStatus> there = entry_status(parent, name);
  const bool same =
      there.ok() && there.value().device == made.status.device && there.value().inode == made.status.inode;
  if (same && entry_remove(parent, name, true).ok()) undurable_.settled(made.status, made.ticket);
  return error;
}

SysError DirectoryCreator::give_mode(const Handle& parent, const char* name, const FileStatus& made) const {
  const Result<Handle> directory = entry_open(parent, name, OpenMode::directory);
  if (!directory.ok()) return directory.error();
  const Result<FileStatus> status = handle_status(directory.value());
  if (!status.ok()) return status.error();
  // Another directory by now, whose mode is none of our business.
  if (status.value().device != made.device || status.value().inode != made.inode) {
    return SysError{kChanged, Call::fstat};
  }
  const uint32_t mode = static_cast<uint32_t>(mode_) | (status.value().mode & kInheritedGroup);
  return mode == status.value().mode ? SysError{} : mode_set(directory.value(), mode);
}

SysError DirectoryCreator::make(uint8_t root, std::string_view path, bool* created) {
  // A trailing slash is what mkdir(2) makes of it: nothing.
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  if (path.empty()) return parents_ ? SysError{} : SysError{EEXIST, Call::mkdirat};
  const Result<Located> located = resolver_.locate(root, path, LastName::keep, parents_ ? &maker_ : nullptr);
  if (!located.ok()) return located.error();
  const Located& place = located.value();
  const Result<FileStatus> parent = handle_status(*place.parent);
  if (!parent.ok()) return parent.error();
  const SysError reserved = reserved_.check(parent.value(), place.landed_root, place.name);
  if (!reserved.ok()) return reserved;
  const bool refused = durability_ == Durability::strict && !place.parent_syncable;
  const SysError error =
      refused ? SysError{EACCES, Call::fsync} : make_last(*place.parent, place.name.c_str());
  if (error.ok()) *created = true;
  if (error.ok() || !parents_ || (error.code != EEXIST && error.code != EACCES)) return error;
  // There already: fine where it is a directory. The last name is never followed, so a link to one is not.
  const Result<FileStatus> there = entry_status(*place.parent, place.name.c_str());
  if (!there.ok() || there.value().type != EntryType::directory) return error;
  // Stepped into, so that a mount point is refused where mounts are.
  const Result<Handle> directory = resolver_.open(root, path, OpenMode::look_directory, LastName::keep);
  return directory.ok() ? SysError{} : directory.error();
}

DirectoryOutcome DirectoryCreator::create(uint8_t root, std::string_view path) {
  DirectoryOutcome outcome;
  const SysError error = make(root, path, &outcome.created);
  if (!error.ok()) {
    outcome.error = resolver_.judge(root, error);
    return outcome;
  }
  outcome.flags = kCommitted;
  if (durability_ == Durability::none) return outcome;
  // As if it were a name inside: the walk then steps into the directory itself, so that it is settled as
  // well.
  std::string inside(path);
  if (!inside.empty() && inside.back() != '/') inside.push_back('/');
  inside.push_back('x');
  judge_durability(durability_, settler_.settle(root, inside, LastName::keep), &outcome);
  return outcome;
}

}  // namespace ploke
