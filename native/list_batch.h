// Lists directories: every name with what it is, in an order of its own, without our own temporary files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "batch_paths.h"
#include "directory_watch.h"
#include "fine_stamps.h"

namespace ploke {

struct ListRequest {
  bool stamps = false;
  bool no_follow = false;  // a link as the last name is ENOTDIR
  // Gets every directory before it is listed, so that nothing comes between the listing and the records.
  std::shared_ptr<DirectoryWatch> watch;
};

class ListBatch {
 public:
  ListBatch(BatchPaths directories, ListRequest request);
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
    // What follows is of every directory that could be opened, listed or not.
    int32_t watch = 0;     // below 0: minus the errno for which there is none
    std::string identity;  // "device:inode"
  };
  const std::vector<Directory>& directories() const { return found_; }
  size_t name_bytes() const { return name_bytes_; }  // of all entries, with a NUL each

 private:
  SysError list(size_t index, Directory* directory);

  BatchPaths directories_;
  const ListRequest request_;
  std::vector<Directory> found_;
  size_t name_bytes_ = 0;
  FineStamps fine_stamps_;
};

}  // namespace ploke
