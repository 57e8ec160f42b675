#include "known_states.h"

#include <algorithm>

namespace ploke {

KnownStates::KnownStates(size_t count) : count_(count) {
  for (size_t first = 0; first < count; first += kBlockStates) {
    blocks_.push_back(
        {std::make_shared<std::vector<KnownState>>(std::min(kBlockStates, count - first)), false});
  }
}

KnownStates KnownStates::copy() {
  for (Block& block : blocks_) block.shared = true;
  KnownStates copied;
  copied.count_ = count_;
  copied.blocks_ = blocks_;
  return copied;
}

bool KnownStates::set(size_t position, std::string_view hash, std::string_view stamp) {
  const std::optional<Digest> digest = hash_parse(hash);
  if (position >= count_ || !digest) return false;
  Block& block = blocks_[position / kBlockStates];
  if (block.shared) block = {std::make_shared<std::vector<KnownState>>(*block.states), false};
  (*block.states)[position % kBlockStates] = {stamp_parse(stamp), *digest};
  return true;
}

}  // namespace ploke
