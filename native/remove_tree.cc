#include "remove_tree.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "owner.h"

namespace ploke {
namespace {

// Handles that are held at most: the deepest kWindow directories and about kCheckpoints spread over the way
// to them. Coming back up to a directory whose handle was given away costs a walk from the nearest
// checkpoint.
constexpr size_t kWindow = 14;
constexpr size_t kCheckpoints = 14;
// How often entries may appear in a directory that was just emptied.
constexpr int kRereads = 4;
// How often names may turn into something else under our hands, in one call.
constexpr int kSwaps = 1000;

bool same(const FileStatus& one, const FileStatus& other) {
  return one.device == other.device && one.inode == other.inode;
}

class TreeRemoval {
 public:
  // `base` lies in `root` and holds the name that is removed.
  TreeRemoval(const RootSet& set, uint8_t root, const Handle& base, const ChangeHost& host)
      : set_(set), root_(root), base_(base), host_(host) {}
  SysError run(const std::string& top, uint64_t* removed);

 private:
  struct Level {
    std::string name;
    Handle directory;  // may be given away
    FileStatus status;
    uint64_t ticket = 0;
    std::vector<DirectoryItem> items;
    size_t next = 0;
    int rereads = 0;
  };

  SysError remove_item(const Handle& parent, const std::string& name);
  SysError enter(const Handle& parent, const std::string& name);
  SysError leave();
  SysError hold(size_t level);
  SysError swapped(size_t level);
  bool is_kept(size_t level, size_t deepest) const {
    return level + kWindow > deepest || level % stride_ == 0;
  }
  const Handle& parent_of(size_t level) const { return level == 0 ? base_ : levels_[level - 1].directory; }
  void done() {
    ++*removed_;
    if (!levels_.empty()) ++levels_.back().next;
  }

