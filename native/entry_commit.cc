#include "entry_commit.h"

#include <algorithm>
#include <cerrno>

#include "rename_over.h"
#include "replace.h"
#include "stamp.h"
#include "swap.h"
#include "temporary_name.h"

namespace ploke {
namespace {

ChangeOutcome failure(const TargetSet& targets, const Target& target, SysError error,
                      ChangeOutcome outcome = {}) {
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
  const bool over_other = replace && to.status.type == EntryType::file &&
                          from.status.type != EntryType::directory &&
                          identity_of(from.status) != identity_of(to.status);
  const SysError error = from.status.type == EntryType::directory
                             ? undurable->rename(source, from_name, destination, to_name, mode, from.status)
                         : over_other ? rename_over(source, from_name, to)
                                      : entry_rename(source, from_name, destination, to_name, mode);
  if (error.ok()) return replace ? finish_linked_rename(from, to) : error;
  return !replace && no_such_rename(error) ? move_to_new(source, from, destination, to, undurable) : error;
}

// A temporary name in the target's directory for a file that is to be removed: nothing but the expected
// content may be deleted under it.
Result<std::string> removal_name(const Target& target, std::string_view owner, std::string_view hash) {
  uint8_t random[kTemporaryRandomBytes];
  if (!random_fill(random, sizeof random)) return SysError{EIO, Call::getrandom};
  const TemporaryState state =
      target.parent->local_locks ? TemporaryState::written : TemporaryState::not_local;
  std::string name = make_temporary_name(owner, random, state);
  if (state == TemporaryState::not_local) return name;
  return temporary_name_in(name, TemporaryState::swapped, temporary_fields(hash, "", target.name));
}

// Moves a file out of everybody's reach, looks, and removes it or puts it back. kChanged: it was not the
// expected version; what could not be put back is in `outcome`.
SysError remove_verified(const TargetSet& targets, const Target& target, const EntryRequest& request,
                         Sha256* hasher, ChangeOutcome* outcome) {
  const Handle& parent = *target.parent->directory;
  const Result<std::string> temporary = removal_name(target, request.owner, request.expected_hash);
  if (!temporary.ok()) return temporary.error();
  const std::string& away = temporary.value();
  const SysError moved =
      entry_rename(parent, target.name.c_str(), parent, away.c_str(), RenameMode::no_replace);
  if (!moved.ok()) return moved;
  FileStatus status;
  const Result<bool> expected =
      is_expected_version(targets, target, parent, away, request.expected_hash, hasher, &status);
  if (expected.ok() && expected.value()) {
    const SysError removed = entry_remove(parent, away.c_str(), false);
    if (removed.ok()) {
      outcome->flags |= kSwapVerified;
      return {};
    }
    put_back(parent, away, target.name, &outcome->recovered);
    return removed;
  }
  put_back(parent, away, target.name, &outcome->recovered);
  outcome->flags |= kSwappedBack;
  return expected.ok() ? SysError{kChanged, Call::renameat2} : expected.error();
}

// As a rename that never replaces, but what arrived is looked at, and goes back if it is not the expected
// version. Nothing is lost on the way: a rename destroys nothing.
SysError move_verified(const TargetSet& targets, const Target& from, const Target& to,
                       const EntryRequest& request, Sha256* hasher, UndurableDirectories* undurable,
                       ChangeOutcome* outcome) {
  const Handle& source = *from.parent->directory;
  const Handle& destination = *to.parent->directory;
  const SysError moved = move(from, to, false, undurable);
  if (!moved.ok()) return moved;
  FileStatus status;
  const Result<bool> expected =
      is_expected_version(targets, from, destination, to.name, request.expected_hash, hasher, &status);
  if (expected.ok() && expected.value()) {
    outcome->flags |= kSwapVerified;
    return {};
  }
  const SysError back =
      entry_rename(destination, to.name.c_str(), source, from.name.c_str(), RenameMode::no_replace);
  outcome->flags |= kSwappedBack;
  // A newer version has the old name: this one stays where it is, under a name that says so.
  if (back.code == EEXIST) {
    std::string kept = keep_as_recovered(destination, to.name, from.name);
    if (!kept.empty()) outcome->recovered.push_back(std::move(kept));
  }
  return expected.ok() ? SysError{kChanged, Call::renameat2} : expected.error();
}

// Exchanges two files, looks at what arrived, and removes what was replaced as remove_verified does.
SysError replace_verified(const TargetSet& targets, const Target& from, const Target& to,
                          const EntryRequest& request, Sha256* hasher, ChangeOutcome* outcome) {
  const Handle& source = *from.parent->directory;
  const Handle& destination = *to.parent->directory;
  const auto exchange = [&] {
    return entry_rename(source, from.name.c_str(), destination, to.name.c_str(), RenameMode::exchange);
  };
  const Result<std::string> temporary = removal_name(from, request.owner, to.hash);
  if (!temporary.ok()) return temporary.error();
  const SysError exchanged = exchange();
  if (!exchanged.ok()) return exchanged;
  FileStatus status;
  const Result<bool> arrived =
      is_expected_version(targets, from, destination, to.name, request.expected_hash, hasher, &status);
  const Result<FileStatus> replaced = entry_status(source, from.name.c_str());
  const bool as_judged = replaced.ok() && identity_of(replaced.value()) == identity_of(to.status);
  if (!arrived.ok() || !arrived.value() || !as_judged) {
    static_cast<void>(exchange());
    outcome->flags |= kSwappedBack;
    return arrived.ok() ? SysError{kChanged, Call::renameat2} : arrived.error();
  }
  // The old destination lies under the old name of the source now, where somebody may put a file at any
  // moment: it is moved away, and looked at before it goes.
  const SysError moved =
      entry_rename(source, from.name.c_str(), source, temporary.value().c_str(), RenameMode::no_replace);
  if (!moved.ok() && moved.code != ENOENT) {
    if (exchange().ok()) return moved;
    // Neither forward nor back: the file has its new name, and the old destination can be found.
    outcome->recovered.push_back(from.name);
  }
  outcome->flags |= kSwapVerified;
  if (!moved.ok()) return {};
  const Result<FileStatus> away = entry_status(source, temporary.value().c_str());
  if (away.ok() && identity_of(away.value()) == identity_of(to.status)) {
    static_cast<void>(entry_remove(source, temporary.value().c_str(), false));
  } else {
    put_back(source, temporary.value(), from.name, &outcome->recovered);
  }
  return {};
}

// The expected version of a file goes to its new name.
SysError move_expected(const TargetSet& targets, const Target& from, const Target& to, bool replace,
                       const EntryRequest& request, Sha256* hasher, UndurableDirectories* undurable,
                       ChangeOutcome* outcome) {
  const bool same_inode = identity_of(from.status) == identity_of(to.status);
  SysError error = SysError{EINVAL, Call::renameat2};
  if (!replace || to.status.type == EntryType::missing) {
    error = move_verified(targets, from, to, request, hasher, undurable, outcome);
    if (replace && error.code == EEXIST) error.code = kChanged;
  } else if (to.status.type == EntryType::file && !same_inode) {
    error = replace_verified(targets, from, to, request, hasher, outcome);
  }
  // What cannot be exchanged (another type, a file system that does not know it) had its look before.
  return no_such_rename(error) ? move(from, to, replace, undurable) : error;
}

// Of what was renamed, under its new name: a rename moves the time of the last status change (rename(2)). ""
// where that name has gone, or leads to something else by now.
std::string renamed_stamp(const Target& from, const Target& to) {
  const int64_t now_ns = clock_now_ns();  // before the look, as stamp.h demands
  const Result<FileStatus> status = entry_status(*to.parent->directory, to.name.c_str());
  if (!status.ok() || identity_of(status.value()) != identity_of(from.status)) return "";
  return stamp_format(status.value(), now_ns, to.parent->fine_stamps);
}

}  // namespace

ChangeOutcome entry_remove_now(const TargetSet& targets, const Target& target, const EntryRequest& request,
                               const std::function<bool()>& cancelled) {
  SysError error = ready(target, request);
  if (error.ok() && cancelled()) error = SysError{ECANCELED, Call::none};
  if (error.ok() && target.status.type == EntryType::missing) error = SysError{ENOENT, Call::unlinkat};
  if (error.ok() && target.status.type == EntryType::directory) error = SysError{EISDIR, Call::unlinkat};
  Sha256 hasher;
  ChangeOutcome outcome;
  if (error.ok()) error = target_recheck(targets, target, request.expected_hash, Sameness::entry, &hasher);
  const bool verifies = !request.expected_hash.empty() && target.status.type == EntryType::file;
  if (error.ok()) {
    error = verifies ? remove_verified(targets, target, request, &hasher, &outcome)
                     : SysError{EINVAL, Call::renameat2};
    // Not expected to hold anything, or the file system does not know a rename that never replaces.
    if (no_such_rename(error)) error = entry_remove(*target.parent->directory, target.name.c_str(), false);
  }
  if (!error.ok()) return failure(targets, target, error, std::move(outcome));
  outcome.flags |= kCommitted;
  return outcome;
}

ChangeOutcome entry_commit_remove(const TargetSet& targets, const Target& target, const EntryRequest& request,
                                  const ChangeHost& host) {
  ChangeOutcome outcome = entry_remove_now(targets, target, request, host.cancelled);
  if (!outcome.error.ok() || request.durability == Durability::none) return outcome;
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
  ChangeOutcome outcome;
  const bool verifies = !request.expected_hash.empty() && from.status.type == EntryType::file;
  if (error.ok()) {
    error = verifies ? move_expected(targets, from, to, replace, request, &hasher, &host.undurable, &outcome)
                     : move(from, to, replace, &host.undurable);
  }
  if (!error.ok()) return failure(targets, from, error, std::move(outcome));
  outcome.flags |= kCommitted;
  outcome.stamp = renamed_stamp(from, to);
  if (from.lock != nullptr) from.lock->moved({to.parent->directory, to.name});
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
