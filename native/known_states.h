// What is known of files from an earlier look, for the positions of KnownPaths: their stamps and hashes.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "sha256.h"
#include "stamp.h"

namespace ploke {

struct KnownState {
  KnownStamp stamp;
  Digest hash{};
};

// Copies share what does not differ. `set` and `copy` belong to one thread; what they have not touched since
// it was handed out may be read by any.
class KnownStates {
 public:
  explicit KnownStates(size_t count);
  // Later changes of either are not seen in the other.
  KnownStates copy();
  size_t count() const { return count_; }
  const KnownState& at(size_t position) const {
    return (*blocks_[position / kBlockStates].states)[position % kBlockStates];
  }
  // False, and nothing is changed, where there is no such position or `hash` is none (`hash_text`).
  bool set(size_t position, std::string_view hash, std::string_view stamp);

 private:
  static constexpr size_t kBlockStates = 1024;
  struct Block {
    std::shared_ptr<std::vector<KnownState>> states;
    bool shared = false;
  };
  KnownStates() = default;

  size_t count_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace ploke
