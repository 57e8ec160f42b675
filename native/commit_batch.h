// Group commit: all temporary files, all their syncs, all renames, then one sync for each directory
// (facts/performance.md, C: for a hundred files a third of the time that one after another takes).
#pragma once

#include <atomic>
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
  std::string origin;     // kept with each new version, see origin.h; "": none
};

struct CommitOutcome : ChangeOutcome {
  std::string hash;  // of what was written; "" where it is not in place
};

// What changes need from their environment.
struct ChangeHost {
  Workers& workers;
  UndurableDirectories& undurable;
  LockTable& locks;
  std::atomic<bool>& nameless;  // as of StageContext
  std::function<bool()> cancelled;
  // Receives the old version of a file that was replaced alone, to be closed after the answer.
  std::vector<Handle>* retired = nullptr;
};

// Those of `items` about which nothing has to be decided any more: whose target lies beneath `root` and is a
// regular file that has the content its replacement expects, if it expects one.
std::vector<Replacement> committable_items(const std::vector<Replacement>& items, uint8_t root);

// One outcome for each replacement, in order. Their targets are of `targets`.
std::vector<CommitOutcome> commit_batch(const TargetSet& targets, const std::vector<Replacement>& items,
                                        const CommitRequest& request, const ChangeHost& host);

}  // namespace ploke
