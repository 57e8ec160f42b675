// Writing into a file that no rename can replace: one with several names, or a mount point. Not atomic: a
// backup beside it is durable before the first byte changes, and stays until the file is synced.
#pragma once

#include <string_view>

#include "commit_batch.h"

namespace ploke {

struct InPlaceRequest {
  std::string_view owner;
  Durability durability = Durability::strict;
  std::string_view origin;  // as of StageContext
};

// kCommitted in the outcome's flags: written, `status` is of then. Else an error: the old content is there,
// or, where `detail` is kUnknownState, nobody knows, and the backup was kept as a recovered file.
constexpr int32_t kUnknownState = -1;
void in_place_write(const Replacement& replacement, const InPlaceRequest& request, Sha256* hasher,
                    CommitOutcome* outcome, FileStatus* status);

}  // namespace ploke
