// Paths of files that are looked at again and again: taken in once, kept by JavaScript behind a handle.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ploke {

// Below the roots of a set, by position: the order in which they were added. Nothing changes any more once it
// is sealed, so threads may share it.
class KnownPaths {
 public:
  struct Item {
    std::string_view path;
    uint8_t root;
    uint32_t position;
  };

  // False, and nothing is added, where `text` is not `count` paths joined with NUL.
  bool add(std::vector<char> text, const uint8_t* roots, size_t count);
  // Puts the files of each directory next to one another, and divides all into chunks that threads take in
  // turn.
  void seal();

  size_t count() const { return items_.size(); }
  bool sealed() const { return sealed_; }
  uint8_t last_root() const { return last_root_; }
  const Item& at(size_t place) const { return items_[place]; }
  // Of places. False: there are no more chunks.
  bool chunk(size_t index, uint32_t* begin, uint32_t* end) const;

 private:
  std::vector<std::vector<char>> texts_;
  std::vector<Item> items_;  // by place, once sealed
  std::vector<uint32_t> chunk_ends_;
  uint8_t last_root_ = 0;
  bool sealed_ = false;
};

}  // namespace ploke
