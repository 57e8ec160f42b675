// The sign of life of a workspace that changes files: a locked file in `.ploke-io` of each root it changes.
// Temporary files carry its id, so that a sweep can tell a writer at work from one that died: the kernel
// drops the lock of a process that ends, however it ends.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "roots.h"

namespace ploke {

bool is_owner_id(std::string_view id);  // 32 lower-case hex digits
std::string owner_file_name(std::string_view id);
// The id of an owner file's name; empty where it is not one.
std::string_view owner_of_file_name(std::string_view name);

class Owner {
 public:
  // Makes and locks the owner file. ENOTDIR where `.ploke-io` is anything but a directory.
  static Result<std::shared_ptr<Owner>> open(std::shared_ptr<const Root> root, std::string_view id);
  // Removes the file, gives up the lock, and removes the folder if nobody else needs it.
  void close();

 private:
  std::shared_ptr<const Root> root_;
  std::string name_;
  Handle folder_;
  Handle file_;
};

// Removes `.ploke-io` where nothing but its .gitignore is left in it.
void owner_folder_tidy(const Handle& root, const Handle& folder);

}  // namespace ploke
