// Asks files who wrote the version that they have: opens each beneath its root and looks at its attribute.
#pragma once

#include <string>
#include <vector>

#include "batch_paths.h"
#include "fine_stamps.h"

namespace ploke {

class OriginBatch {
 public:
  explicit OriginBatch(BatchPaths items);
  void run();

  struct Item {
    SysError error;
    std::string origin;  // "": the file does not tell
    std::string stamp;   // of what the origin speaks of
  };
  const std::vector<Item>& items() const { return found_; }

 private:
  SysError look(size_t index, Item* item);

  BatchPaths items_;
  std::vector<Item> found_;
  FineStamps fine_stamps_;
};

}  // namespace ploke
