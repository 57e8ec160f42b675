// Lists directories: every name with what it is, in an order of its own, without our own temporary files.
#pragma once

#include <string>
#include <vector>

#include "batch_paths.h"
#include "fine_stamps.h"

namespace ploke {

class ListBatch {
 public:
  ListBatch(BatchPaths directories, bool stamps);
  void run();

  struct Entry {
    std::string name;
    FileStatus status;
    std::string stamp;
  };
  struct Directory {
    SysError error;
    std::vector<Entry> entries;                // sorted by the names' bytes
    std::vector<std::string> unrepresentable;  // escaped names that are not UTF-8
    bool has_temporary = false;
  };
  const std::vector<Directory>& directories() const { return found_; }
  size_t name_bytes() const { return name_bytes_; }  // of all entries, with a NUL each

 private:
  SysError list(size_t index, Directory* directory);

  BatchPaths directories_;
  bool stamps_;
  std::vector<Directory> found_;
  size_t name_bytes_ = 0;
  FineStamps fine_stamps_;
};

}  // namespace ploke
