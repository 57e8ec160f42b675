#include "known_files.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace ploke {
namespace {

// Small enough that threads end at nearly the same time; each directory of a chunk is opened once.
constexpr size_t kChunkFiles = 128;
// A directory with more files than this is divided.
constexpr size_t kMostChunkFiles = 256;

std::string_view parent_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

bool KnownPaths::add(std::vector<char> text, const uint8_t* roots, size_t count) {
  const size_t separators =
      static_cast<size_t>(std::count(text.begin(), text.end(), '\0')) + (count == 0 ? 0 : 1);
  if (separators != count || (count == 0 && !text.empty()) || sealed_) return false;
  texts_.push_back(std::move(text));
  std::string_view rest(texts_.back().data(), texts_.back().size());
  for (size_t i = 0; i < count; i++) {
    const size_t end = rest.find('\0');
    items_.push_back({rest.substr(0, end), roots[i], static_cast<uint32_t>(items_.size())});
    last_root_ = std::max(last_root_, roots[i]);
    if (end != std::string_view::npos) rest.remove_prefix(end + 1);
  }
  return true;
}

void KnownPaths::seal() {
  // Directories in the order in which they first occur.
  std::vector<std::unordered_map<std::string_view, uint32_t>> known(size_t{last_root_} + 1);
  std::vector<uint32_t> directories(items_.size());
  std::vector<uint32_t> counts;
  for (size_t i = 0; i < items_.size(); i++) {
    const auto [entry, is_new] =
        known[items_[i].root].try_emplace(parent_of(items_[i].path), static_cast<uint32_t>(counts.size()));
    if (is_new) counts.push_back(0);
    directories[i] = entry->second;
    counts[entry->second]++;
  }

  std::vector<uint32_t> next(counts.size());
  uint32_t place = 0, first = 0;
  for (size_t i = 0; i < counts.size(); i++) {
    next[i] = place;
    for (const uint32_t end = place + counts[i]; place < end;) {
      place = std::min(end, first + static_cast<uint32_t>(kMostChunkFiles));
      if (place < end || place - first >= kChunkFiles) {
        chunk_ends_.push_back(place);
        first = place;
      }
    }
  }
  if (place > first) chunk_ends_.push_back(place);

  std::vector<Item> sorted(items_.size());
  for (size_t i = 0; i < items_.size(); i++) sorted[next[directories[i]]++] = items_[i];
  items_ = std::move(sorted);
  sealed_ = true;
}

bool KnownPaths::chunk(size_t index, uint32_t* begin, uint32_t* end) const {
  if (index >= chunk_ends_.size()) return false;
  *begin = index == 0 ? 0 : chunk_ends_[index - 1];
  *end = chunk_ends_[index];
  return true;
}

}  // namespace ploke
