// Looks at files without opening them for reading.
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

}  // namespace ploke
