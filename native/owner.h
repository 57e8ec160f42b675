// The sign of life of a workspace that changes files: a locked file in `.ploke-io` of each root it changes.
// Temporary files carry its id, so that a sweep can tell a writer at work from one that died: the kernel
// drops the lock of a process that ends, however it ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roots.h"

namespace ploke {

bool is_owner_id(std::string_view id);  // 32 lower-case hex digits
std::string owner_file_name(std::string_view id);
// The id of an owner file's name; empty where it is not one.
std::string_view owner_of_file_name(std::string_view name);

class Owner {
 public:
  // Makes and locks the owner file, under a name that no sweep takes for a dead owner's where locks prove
  // nothing. ENOTDIR where `.ploke-io` is anything but a directory.
  static Result<std::shared_ptr<Owner>> open(std::shared_ptr<const Root> root, std::string_view id);
  std::string_view id() const { return id_; }
  // A small file in the folder, replaced whole. Not synced: it means nothing after a power cut.
  SysError write_record(const std::string& name, std::string_view text) const;
  void remove_record(const std::string& name) const;
  // Removes the file and its records, gives up the lock, and removes the folder if nobody else needs it.
  void close();

 private:
  std::shared_ptr<const Root> root_;
  std::string id_;
  std::string name_;
  Handle folder_;
  Handle file_;
};

// kReserved for what belongs to ploke-io: a name in the folder of a root, that folder itself, a temporary
// name. A path that says so by its text never comes here (src/policy/reserved-names.ts); one that leads there
// through a link does, and one in another spelling, where the file system takes that for the same: those that
// folded_name knows are reserved everywhere, whatever the file system, and any other is told by what it leads
// to. `parent` is where it really lies, beneath `landed_root`; `entry` what has the name, where that is
// known.
class ReservedNames {
 public:
  explicit ReservedNames(const RootSet& set) : set_(set), folders_(set.roots.size()) {}
  SysError check(const FileStatus& parent, uint8_t landed_root, std::string_view name,
                 const FileStatus* entry = nullptr);

 private:
  const RootSet& set_;
  // Of each root, asked until it is there: a batch may make it.
  std::vector<std::optional<FileStatus>> folders_;
};

// What holders of locks write down about themselves, in the folder: `lock-<id of the owner>-…`.
constexpr size_t kRecordBytes = 4096;
struct LockRecord {
  std::string name;
  std::string text;
};
// Those whose owner lives, at most a thousand. Those of owners that are gone are removed.
Result<std::vector<LockRecord>> lock_records(const Handle& root);
void lock_records_remove(const Handle& folder, std::string_view owner);

// Whether an entry of a root is the folder of its owners, in whatever spelling.
bool is_owner_folder(const Handle& root, std::string_view name, const FileStatus& entry);

// Removes `.ploke-io` where nothing but its .gitignore is left in it.
void owner_folder_tidy(const Handle& root, const Handle& folder);

}  // namespace ploke
