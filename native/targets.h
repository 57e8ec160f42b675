// The names that a change is about, found and looked at once and then held: each by its parent directory's
// handle and its name, so that what is committed later is committed to what was judged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "byte_buffer.h"
#include "durability.h"
#include "lock.h"
#include "resolve.h"
#include "sha256.h"

namespace ploke {

enum class TargetMode : uint8_t {
  replace,
  replace_or_create,
  entry
};  // mirrored by TargetMode in change-batches.ts

// One for all targets of a batch that lie in the same directory.
struct TargetParent {
  std::shared_ptr<const Handle> directory;
  FileStatus status;
  bool syncable = true;
  uint8_t landed_root = 0;
  bool fine_stamps = false;
  bool local_locks = false;  // flock reaches every process that could see the file
};

struct Target {
  SysError error;  // why it could not be opened; then nothing below is set
  uint8_t root = 0;
  std::string path;  // as it was given
  LastName last = LastName::keep;
  std::shared_ptr<const TargetParent> parent;
  std::string name;
  bool wants_directory = false;
  FileStatus status;  // type missing: no such name
  std::string hash;   // "": not read
  std::string stamp;  // "" where missing
  // Of the inode in `status`; shared by the targets of one inode, nullptr where none was asked for. Whoever
  // replaces the file through one that is to outlive this set hands it on to the new version.
  std::shared_ptr<HeldLock> lock;
};

struct TargetSet {
  explicit TargetSet(std::shared_ptr<const RootSet> set) : resolver(std::move(set)) {}
  Resolver resolver;
  uint64_t max_file_bytes = 0;
  std::vector<Target> items;
};

struct OpenTargetsRequest {
  Durability durability = Durability::strict;
  bool hash = true;
  bool contents = false;
  // How the regular files among the targets are locked, exclusively, before anything of them is read. Never
  // waits: where one is taken all are given up, see OpenTargetsOutcome::blocked.
  LockKind lock = LockKind::none;
  LockTable* locks = nullptr;
  // Locks that the call has already; used for the targets of the same inode.
  std::vector<std::shared_ptr<HeldLock>> given;
};
struct OpenTargetsItem {
  uint8_t root = 0;
  std::string_view path;
  TargetMode mode = TargetMode::entry;
  bool create_parents = false;
};
struct OpenTargetsOutcome {
  std::vector<ByteBuffer> contents;  // by item, where wanted
  std::vector<uint32_t> unsynced;    // items whose new parents could not be synced (best-effort)
  // The item whose lock somebody else holds, -1: none. Then every item that had not failed is kLocked, and no
  // lock is held but those given.
  int64_t blocked = -1;
};

// Fills `targets->items`, one for each item, in order.
OpenTargetsOutcome targets_open(TargetSet* targets, const std::vector<OpenTargetsItem>& items,
                                const OpenTargetsRequest& request, UndurableDirectories* undurable,
                                const std::function<bool()>& cancelled);

// How much of a target must be as it was when opened.
enum class Sameness : uint8_t {
  entry,    // the same inode and type
  version,  // and, where no hash is expected, the same size and modification time
};
// The last look before a change: kChanged where the target is no longer what was opened, or (with
// `expected_hash`, of regular files) no longer has that content. Reads the file only where its stamp does not
// prove that. ENOENT: gone. `status` receives what was there, before it was read.
SysError target_recheck(const TargetSet& targets, const Target& target, const std::string& expected_hash,
                        Sameness sameness, Sha256* hasher, FileStatus* status = nullptr);

// EACCES where strict durability could not be kept because the directory cannot be opened for fsync(2).
SysError syncable_check(const TargetParent& parent, Durability durability);
SysError parent_sync(const TargetParent& parent);

}  // namespace ploke
