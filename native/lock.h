// Advisory locks on files: flock(2) on the target itself, so that they exclude whoever locks the same file,
// and a table for the calls of this environment, which is all that a lock without the system's is. A lock
// belongs to an inode. Whoever gets one must ask whether the name still leads to that inode: the file may
// have been replaced meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "platform.h"

namespace ploke {

using FileIdentity = std::pair<uint64_t, uint64_t>;  // device, inode
inline FileIdentity identity_of(const FileStatus& status) { return {status.device, status.inode}; }

enum class LockKind : uint8_t { none, process, advisory };  // mirrored by NativeLockKind

// What the calls of one environment hold. Shared with what holds: targets that JavaScript forgot are given up
// by the garbage collector, at the end of an environment after the environment itself.
class LockTable : public std::enable_shared_from_this<LockTable> {
 public:
  bool try_hold(FileIdentity file,
                bool exclusive);  // false: somebody here holds it in a way that excludes this
  void let_go(FileIdentity file, bool exclusive);

 private:
  std::mutex mutex_;
  std::map<FileIdentity, int> holders_;  // -1: one, exclusively; else how many share it
};

// An entry of the table.
class TableHold {
 public:
  TableHold() = default;
  TableHold(TableHold&& other) noexcept { *this = std::move(other); }
  TableHold& operator=(TableHold&& other) noexcept;
  ~TableHold() { let_go(); }
  // Not held where somebody here holds it in a way that excludes this.
  static TableHold take(LockTable& table, FileIdentity file, bool exclusive);
  bool held() const { return table_ != nullptr; }
  void let_go();

 private:
  std::shared_ptr<LockTable> table_;
  FileIdentity file_;
  bool exclusive_ = false;
};

// A lock that is held, until it is destroyed.
class HeldLock {
 public:
  // What is to be locked: a regular file, open as lock_open does it, and the name that led to it.
  struct Place {
    std::shared_ptr<const Handle> parent;
    std::string name;
  };
  // Takes what is free now. EWOULDBLOCK: somebody else holds it; `here` then says whether it is a call of
  // this environment. kLockUnsupported: the file system has no such locks. kChanged: the name leads elsewhere
  // by now.
  // `status` is that of the file.
  static Result<std::shared_ptr<HeldLock>> take(LockTable& table, Handle file, const FileStatus& status,
                                                Place place, bool exclusive, LockKind kind, bool* here);
  // The lock is flock's already. kLocked: a call of this environment holds it; kChanged as above.
  static Result<std::shared_ptr<HeldLock>> adopt(LockTable& table, Handle file, Place place, bool exclusive);
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;
  ~HeldLock();

  // For the call that is made under the lock; others meet a handing on.
  const Handle& file() const { return file_; }
  // Calls `use` with the file, which is not handed on meanwhile.
  template <class Use>
  auto with_file(Use use) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return use(file_);
  }
  const FileStatus& status() const { return status_; }  // of right after it was locked
  FileIdentity identity() const { return identity_of(status_); }
  bool exclusive() const { return exclusive_; }
  LockKind kind() const { return kind_; }
  SysError check() const;  // kChanged where the name leads to another file, or to none

  // It goes over to a new version that has the name now. `file` is open on that and locked like this one;
  // `hold` was taken before anybody could find it. Gives the old version, unlocked: with the last descriptor
  // of a removed file its blocks are freed, which takes about as long as a sync.
  Handle hand_on(Handle file, const FileStatus& status, TableHold hold);
  void moved(Place place);  // the file has another name now
  // See rename_over: closes the file, which gives up its lock, until it is handed on or taken up again. Calls
  // of this environment are excluded as before.
  void let_go();
  // Where the name leads to another file by now, or somebody else has the lock, it is lost: check() says so.
  void take_up();

 private:
  struct Private {};

 public:
  // For take and adopt only.
  HeldLock(Private, Handle file, Place place, bool exclusive, LockKind kind)
      : exclusive_(exclusive), kind_(kind), file_(std::move(file)), place_(std::move(place)) {}

 private:
  void unlock();

  const bool exclusive_;
  const LockKind kind_;
  bool locked_ = false;  // by flock
  bool lost_ = false;
  Handle file_;
  // After the file, so that it lets go first: with its last descriptor a removed file's inode number is free
  // for another file.
  TableHold hold_;
  FileStatus status_;
  // The JavaScript thread checks and releases while a job may hand on: guards all but the constants.
  mutable std::mutex mutex_;
  Place place_;
};

// Opens a regular file, not a link, so that it can be locked: for reading; on file systems that are not
// local, where an exclusive lock may need a descriptor that writes (flock(2), NFS), for both where that is
// allowed.
Result<Handle> lock_open(const Handle& parent, const char* name, bool exclusive, bool local);

// Whether an error of flock(2) means that the file system has no such locks.
bool lock_unsupported(SysError error);

}  // namespace ploke
