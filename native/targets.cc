#include "targets.h"

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "file_bytes.h"
#include "lock_scope.h"
#include "owner.h"
#include "stamp.h"

namespace ploke {
namespace {

// How often a name may turn into something else between looking at it and opening it, before that is the
// answer.
constexpr int kSwapRetries = 32;

struct SplitPath {
  std::string_view whole;      // without the trailing slash
  std::string_view directory;  // "" is the root
  bool wants_directory = false;
};

SplitPath split(std::string_view path) {
  SplitPath result;
  result.wants_directory = !path.empty() && path.back() == '/';
  if (result.wants_directory) path.remove_suffix(1);
  result.whole = path;
  const size_t slash = path.rfind('/');
  result.directory = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  return result;
}

Result<Digest> hash_up_to(const Handle& file, const FileStatus& status, uint64_t max_bytes,
                          ByteBuffer* scratch, Sha256* hasher) {
  if (status.size > max_bytes) return SysError{kTooLarge, Call::none};
  uint64_t total = 0;  // the size is a hint
  return file_read_pieces(file, status.size, scratch, hasher, [&](const uint8_t*, size_t size) {
    total += size;
    return total > max_bytes ? SysError{kTooLarge, Call::none} : SysError{};
  });
}

class TargetOpener {
 public:
  TargetOpener(TargetSet* targets, const OpenTargetsRequest& request, UndurableDirectories* undurable)
      : targets_(*targets),
        request_(request),
        maker_(undurable, request.durability, targets->resolver.set()),
        settler_(*undurable, targets->resolver),
        reserved_(targets->resolver.set()) {
    for (const std::shared_ptr<HeldLock>& lock : request.given) locks_.emplace(lock->identity(), lock);
  }

  // All but reading, where targets are locked before they are read.
  SysError open(const OpenTargetsItem& item, Target* target, ByteBuffer* bytes);
  // Locks what `open` found, if it is a regular file; EWOULDBLOCK: somebody else holds it.
  SysError lock(const OpenTargetsItem& item, Target* target);
  SysError read_locked(Target* target, ByteBuffer* bytes);
  bool locks() const { return request_.lock != LockKind::none; }
  bool made_parents() const { return maker_.made(); }
  SysError settle(const OpenTargetsItem& item) {
    return settler_.settle(item.root, split(item.path).whole, LastName::keep);
  }

 private:
  std::shared_ptr<const TargetParent> hold_parent(Located located);
  SysError find_parent(const OpenTargetsItem& item, const SplitPath& path, Target* target);
  // kUndecided: the name was swapped while it was looked at; look again.
  SysError look(const OpenTargetsItem& item, const SplitPath& path, Target* target, ByteBuffer* bytes);
  SysError read(Target* target, int64_t now_ns, ByteBuffer* bytes);
  SysError lock_once(Target* target, bool entry);
  SysError judge_opened(const Target& target, const Handle& file, FileStatus* status) const;

