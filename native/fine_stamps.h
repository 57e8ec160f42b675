// Which devices keep times that a stamp can rely on, asked once a device within a batch. A batch is short, so
// that a device number cannot come to mean another file system meanwhile.
#pragma once

#include <utility>
#include <vector>

#include "stamp.h"

namespace ploke {

class FineStamps {
 public:
  // `status` is the handle's.
  bool of(const Handle& handle, const FileStatus& status);
  // `status` is that of the name itself, which may lie on another device than the directory.
  bool of_entry(const Handle& directory, const char* name, const FileStatus& status);

 private:
  const bool* known(uint64_t device) const;
  std::vector<std::pair<uint64_t, bool>> devices_;
};

}  // namespace ploke