  const RootSet& set_;
  const uint8_t root_;
  const Handle& base_;
  const ChangeHost& host_;
  std::vector<Level> levels_;
  size_t stride_ = 1;
  int swaps_ = 0;
  uint64_t* removed_ = nullptr;
};

SysError TreeRemoval::run(const std::string& top, uint64_t* removed) {
  removed_ = removed;
  SysError error = enter(base_, top);
  while (error.ok() && !levels_.empty()) {
    if (host_.cancelled()) return SysError{ECANCELED, Call::none};
    const size_t last = levels_.size() - 1;
    if (levels_[last].next == levels_[last].items.size()) {
      error = leave();
      continue;
    }
    error = hold(last);
    if (!error.ok() || levels_.size() - 1 != last) continue;  // it is not there any more
    // By value: entering another level moves this one.
    const std::string name = levels_[last].items[levels_[last].next].name;
    error = remove_item(levels_[last].directory, name);
  }
  return error;
}

SysError TreeRemoval::remove_item(const Handle& parent, const std::string& name) {
  const Result<FileStatus> status = entry_status(parent, name.c_str());
  SysError error = status.error();
  if (status.ok()) {
    if (status.value().type == EntryType::directory) return enter(parent, name);
    error = entry_remove(parent, name.c_str(), false);
  }
  if (error.ok()) {
    done();
    return {};
  }
  if (error.code == ENOENT) {  // somebody else removed it
    ++levels_.back().next;
    return {};
  }
  // A directory by now, which is EISDIR on Linux and by POSIX EPERM, as much else is (unlink(2)): looked at
  // again.
  bool is_directory = error.code == EISDIR;
  if (error.code == EPERM) {
    const Result<FileStatus> now = entry_status(parent, name.c_str());
    is_directory = now.ok() && now.value().type == EntryType::directory;
  }
  return is_directory && ++swaps_ < kSwaps ? SysError{} : error;
}

SysError TreeRemoval::enter(const Handle& parent, const std::string& name) {
  Result<Handle> directory = entry_open(parent, name.c_str(), OpenMode::directory);
  if (!directory.ok()) {
    const SysError error = directory.error();
    if (levels_.empty()) return error;
    if (error.code == EACCES &&
        entry_remove(parent, name.c_str(), true).ok()) {  // not ours to read, but empty
      done();
      return {};
    }
    // No directory any more: looked at again.
    const bool swapped_out = error.code == ENOENT || error.code == ENOTDIR || error.code == ELOOP;
    return swapped_out && ++swaps_ < kSwaps ? SysError{} : error;
  }
  Level level;
  level.name = name;
  level.directory = directory.take();
  const Result<FileStatus> status = handle_status(level.directory);
  if (!status.ok()) return status.error();
  level.status = status.value();
  level.ticket = host_.undurable.ticket(level.status);
  const SysError refused = mount_check(set_, root_, level.directory);
  if (!refused.ok()) return refused;
  Result<std::vector<DirectoryItem>> items = directory_read(level.directory);
  if (!items.ok()) return items.error();
  level.items = items.take();
  levels_.push_back(std::move(level));

  const size_t deepest = levels_.size() - 1;
  if (deepest / stride_ >= kCheckpoints) {
    stride_ *= 2;
    for (size_t i = 0; i < deepest; ++i) {
      if (!is_kept(i, deepest)) levels_[i].directory.close();
    }
  } else if (deepest >= kWindow && !is_kept(deepest - kWindow, deepest)) {
    levels_[deepest - kWindow].directory.close();
  }
  return {};
}

SysError TreeRemoval::leave() {
  const size_t last = levels_.size() - 1;
  if (last > 0) {
    const SysError error = hold(last - 1);
    if (!error.ok() || levels_.size() - 1 != last) return error;
  }
  const Handle& parent = parent_of(last);
  Level& level = levels_[last];
  const SysError error = entry_remove(parent, level.name.c_str(), true);
  if (error.ok() || error.code == ENOENT) {
    host_.undurable.settled(level.status, level.ticket);
    levels_.pop_back();
    if (error.ok()) {
      done();
    } else if (!levels_.empty()) {
      ++levels_.back().next;
    }
    return {};
  }
  if (error.code == ENOTDIR) return swapped(last);
  if ((error.code != ENOTEMPTY && error.code != EEXIST) || ++level.rereads >= kRereads) return error;
  // Something was added meanwhile, or another directory has the name.
  Result<Handle> again = entry_open(parent, level.name.c_str(), OpenMode::directory);
  if (!again.ok()) return swapped(last);
  const Result<FileStatus> status = handle_status(again.value());
  if (!status.ok()) return status.error();
  if (!same(status.value(), level.status)) return swapped(last);
  Result<std::vector<DirectoryItem>> items = directory_read(again.value());
  if (!items.ok()) return items.error();
  level.directory = again.take();
  level.items = items.take();
  level.next = 0;
  return {};
}

// Makes sure of a level's handle. Where the way down to it has changed, the levels from there on are dropped,
// and the one above looks at the name again.
SysError TreeRemoval::hold(size_t level) {
  if (levels_[level].directory.valid()) return {};
  size_t from = level;
  while (from > 0 && !levels_[from - 1].directory.valid()) --from;
  for (size_t i = from; i <= level; ++i) {
    Result<Handle> directory = entry_open(parent_of(i), levels_[i].name.c_str(), OpenMode::directory);
    if (!directory.ok()) {
      const int32_t code = directory.error().code;
      return code == ENOENT || code == ENOTDIR || code == ELOOP ? swapped(i) : directory.error();
    }
    const Result<FileStatus> status = handle_status(directory.value());
    if (!status.ok()) return status.error();
    if (!same(status.value(), levels_[i].status)) return swapped(i);
    levels_[i].directory = directory.take();
    if (i > from && !is_kept(i - 1, level)) levels_[i - 1].directory.close();
  }
  return {};
}

SysError TreeRemoval::swapped(size_t level) {
  // What was to be removed has gone elsewhere; what has its name now was never meant.
  if (level == 0) return SysError{kChanged, Call::openat};
  if (++swaps_ >= kSwaps) return SysError{kBusy, Call::openat};
  levels_.resize(level);
  return hold(level - 1);
}

SysError remove_located(const Resolver& resolver, uint8_t root, std::string_view path, bool recursive,
                        Durability durability, const ChangeHost& host, Located* place, uint64_t* removed) {
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  if (path.empty()) return SysError{EBUSY, Call::unlinkat};
  Result<Located> located = resolver.locate(root, path, LastName::keep);
  if (!located.ok()) return located.error();
  *place = located.take();
  const Result<FileStatus> parent = handle_status(*place->parent);
  if (!parent.ok()) return parent.error();
  const Result<FileStatus> status = entry_status(*place->parent, place->name.c_str());
  const SysError reserved =
      ReservedNames(resolver.set())
          .check(parent.value(), place->landed_root, place->name, status.ok() ? &status.value() : nullptr);
  if (!reserved.ok()) return reserved;
  if (durability == Durability::strict && !place->parent_syncable) return SysError{EACCES, Call::fsync};
  if (!status.ok()) return status.error();
  if (status.value().type != EntryType::directory) return SysError{ENOTDIR, Call::unlinkat};
  if (recursive) {
    TreeRemoval removal(resolver.set(), place->landed_root, *place->parent, host);
    return removal.run(place->name, removed);
  }
  const uint64_t ticket = host.undurable.ticket(status.value());
  const SysError error = entry_remove(*place->parent, place->name.c_str(), true);
  if (error.ok()) {
    *removed = 1;
    host.undurable.settled(status.value(), ticket);
  }
  return error;
}

}  // namespace

RemoveOutcome directory_remove(const Resolver& resolver, uint8_t root, std::string_view path, bool recursive,
                               Durability durability, const ChangeHost& host) {
  RemoveOutcome outcome;
  Located place;
  const SysError error =
      remove_located(resolver, root, path, recursive, durability, host, &place, &outcome.removed);
  if (!error.ok()) {
    outcome.error = resolver.judge(root, error);
    return outcome;
  }
  outcome.flags = kCommitted;
  if (durability == Durability::none) return outcome;
  SysError synced = place.parent_syncable ? handle_sync(*place.parent) : SysError{EACCES, Call::fsync};
  if (synced.ok()) synced = host.undurable.settle_ancestors(resolver, root, path, LastName::keep);
  judge_durability(durability, synced, &outcome);
  return outcome;
}

}  // namespace ploke
