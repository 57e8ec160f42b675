#include "entry_commit.h"

#include <algorithm>
#include <cerrno>

namespace ploke {
namespace {

ChangeOutcome failure(const TargetSet& targets, const Target& target, SysError error) {
  ChangeOutcome outcome;
  outcome.error = targets.resolver.judge(target.root, error);
  return outcome;
}

SysError ready(const Target& target, const EntryRequest& request) {
  if (!target.error.ok()) return target.error;
  return syncable_check(*target.parent, request.durability);
}

// A name that lasts must not lead to data that does not. `unsynced`: why the data may not last, where that
// is no reason to fail.
SysError sync_source(const Target& from, Durability durability, SysError* unsynced) {
  if (from.status.type != EntryType::file || durability == Durability::none) return {};
  const Result<Handle> file = entry_open(*from.parent->directory, from.name.c_str(), OpenMode::read);
  SysError error = file.error();
  // A link or a socket by now.
  if (error.code == ELOOP || error.code == ENXIO) return SysError{kChanged, error.call};
  if (error.code == ENOENT) return error;
  if (file.ok()) {
    const Result<FileStatus> status = handle_status(file.value());
    if (!status.ok()) return status.error();
    if (status.value().device != from.status.device || status.value().inode != from.status.inode) {
      return SysError{kChanged, Call::fstat};
    }
    error = handle_sync(file.value());
  }
  if (durability == Durability::strict) return error;
  *unsynced = error;
  return {};
}

SysError settle(const TargetSet& targets, const Target& target, const ChangeHost& host) {
  return host.undurable.settle_ancestors(targets.resolver, target.root, target.path, target.last);
}

bool no_such_mode(SysError error) { return error.code == EINVAL || error.code == ENOSYS; }

bool is_entry(const Handle& directory, const char* name, const FileStatus& seen) {
  const Result<FileStatus> now = entry_status(directory, name);
  return now.ok() && now.value().device == seen.device && now.value().inode == seen.inode;
}

bool same_directory(const Handle& one, const Handle& other) {
  const Result<FileStatus> first = handle_status(one);
  const Result<FileStatus> second = handle_status(other);
  return first.ok() && second.ok() && first.value().device == second.value().device &&
         first.value().inode == second.value().inode;
}

// renameat2(2) with RENAME_NOREPLACE where the file system does not know it.
SysError move_to_new(const Handle& from, const Target& source, const Handle& to, const Target& destination,
                     UndurableDirectories* undurable) {
  const char* const from_name = source.name.c_str();
  const char* const to_name = destination.name.c_str();
  if (source.status.type != EntryType::directory) {
    // link(2) never replaces, and makes another name of a link itself (no AT_SYMLINK_FOLLOW).
    SysError error = entry_link(from, from_name, to, to_name);
    if (!error.ok()) return error;
    error = entry_remove(from, from_name, false);
    // A rename that fails leaves nothing behind.
    if (!error.ok() && is_entry(to, to_name, source.status)) {
      static_cast<void>(entry_remove(to, to_name, false));
    }
    return error;
  }
  // A directory has no second name. Between this look and the rename somebody may make an empty directory
  // there, the only thing that renaming a directory replaces (rename(2)).
  const Result<FileStatus> there = entry_status(to, to_name);
  if (there.ok()) return SysError{EEXIST, Call::fstatat};
  if (there.error().code != ENOENT) return there.error();
  return undurable->rename(from, from_name, to, to_name, RenameMode::replace, source.status);
}

bool lists_name(const Handle& directory, const std::string& name) {
  // Anew: the position in the held one belongs to everybody who lists it.
  const Result<Handle> own = entry_open(directory, ".", OpenMode::directory);
  if (!own.ok()) return false;
  const Result<std::vector<DirectoryItem>> items = directory_read(own.value());
  if (!items.ok()) return false;
  const auto is_name = [&](const DirectoryItem& item) { return item.name == name; };
  return std::any_of(items.value().begin(), items.value().end(), is_name);
}

// rename(2): where both names are hard links of one file, it does nothing and calls that a success.
SysError finish_linked_rename(const Target& from, const Target& to) {
  const FileStatus& seen = from.status;
  if (seen.link_count < 2 || to.status.inode != seen.inode || to.status.device != seen.device) return {};
  const Handle& parent = *from.parent->directory;
  const Handle& destination = *to.parent->directory;
  if (!is_entry(parent, from.name.c_str(), seen)) return {};
  // One name, spelt by two paths.
  if (from.name == to.name && same_directory(parent, destination)) return {};
  // Where a directory ignores case both may be one name as well, which is listed in one spelling.
  const bool two_names = lists_name(parent, from.name) && lists_name(destination, to.name);
  return two_names ? entry_remove(parent, from.name.c_str(), false) : SysError{};
}

SysError move(const Target& from, const Target& to, bool replace, UndurableDirectories* undurable) {
  const Handle& source = *from.parent->directory;
  const Handle& destination = *to.parent->directory;
  const char* const from_name = from.name.c_str();
  const char* const to_name = to.name.c_str();
  const RenameMode mode = replace ? RenameMode::replace : RenameMode::no_replace;
  const SysError error = from.status.type == EntryType::directory
                             ? undurable->rename(source, from_name, destination, to_name, mode, from.status)
                             : entry_rename(source, from_name, destination, to_name, mode);
  if (error.ok()) return replace ? finish_linked_rename(from, to) : error;
  return !replace && no_such_mode(error) ? move_to_new(source, from, destination, to, undurable) : error;
}

}  // namespace

ChangeOutcome entry_commit_remove(const TargetSet& targets, const Target& target, const EntryRequest& request,
                                  const ChangeHost& host) {
  SysError error = ready(target, request);
  if (error.ok() && host.cancelled()) error = SysError{ECANCELED, Call::none};
  if (error.ok() && target.status.type == EntryType::missing) error = SysError{ENOENT, Call::unlinkat};
  if (error.ok() && target.status.type == EntryType::directory) error = SysError{EISDIR, Call::unlinkat};
  Sha256 hasher;
  if (error.ok()) error = target_recheck(targets, target, request.expected_hash, Sameness::entry, &hasher);
  if (error.ok()) error = entry_remove(*target.parent->directory, target.name.c_str(), false);
  if (!error.ok()) return failure(targets, target, error);

  ChangeOutcome outcome;
  outcome.flags = kCommitted;
  if (request.durability == Durability::none) return outcome;
  SysError synced = parent_sync(*target.parent);
  if (synced.ok()) synced = settle(targets, target, host);
  judge_durability(request.durability, synced, &outcome);
  return outcome;
}

ChangeOutcome entry_commit_rename(const TargetSet& targets, const Target& from, const Target& to,
                                  bool replace, const EntryRequest& request, const ChangeHost& host) {
  SysError error = ready(to, request);
  if (!error.ok()) return failure(targets, to, error);
  error = ready(from, request);
  if (error.ok() && host.cancelled()) error = SysError{ECANCELED, Call::none};
  if (error.ok() && from.status.type == EntryType::missing) error = SysError{ENOENT, Call::renameat2};
  // rename(2): a new name that ends in a slash is ENOTDIR for anything but a directory.
  if (error.ok() && to.wants_directory && from.status.type != EntryType::directory) {
    error = SysError{ENOTDIR, Call::renameat2};
  }
  SysError unsynced;
  if (error.ok()) error = sync_source(from, request.durability, &unsynced);
  Sha256 hasher;
  if (error.ok()) error = target_recheck(targets, from, request.expected_hash, Sameness::entry, &hasher);
  if (error.ok()) error = move(from, to, replace, &host.undurable);
  if (!error.ok()) return failure(targets, from, error);

  ChangeOutcome outcome;
  outcome.flags = kCommitted;
  if (request.durability == Durability::none) return outcome;
  // The new name first: a cut between the two then leaves the file under both, not under none.
  const bool directory = from.status.type == EntryType::directory;
  const uint64_t ticket = directory ? host.undurable.ticket(from.status) : 0;
  SysError synced = parent_sync(*to.parent);
  if (synced.ok() && from.parent != to.parent) synced = parent_sync(*from.parent);
  if (synced.ok() && directory) host.undurable.settled(from.status, ticket);
  if (synced.ok()) synced = settle(targets, to, host);
  if (synced.ok()) synced = settle(targets, from, host);
  if (synced.ok()) synced = unsynced;
  judge_durability(request.durability, synced, &outcome);
  return outcome;
}

}  // namespace ploke
