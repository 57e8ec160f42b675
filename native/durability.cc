#include "durability.h"

#include <cerrno>

namespace ploke {

void judge_durability(Durability durability, SysError synced, ChangeOutcome* outcome) {
  if (durability == Durability::none) return;
  if (synced.ok()) {
    outcome->flags |= kDurable;
  } else if (durability == Durability::best_effort) {
    outcome->flags |= kDirectoryUnsynced;
  } else {
    outcome->error = SysError{kNotDurable, synced.call};
    outcome->detail = synced.code;
  }
}

SysError UndurableDirectories::make(const Handle& parent, const char* name, uint32_t mode, Made* made) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const SysError error = directory_make(parent, name, mode);
  if (!error.ok()) return error;
  const Result<FileStatus> status = entry_status(parent, name);
  if (!status.ok()) {
    // rmdir(2) takes nothing but an empty directory.
    static_cast<void>(entry_remove(parent, name, true));
    return status.error();
  }
  // Whatever took the name meanwhile is not ours to enter; what we made has gone elsewhere and takes its
  // chances.
  if (status.value().type != EntryType::directory) return SysError{kChanged, Call::fstatat};
  tickets_[identity(status.value())] = ++newest_;
  if (made != nullptr) *made = Made{status.value(), newest_};
  return {};
}

SysError UndurableDirectories::rename(const Handle& from, const char* from_name, const Handle& to,
                                      const char* to_name, RenameMode mode, const FileStatus& directory) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const SysError error = entry_rename(from, from_name, to, to_name, mode);
  if (error.ok()) tickets_[identity(directory)] = ++newest_;
  return error;
}

bool UndurableDirectories::empty() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return tickets_.empty();
}

uint64_t UndurableDirectories::ticket(const FileStatus& directory) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = tickets_.find(identity(directory));
  return found == tickets_.end() ? 0 : found->second;
}

uint64_t UndurableDirectories::newest_ticket() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return newest_;
}

void UndurableDirectories::settled(const FileStatus& directory, uint64_t ticket) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = tickets_.find(identity(directory));
  if (found != tickets_.end() && found->second == ticket) tickets_.erase(found);
}

SysError UndurableDirectories::settle_ancestors(const Resolver& resolver, uint8_t root, std::string_view path,
                                                LastName last) {
  return AncestorSettler(*this, resolver).settle(root, path, last);
}

SysError AncestorSettler::settle(uint8_t root, std::string_view path, LastName last) {
  if (undurable_.empty()) return {};
  return resolver_.locate(root, path, last, nullptr, this).error();
}

SysError AncestorSettler::stepped(const Handle& parent, const Handle& directory) {
  const Result<FileStatus> status = handle_status(directory);
  if (!status.ok()) return status.error();
  const uint64_t ticket = undurable_.ticket(status.value());
  if (ticket == 0) return {};
  const Result<FileStatus> above = handle_status(parent);
  if (!above.ok()) return above.error();
  uint64_t& synced_up_to = synced_up_to_[{above.value().device, above.value().inode}];
  if (ticket > synced_up_to) {
    // Asked before the sync: what is entered while it runs may have missed it.
    const uint64_t newest = undurable_.newest_ticket();
    // A walk holds its directories with O_PATH, which fsync(2) refuses (EBADF, open(2)).
    const Result<Handle> syncable = entry_open(parent, ".", OpenMode::directory);
    if (!syncable.ok()) return syncable.error();
    const SysError error = handle_sync(syncable.value());
    if (!error.ok()) return error;
    synced_up_to = newest;
  }
  undurable_.settled(status.value(), ticket);
  return {};
}

SysError ParentMaker::make(const Handle& parent, const char* name) {
  const SysError refused = syncable_check(parent, durability_);
  if (!refused.ok()) return refused;
  const Result<FileStatus> status = handle_status(parent);
  if (!status.ok()) return status.error();
  // A maker is not told in which root it is.
  for (size_t root = 0; root < set_.roots.size(); ++root) {
    const SysError reserved = reserved_.check(status.value(), static_cast<uint8_t>(root), name);
    if (!reserved.ok()) return reserved;
  }
  const SysError error = undurable_.make(parent, name, 0777);
  if (error.ok()) made_ = true;
  return error.code == EEXIST ? SysError{} : error;
}

SysError syncable_check(const Handle& directory, Durability durability) {
  if (durability != Durability::strict) return {};
  return entry_open(directory, ".", OpenMode::directory).error();
}

}  // namespace ploke
