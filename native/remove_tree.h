// Removing a directory, alone or with everything below it, relative to held handles only: what is swapped in
// meanwhile is removed where it stands in the tree or not at all, and links are removed, never followed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commit_batch.h"
#include "durability.h"
#include "resolve.h"

namespace ploke {

struct RemoveOutcome : ChangeOutcome {
  uint64_t removed = 0;  // entries, also where the call failed half-way
};

RemoveOutcome directory_remove(const Resolver& resolver, uint8_t root, std::string_view path, bool recursive,
                               Durability durability, const ChangeHost& host);

}  // namespace ploke
