#include "lock.h"

#include <cerrno>

namespace ploke {

bool LockTable::try_hold(FileIdentity file, bool exclusive) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = holders_.find(file);
  if (found == holders_.end()) {
    holders_.emplace(file, exclusive ? -1 : 1);
    return true;
  }
  if (exclusive || found->second < 0) return false;
  ++found->second;
  return true;
}

void LockTable::let_go(FileIdentity file, bool exclusive) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = holders_.find(file);
  if (found == holders_.end()) return;
  if (exclusive || --found->second == 0) holders_.erase(found);
}

TableHold& TableHold::operator=(TableHold&& other) noexcept {
  if (this == &other) return *this;
  let_go();
  table_ = std::move(other.table_);
  file_ = other.file_;
  exclusive_ = other.exclusive_;
  return *this;
}

TableHold TableHold::take(LockTable& table, FileIdentity file, bool exclusive) {
  TableHold hold;
  if (!table.try_hold(file, exclusive)) return hold;
  hold.table_ = table.shared_from_this();
  hold.file_ = file;
  hold.exclusive_ = exclusive;
  return hold;
}

void TableHold::let_go() {
  if (table_ != nullptr) table_->let_go(file_, exclusive_);
  table_ = nullptr;
}

Result<std::shared_ptr<HeldLock>> HeldLock::take(LockTable& table, Handle file, const FileStatus& status,
                                                 Place place, bool exclusive, LockKind kind, bool* here) {
  *here = false;
  auto lock = std::make_shared<HeldLock>(Private(), std::move(file), std::move(place), exclusive, kind);
  lock->status_ = status;
  lock->hold_ = TableHold::take(table, lock->identity(), exclusive);
  if (!lock->hold_.held()) {
    *here = true;
    return SysError{EWOULDBLOCK, Call::flock};
  }
  if (kind == LockKind::advisory) {
    const SysError locked = lock_try(lock->file_, exclusive);
    if (!locked.ok()) return lock_unsupported(locked) ? SysError{kLockUnsupported, locked.call} : locked;
    lock->locked_ = true;
  }
  const SysError current = lock->check();
  if (!current.ok()) return current;
  return lock;
}

Result<std::shared_ptr<HeldLock>> HeldLock::adopt(LockTable& table, Handle file, Place place,
                                                  bool exclusive) {
  auto lock =
      std::make_shared<HeldLock>(Private(), std::move(file), std::move(place), exclusive, LockKind::advisory);
  lock->locked_ = true;
  const Result<FileStatus> status = handle_status(lock->file_);
  if (!status.ok()) return status.error();
  lock->status_ = status.value();
  const SysError current = lock->check();
  if (!current.ok()) return current;
  lock->hold_ = TableHold::take(table, lock->identity(), exclusive);
  if (!lock->hold_.held()) return SysError{kLocked, Call::flock};
  return lock;
}

HeldLock::~HeldLock() { unlock(); }

void HeldLock::unlock() {
  // A child of a fork may have the same open file, which would keep the lock.
  if (locked_) lock_release(file_);
  locked_ = false;
}

SysError HeldLock::check() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (lost_) return SysError{kChanged, Call::flock};
  const Result<FileStatus> named = entry_status(*place_.parent, place_.name.c_str());
  if (!named.ok()) return named.error().code == ENOENT ? SysError{kChanged, Call::fstatat} : named.error();
  return identity_of(named.value()) == identity() ? SysError{} : SysError{kChanged, Call::fstatat};
}

Handle HeldLock::hand_on(Handle file, const FileStatus& status, TableHold hold) {
  const std::lock_guard<std::mutex> guard(mutex_);
  unlock();
  Handle old_version = std::exchange(file_, std::move(file));
  status_ = status;
  hold_ = std::move(hold);
  locked_ = kind_ == LockKind::advisory;
  return old_version;
}

void HeldLock::moved(Place place) {
  const std::lock_guard<std::mutex> guard(mutex_);
  place_ = std::move(place);
}

void HeldLock::let_go() {
  const std::lock_guard<std::mutex> guard(mutex_);
  unlock();
  file_.close();
}

void HeldLock::take_up() {
  const std::lock_guard<std::mutex> guard(mutex_);
  lost_ = true;
  Result<Handle> file = lock_open(*place_.parent, place_.name.c_str(), exclusive_, true);
  if (!file.ok()) return;
  const Result<FileStatus> status = handle_status(file.value());
  if (!status.ok() || identity_of(status.value()) != identity()) return;
  if (kind_ == LockKind::advisory && !lock_try(file.value(), exclusive_).ok()) return;
  file_ = file.take();
  locked_ = kind_ == LockKind::advisory;
  lost_ = false;
}

Result<Handle> lock_open(const Handle& parent, const char* name, bool exclusive, bool local) {
  if (exclusive && !local) {
    Result<Handle> both = entry_open(parent, name, OpenMode::read_write);
    const int32_t code = both.error().code;
    if (both.ok() || (code != EACCES && code != EPERM && code != EROFS)) return both;
  }
  return entry_open(parent, name, OpenMode::read);
}

bool lock_unsupported(SysError error) {
  // ENOTSUP is another number than EOPNOTSUPP on macOS, whose flock(2) answers the former.
  return error.code == ENOLCK || error.code == EOPNOTSUPP || error.code == ENOTSUP || error.code == ENOSYS ||
         error.code == EINVAL;
}

}  // namespace ploke
