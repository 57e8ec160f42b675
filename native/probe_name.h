// The name of a file that a probe makes, removed with the object.
#pragma once

#include <string>

#include "platform.h"

namespace ploke {

// A name that a sweep removes should we die on the way: its owner does not exist.
class ProbeName {
 public:
  explicit ProbeName(const Handle& directory) : directory_(directory) {}
  ProbeName(const ProbeName&) = delete;
  ProbeName& operator=(const ProbeName&) = delete;
  ~ProbeName();
  SysError choose();
  Result<Handle> make();            // chooses a name, and opens the new file to read and write
  void moved_to(ProbeName* other);  // the file has the other name now
  const std::string& text() const { return text_; }

 private:
  const Handle& directory_;
  std::string text_;
  bool made_ = false;
};

}  // namespace ploke
