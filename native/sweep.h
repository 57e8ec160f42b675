// Settling what writers that died left behind. Only what nobody can be at work on: the owner's lock can be
// taken, or the owner is gone, and the temporary file's own lock can be taken too. Nothing at all where locks
// prove nothing. What the dead writer made, or meant to replace, is removed; a version of anybody else is
// kept.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolve.h"

namespace ploke {

struct Swept {
  uint32_t removed = 0;
  std::vector<std::string> recovered;  // names
};

class Sweep {
 public:
  explicit Sweep(const Resolver& resolver) : resolver_(resolver) {}
  // The temporary files of dead owners in this directory, not below it. Those that hold somebody else's
  // version are kept under another name.
  SysError directory(uint8_t root, std::string_view path, Swept* swept);
  // Dead owners' files of this root, then the same.
  SysError root(uint8_t root, std::string_view path, Swept* swept);

 private:
  void owners(const Handle& root);
  bool is_dead(uint8_t root, std::string_view owner);
  void settle(const Handle& directory, const std::vector<DirectoryItem>& items, const std::string& name,
              const Handle& file, Swept* swept);

  const Resolver& resolver_;
  // By root and id. Ids are random and never come again, so the dead stay dead; who lives is asked once.
  std::map<std::pair<uint8_t, std::string>, bool> dead_;
};

}  // namespace ploke
