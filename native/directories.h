// Making directories.
#pragma once

#include <cstdint>
#include <string_view>

#include "commit_batch.h"
#include "durability.h"
#include "owner.h"
#include "resolve.h"

namespace ploke {

struct DirectoryOutcome : ChangeOutcome {
  bool created = false;
};

class DirectoryCreator {
 public:
  // `mode` -1: 0777 under the umask; otherwise exactly these bits (of the last directory only).
  DirectoryCreator(const Resolver& resolver, UndurableDirectories* undurable, Durability durability,
                   bool parents, int32_t mode)
      : resolver_(resolver),
        undurable_(*undurable),
        maker_(undurable, durability, resolver.set()),
        settler_(*undurable, resolver),
        reserved_(resolver.set()),
        durability_(durability),
        parents_(parents),
        mode_(mode) {}
  DirectoryOutcome create(uint8_t root, std::string_view path);

 private:
  SysError make(uint8_t root, std::string_view path, bool* created);
  SysError make_last(const Handle& parent, const char* name);
  SysError give_mode(const Handle& parent, const char* name, const FileStatus& made) const;

  const Resolver& resolver_;
  UndurableDirectories& undurable_;
  ParentMaker maker_;
  AncestorSettler settler_;
  ReservedNames reserved_;
  const Durability durability_;
  const bool parents_;
  const int32_t mode_;
};

}  // namespace ploke
