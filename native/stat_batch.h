// Looks at files without opening them for reading: what they are, and whether they are still what a stamp
// says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "batch_paths.h"
#include "fine_stamps.h"

namespace ploke {

class StatBatch {
 public:
  StatBatch(BatchPaths items, bool follow_links);
  void run();

  struct Item {
    SysError error;
    FileStatus status;
    std::string stamp;
  };
  const std::vector<Item>& items() const { return found_; }

 private:
  SysError look(size_t index, Item* item);
  SysError look_at_target(size_t index, Item* item);
  SysError look_at_name(size_t index, Item* item);

  BatchPaths items_;
  bool follow_links_;
  std::vector<Item> found_;
  FineStamps fine_stamps_;
};

enum class StampState : uint8_t { same, differs, missing, failed };  // mirrored in src/native/look-batches.ts

class CompareStamps {
 public:
  CompareStamps(BatchPaths items, std::vector<KnownStamp> stamps);  // as many as `items`
  void run();

  struct Item {
    SysError error;
    StampState state = StampState::failed;
  };
  const std::vector<Item>& items() const { return found_; }

 private:
  // A directory that is kept open for the items after it.
  struct Directory {
    bool tried = false;
    uint8_t root = 0;
    std::string_view path;
    Handle handle;
    SysError error;
  };
  Result<FileStatus> look(size_t index);
  Result<FileStatus> look_alone(size_t index);
  const Directory& directory_of(uint8_t root, std::string_view path);

  BatchPaths items_;
  std::vector<KnownStamp> stamps_;
  std::vector<Item> found_;
  Directory directory_;
};

}  // namespace ploke
