// What "durable" takes besides the file itself: the directories. Which directories of this environment exist
// but may vanish in a power cut, because their entry in their parent has not been synced, is kept here;
// whoever makes something durable inside one of them syncs its parent first.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "owner.h"
#include "resolve.h"

namespace ploke {

enum class Durability : uint8_t { strict, best_effort, none };  // mirrored by NativeDurability

// Bits of what became of a change; mirrored by CommitFlag in src/native/change-batches.ts.
enum ChangeFlag : uint16_t {
  kCommitted = 1,
  kDurable = 2,
  kMetadataPartial = 4,
  kMetadataPreserved = 8,
  kDirectoryUnsynced = 16,
  kSwapVerified = 32,
  kSwappedBack = 64,
  kInPlace = 128,
  kOriginNotShared = 256,
};

// What became of one change.
struct ChangeOutcome {
  SysError error;  // kNotDurable: the change is in place, `detail` says why it may not last
  uint16_t flags = 0;
  int32_t detail = 0;
  // Names, in the target's directory, of versions of others that could not be put back.
  std::vector<std::string> recovered;
  std::string stamp;  // of what is in place; "" where nothing is, or it was not asked
};

// Enters what the syncs after a change answered: strict makes a failure the change's error, best-effort a
// flag.
void judge_durability(Durability durability, SysError synced, ChangeOutcome* outcome);

// Each entry has a ticket, so that a sync settles only the entry that it began with: a directory may be
// renamed, and so be undurable anew, while the parent it had before is being synced.
class UndurableDirectories {
 public:
  // Makes a directory and enters it in one step, so that nobody can find it on disk before it is entered.
  // EEXIST is passed through; after any error there is no new directory, unless somebody else has it now.
  struct Made {
    FileStatus status;
    uint64_t ticket = 0;
  };
  SysError make(const Handle& parent, const char* name, uint32_t mode, Made* made = nullptr);
  // Renames a directory and enters it in one step: until the new parent is synced its new name may vanish.
  SysError rename(const Handle& from, const char* from_name, const Handle& to, const char* to_name,
                  RenameMode mode, const FileStatus& directory);
  bool empty();
  uint64_t ticket(const FileStatus& directory);  // 0: not entered
  uint64_t newest_ticket();
  // After the parent was synced, or the directory removed. The ticket is of before that: the inode number of
  // a directory that is gone may by then be another's, with a ticket of its own.
  void settled(const FileStatus& directory, uint64_t ticket);
  // Syncs the parent of every directory on the way to `path` that is entered here, and settles it. Cheap when
  // empty.
  SysError settle_ancestors(const Resolver& resolver, uint8_t root, std::string_view path, LastName last);

 private:
  using Identity = std::pair<uint64_t, uint64_t>;
  static Identity identity(const FileStatus& status) { return {status.device, status.inode}; }

  std::mutex mutex_;
  std::map<Identity, uint64_t> tickets_;
  uint64_t newest_ = 0;
};

// settle_ancestors for a whole batch: a parent that was synced for one path is not synced again for the next,
// unless something was entered since.
class AncestorSettler : private StepObserver {
 public:
  AncestorSettler(UndurableDirectories& undurable, const Resolver& resolver)
      : undurable_(undurable), resolver_(resolver) {}
  SysError settle(uint8_t root, std::string_view path, LastName last);

 private:
  SysError stepped(const Handle& parent, const Handle& directory) override;

  UndurableDirectories& undurable_;
  const Resolver& resolver_;
  // Of a parent (device, inode): entries up to this ticket were made before its last sync began.
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> synced_up_to_;
};

// Makes the missing parents of a path, and keeps in mind whether it made any.
class ParentMaker : public DirectoryMaker {
 public:
  ParentMaker(UndurableDirectories* undurable, Durability durability, const RootSet& set)
      : undurable_(*undurable), durability_(durability), set_(set), reserved_(set) {}
  SysError make(const Handle& parent, const char* name) override;
  void reset() { made_ = false; }
  bool made() const { return made_; }

 private:
  UndurableDirectories& undurable_;
  const Durability durability_;
  const RootSet& set_;
  ReservedNames reserved_;
  bool made_ = false;
};

// A directory with its entries' fsync in view: EACCES where strict durability could not be kept, because
// there is no right to read it and so to open it for fsync(2). Asked before anything is changed.
SysError syncable_check(const Handle& directory, Durability durability);

}  // namespace ploke