  TargetSet& targets_;
  const OpenTargetsRequest& request_;
  ParentMaker maker_;
  AncestorSettler settler_;
  ReservedNames reserved_;
  Sha256 hasher_;
  ByteBuffer scratch_;
  std::map<std::pair<uint8_t, std::string>, std::shared_ptr<const TargetParent>> by_path_;
  // By device and inode: however many links lead into a directory, it is held once.
  std::map<std::pair<uint64_t, uint64_t>, std::shared_ptr<const TargetParent>> by_identity_;
  // Those given and those taken here: names of one inode share one.
  std::map<FileIdentity, std::shared_ptr<HeldLock>> locks_;
};

std::shared_ptr<const TargetParent> TargetOpener::hold_parent(Located located) {
  auto parent = std::make_shared<TargetParent>();
  parent->directory = std::move(located.parent);
  parent->syncable = located.parent_syncable;
  parent->landed_root = located.landed_root;
  const Result<FileStatus> status = handle_status(*parent->directory);
  if (status.ok()) {
    parent->status = status.value();
    const auto key = std::make_pair(status.value().device, status.value().inode);
    const auto [held, is_new] = by_identity_.emplace(key, parent);
    if (!is_new) return held->second;
  }
  const Result<int64_t> file_system = handle_file_system(*parent->directory);
  // One that does not say what it is, is not known to be either.
  if (file_system.ok()) {
    parent->fine_stamps = stamps_are_fine(file_system.value());
    parent->local_locks = locks_are_local(file_system.value());
  }
  return parent;
}

SysError TargetOpener::find_parent(const OpenTargetsItem& item, const SplitPath& path, Target* target) {
  auto key = std::make_pair(item.root, std::string(path.directory));
  const auto known = by_path_.find(key);
  if (known != by_path_.end()) {
    target->parent = known->second;
    target->name = path.directory.empty() ? path.whole : path.whole.substr(path.directory.size() + 1);
    return {};
  }
  // Found without following the last name even where it will be followed: that way the directory is the same
  // for all names in it, whatever they are.
  Result<Located> located = targets_.resolver.locate(item.root, path.whole, LastName::keep,
                                                     item.create_parents ? &maker_ : nullptr);
  if (!located.ok()) return located.error();
  target->name = located.value().name;
  target->parent = hold_parent(located.take());
  by_path_.emplace(std::move(key), target->parent);
  return {};
}

SysError TargetOpener::open(const OpenTargetsItem& item, Target* target, ByteBuffer* bytes) {
  target->root = item.root;
  target->path = std::string(item.path);
  const SplitPath path = split(item.path);
  maker_.reset();
  // unlink(2) and rename(2) of "." are EBUSY, open(2) for writing is EISDIR.
  if (path.whole.empty()) {
    return SysError{item.mode == TargetMode::entry ? EBUSY : EISDIR, Call::openat};
  }
  SysError error = find_parent(item, path, target);
  if (!error.ok()) return error;
  const std::shared_ptr<const TargetParent> parent = target->parent;
  const std::string name = target->name;
  for (int attempt = 0; attempt < kSwapRetries; ++attempt) {
    target->parent = parent;
    target->name = name;
    error = look(item, path, target, bytes);
    if (error.code != kUndecided) return error;
  }
  return SysError{kBusy, error.call};
}

SysError TargetOpener::look(const OpenTargetsItem& item, const SplitPath& path, Target* target,
                            ByteBuffer* bytes) {
  const bool entry = item.mode == TargetMode::entry;
  target->wants_directory = path.wants_directory;
  target->last = LastName::keep;
  target->hash.clear();
  target->stamp.clear();
  if (bytes != nullptr) bytes->clear();

  const int64_t now_ns = clock_now_ns();  // before the look, as stamp.h demands
  Result<FileStatus> status = entry_status(*target->parent->directory, target->name.c_str());
  if (status.ok() && status.value().type == EntryType::symlink && !entry) {
    Result<Located> located = targets_.resolver.locate(item.root, path.whole, LastName::follow);
    if (!located.ok()) return located.error();
    if (located.value().name.empty()) return SysError{EISDIR, Call::openat};  // a link to a root
    target->last = LastName::follow;
    target->wants_directory |= located.value().wants_directory;
    target->name = located.value().name;
    target->parent = hold_parent(located.take());
    status = entry_status(*target->parent->directory, target->name.c_str());
    // Replacing must not bring a file to life that the link did not lead to.
    if (!status.ok() && status.error().code == ENOENT) return SysError{kSymlinkDenied, Call::fstatat};
  }
  const SysError reserved = reserved_.check(target->parent->status, target->parent->landed_root, target->name,
                                            status.ok() ? &status.value() : nullptr);
  if (!reserved.ok()) return reserved;
  const SysError held = syncable_check(*target->parent, request_.durability);
  if (!held.ok()) return held;

  if (!status.ok()) {
    if (status.error().code != ENOENT) return status.error();
    if (item.mode == TargetMode::replace) return status.error();
    // open(2) with O_CREAT of a name that ends in a slash is EISDIR. As an entry it may be where a directory
    // is to go.
    if (target->wants_directory && !entry) return SysError{EISDIR, Call::openat};
    target->status = FileStatus();
    target->status.type = EntryType::missing;
    return {};
  }
  target->status = status.value();
  const EntryType type = target->status.type;
  if (target->wants_directory && type != EntryType::directory) return SysError{ENOTDIR, Call::fstatat};
  if (!entry && type == EntryType::symlink) return SysError{kUndecided, Call::fstatat};
  if (type == EntryType::file || !entry) {
    // Judged by the look already: opening a FIFO or a device may have an effect (fifo(7)).
    const SysError judged = regular_file_check(targets_.resolver.set(), target->status);
    if (!judged.ok()) return judged;
    if (locks()) return {};
    if (request_.hash || request_.contents) return read(target, now_ns, bytes);
  }
  target->stamp = stamp_format(target->status, now_ns, target->parent->fine_stamps);
  return {};
}

// Gone, a link (open(2), O_NOFOLLOW) or a socket (ENXIO) since it was looked at: look again.
SysError undecided_if_swapped(SysError error) {
  const bool swapped = error.code == ENOENT || error.code == ELOOP || error.code == ENXIO;
  return swapped ? SysError{kUndecided, error.call} : error;
}

// The name may have been given to another file since it was looked at; this is the one that counts.
SysError TargetOpener::judge_opened(const Target& target, const Handle& file, FileStatus* status) const {
  const Result<FileStatus> opened = handle_status(file);
  if (!opened.ok()) return opened.error();
  const SysError judged = regular_file_check(targets_.resolver.set(), opened.value());
  if (!judged.ok()) return SysError{kUndecided, judged.call};
  *status = opened.value();
  return mount_check(targets_.resolver.set(), target.parent->landed_root, file);
}

SysError TargetOpener::lock(const OpenTargetsItem& item, Target* target) {
  const bool entry = item.mode == TargetMode::entry;
  const SplitPath path = split(item.path);
  for (int attempt = 0; attempt < kSwapRetries; ++attempt) {
    if (attempt > 0) {
      // From the path again: what was a link may have become a file, and the other way round.
      SysError looked = find_parent(item, path, target);
      if (looked.ok()) looked = look(item, path, target, nullptr);
      if (looked.code == kUndecided) continue;
      if (!looked.ok()) return looked;
    }
    if (target->status.type != EntryType::file) return {};
    const SysError error = lock_once(target, entry);
    if (error.code != kUndecided && error.code != kChanged) return error;
  }
  return SysError{kBusy, Call::flock};
}

SysError TargetOpener::lock_once(Target* target, bool entry) {
  const Handle& parent = *target->parent->directory;
  Result<Handle> file = lock_open(parent, target->name.c_str(), true, target->parent->local_locks);
  // Removing or renaming takes no right to read, so it must do without the lock then.
  if (!file.ok() && file.error().code == EACCES && entry && !request_.hash) return {};
  if (!file.ok()) return undecided_if_swapped(file.error());
  FileStatus status;
  const SysError judged = judge_opened(*target, file.value(), &status);
  if (!judged.ok()) return judged;
  const auto known = locks_.find(identity_of(status));
  if (known != locks_.end()) {
    target->lock = known->second;
    return {};
  }
  bool here = false;  // whoever holds it, it is waited for
  Result<std::shared_ptr<HeldLock>> taken =
      HeldLock::take(*request_.locks, file.take(), status, {target->parent->directory, target->name}, true,
                     request_.lock, &here);
  if (!taken.ok()) return taken.error();
  target->lock = taken.take();
  locks_.emplace(target->lock->identity(), target->lock);
  return {};
}

SysError TargetOpener::read_locked(Target* target, ByteBuffer* bytes) {
  const Handle& file = target->lock->file();
  const int64_t now_ns = clock_now_ns();
  const SysError judged = judge_opened(*target, file, &target->status);
  if (!judged.ok()) return judged.code == kUndecided ? SysError{kBusy, judged.call} : judged;
  target->stamp = stamp_format(target->status, now_ns, target->parent->fine_stamps);
  if (!request_.hash && !request_.contents) return {};
  if (target->status.size > targets_.max_file_bytes) return SysError{kTooLarge, Call::none};
  // By pieces: others may use the same handle, whose offset is therefore anywhere.
  uint64_t total = 0;
  const Result<Digest> digest = file_read_pieces(
      file, target->status.size, &scratch_, &hasher_, [&](const uint8_t* piece, size_t size) {
        total += size;
        if (total > targets_.max_file_bytes) return SysError{kTooLarge, Call::none};
        return bytes == nullptr || bytes->append(piece, size) ? SysError{} : SysError{ENOMEM, Call::malloc};
      });
  if (digest.ok()) target->hash = hash_text(digest.value());
  return digest.error();
}

SysError TargetOpener::read(Target* target, int64_t now_ns, ByteBuffer* bytes) {
  const Result<Handle> file = entry_open(*target->parent->directory, target->name.c_str(), OpenMode::read);
  if (!file.ok()) return undecided_if_swapped(file.error());
  const SysError opened = judge_opened(*target, file.value(), &target->status);
  if (!opened.ok()) return opened;
  target->stamp = stamp_format(target->status, now_ns, target->parent->fine_stamps);
  const Result<Digest> digest =
      bytes == nullptr
          ? hash_up_to(file.value(), target->status, targets_.max_file_bytes, &scratch_, &hasher_)
          : file_read_whole(file.value(), target->status.size, targets_.max_file_bytes, bytes, &hasher_);
  if (digest.ok()) target->hash = hash_text(digest.value());
  return digest.error();
}

}  // namespace

namespace {

// Nothing is waited for: where a lock is taken, those that were got are given up.
void give_up(TargetSet* targets, size_t blocked, OpenTargetsOutcome* outcome) {
  outcome->blocked = static_cast<int64_t>(blocked);
  for (Target& target : targets->items) {
    target.lock = nullptr;
    if (target.error.ok()) target.error = SysError{kLocked, Call::flock};
  }
}

// In an order that replacing a file does not change.
std::vector<size_t> lock_order(const TargetSet& targets) {
  std::vector<size_t> order;
  for (size_t i = 0; i < targets.items.size(); ++i) {
    if (targets.items[i].error.ok()) order.push_back(i);
  }
  const auto place = [&](size_t i) {
    const Target& target = targets.items[i];
    const FileStatus& parent = target.parent->status;
    return std::tie(parent.device, parent.inode, target.name);
  };
  const auto is_before = [&](size_t one, size_t other) { return place(one) < place(other); };
  // Sorting the few of a batch: std::sort is 3 KB of code.
  std::make_heap(order.begin(), order.end(), is_before);
  std::sort_heap(order.begin(), order.end(), is_before);
  return order;
}

void lock_and_read(TargetSet* targets, const std::vector<OpenTargetsItem>& items, TargetOpener* opener,
                   OpenTargetsOutcome* outcome) {
  for (const size_t i : lock_order(*targets)) {
    Target& target = targets->items[i];
    const SysError error = opener->lock(items[i], &target);
    if (error.code == EWOULDBLOCK) return give_up(targets, i, outcome);
    if (!error.ok()) target.error = targets->resolver.judge(items[i].root, error);
  }
  for (size_t i = 0; i < targets->items.size(); ++i) {
    Target& target = targets->items[i];
    if (!target.error.ok() || target.lock == nullptr) continue;
    const SysError error =
        opener->read_locked(&target, outcome->contents.empty() ? nullptr : &outcome->contents[i]);
    if (!error.ok()) target.error = targets->resolver.judge(items[i].root, error);
  }
}

}  // namespace

OpenTargetsOutcome targets_open(TargetSet* targets, const std::vector<OpenTargetsItem>& items,
                                const OpenTargetsRequest& request, UndurableDirectories* undurable,
                                const std::function<bool()>& cancelled) {
  OpenTargetsOutcome outcome;
  outcome.contents.resize(request.contents ? items.size() : 0);
  targets->items.resize(items.size());
  TargetOpener opener(targets, request, undurable);
  std::vector<size_t> with_new_parents;
  for (size_t i = 0; i < items.size(); ++i) {
    Target& target = targets->items[i];
    if (cancelled()) {
      target.error = SysError{ECANCELED, Call::none};
      continue;
    }
    const SysError error = opener.open(items[i], &target, request.contents ? &outcome.contents[i] : nullptr);
    target.error = error.ok() ? error : targets->resolver.judge(items[i].root, error);
    if (opener.made_parents()) with_new_parents.push_back(i);
  }
  if (opener.locks()) lock_and_read(targets, items, &opener, &outcome);
  if (request.durability == Durability::none || outcome.blocked >= 0) return outcome;
  // After all are made: directories of one parent then share a sync.
  for (const size_t i : with_new_parents) {
    const SysError error = opener.settle(items[i]);
    if (error.ok()) continue;
    if (request.durability == Durability::best_effort) {
      outcome.unsynced.push_back(static_cast<uint32_t>(i));
    } else if (targets->items[i].error.ok()) {
      targets->items[i].error = error;
    }
  }
  return outcome;
}

SysError target_recheck(const TargetSet& targets, const Target& target, const std::string& expected_hash,
                        Sameness sameness, Sha256* hasher, FileStatus* status) {
  const Handle& parent = *target.parent->directory;
  const FileStatus& seen = target.status;
  const SysError changed = {kChanged, Call::fstatat};
  const Result<FileStatus> looked = entry_status(parent, target.name.c_str());
  if (!looked.ok()) return looked.error();
  const FileStatus& now = looked.value();
  if (status != nullptr) *status = now;
  if (now.device != seen.device || now.inode != seen.inode || now.type != seen.type) return changed;
  if (expected_hash.empty()) {
    const bool same = now.size == seen.size && now.modified_ns == seen.modified_ns;
    return same || sameness == Sameness::entry ? SysError{} : changed;
  }
  // Times are no proof of another content, nor is their likeness of the same (facts/filesystems.md): the hash
  // decides.
  if (seen.type != EntryType::file) return SysError{kNotRegularFile, Call::fstatat};
  if (target.hash == expected_hash && stamp_proves_same(stamp_parse(target.stamp), now)) return {};
  const Result<Handle> file = entry_open(parent, target.name.c_str(), OpenMode::read);
  if (!file.ok()) return file.error().code == ELOOP ? changed : file.error();
  const Result<FileStatus> opened = handle_status(file.value());
  if (!opened.ok()) return opened.error();
  if (opened.value().device != seen.device || opened.value().inode != seen.inode) return changed;
  ByteBuffer scratch;
  const Result<Digest> digest =
      hash_up_to(file.value(), opened.value(), targets.max_file_bytes, &scratch, hasher);
  if (!digest.ok()) return digest.error();
  return hash_text(digest.value()) == expected_hash ? SysError{} : changed;
}

SysError syncable_check(const TargetParent& parent, Durability durability) {
  const bool refused = durability == Durability::strict && !parent.syncable;
  return refused ? SysError{EACCES, Call::fsync} : SysError{};
}

SysError parent_sync(const TargetParent& parent) {
  return parent.syncable ? handle_sync(*parent.directory) : SysError{EACCES, Call::fsync};
}

}  // namespace ploke
