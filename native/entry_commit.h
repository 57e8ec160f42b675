// Removing one name, and moving one to another.
#pragma once

#include <functional>
#include <string>

#include "commit_batch.h"
#include "durability.h"
#include "targets.h"

namespace ploke {

struct EntryRequest {
  Durability durability = Durability::strict;
  std::string expected_hash;  // "": only the identity is looked at
  std::string owner;          // 32 hex digits
};

// Removes a file or a link, never a directory (EISDIR) and never what a link leads to. Syncs nothing:
// kCommitted without kDurable.
ChangeOutcome entry_remove_now(const TargetSet& targets, const Target& target, const EntryRequest& request,
                               const std::function<bool()>& cancelled);
// The same, and its directory is synced.
ChangeOutcome entry_commit_remove(const TargetSet& targets, const Target& target, const EntryRequest& request,
                                  const ChangeHost& host);

// Renames a file, a link or a directory. Without `replace` nothing is ever replaced (EEXIST).
ChangeOutcome entry_commit_rename(const TargetSet& targets, const Target& from, const Target& to,
                                  bool replace, const EntryRequest& request, const ChangeHost& host);

}  // namespace ploke
