// Group commit: all temporary files, all their syncs, all renames, then one sync for each directory
// (facts/performance.md, C: for a hundred files a third of the time that one after another takes).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "replace.h"
#include "workers.h"

namespace ploke {

struct CommitRequest {
  std::string owner;  // 32 hex digits
  Durability durability = Durability::strict;
  bool preserve_metadata = true;
  bool in_place = false;  // see in_place.h
};

struct CommitOutcome : ChangeOutcome {
  std::string hash;   // of what was written; "" where it is not in place
  std::string stamp;  // "" likewise
};

// What changes need from their environment.
struct ChangeHost {
  Workers& workers;
  UndurableDirectories& undurable;
  LockTable& locks;
  std::function<bool()> cancelled;
};

// One outcome for each replacement, in order. Their targets are of `targets`.
std::vector<CommitOutcome> commit_batch(const TargetSet& targets, const std::vector<Replacement>& items,
                                        const CommitRequest& request, const ChangeHost& host);

}  // namespace ploke
