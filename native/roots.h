// The roots of a workspace as open directory handles, and what links below them may do.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform.h"

namespace ploke {

enum class Symlinks : uint8_t { deny_cross_root, follow, deny };  // mirrored by NativeSymlinks

struct Root {
  Handle directory;  // OpenMode::directory where it may be listed, else look_directory
  std::string canonical_path;
  uint64_t device = 0, inode = 0;
  MountFacts mount;
  bool listable = true;      // false: only searched, never listed nor synced
  bool local_locks = false;  // see locks_are_local
};
Result<std::shared_ptr<const Root>> root_describe(const char* path);

// One absolute spelling that belongs to a root: configured or canonical; absorbed roots have a prefix.
struct Spelling {
  std::string path;  // "/a/b", no trailing slash except "/"
  uint8_t root = 0;
  std::string prefix;  // relative path below the root, "" for the root itself
};

// Immutable once made; batches hold a shared_ptr, so closing a workspace never closes a handle in use.
struct RootSet {
  std::vector<std::shared_ptr<const Root>> roots;
  std::vector<Spelling> spellings;  // longest first
  Symlinks symlinks = Symlinks::deny_cross_root;
  bool allow_hard_links = true;
  bool allow_mounts = true;

  // What the kernel is to refuse by itself; it leaves the reason to the walk.
  BeneathOptions beneath(bool keep_last) const {
    return BeneathOptions{symlinks == Symlinks::deny, !allow_mounts, keep_last};
  }
  std::shared_ptr<const Handle> root_handle(uint8_t root) const {
    return std::shared_ptr<const Handle>(roots[root], &roots[root]->directory);
  }
};

// Where an absolute path leads by its text alone: whole components compared, the longest spelling wins, "//"
// and "." do not count, ".." matches nothing.
struct SpellingMatch {
  uint8_t root = 0;
  std::string rest;  // relative to the root, with the path's own trailing slash
};
std::optional<SpellingMatch> spelling_match(const RootSet& set, std::string_view absolute);

// An absolute path without "//", "." and ".." by its text alone.
std::string lexical_path(std::string_view absolute);

// kMount where a directory or file below the root lies on another mount than the root and the set forbids
// that.
SysError mount_check(const RootSet& set, uint8_t root, const Handle& handle);

}  // namespace ploke
