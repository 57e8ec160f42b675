#include "content_cache.h"

#include <utility>

namespace ploke {
namespace {

// About what an entry takes beside its bytes: the content's record, two nodes, a slot of the table.
constexpr uint64_t kEntryBytes = 256;

}  // namespace

uint64_t ContentCache::cost_of(uint64_t size) {
  return size > UINT64_MAX - kEntryBytes ? UINT64_MAX : size + kEntryBytes;
}

std::shared_ptr<const ContentCache::Content> ContentCache::find(const FileStatus& status) {
  Entries dropped;
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = by_identity_.find({status.device, status.inode});
  if (found == by_identity_.end()) {
    counts_.misses++;
    return nullptr;
  }
  const Entries::iterator entry = found->second;
  if (!stamp_proves_same((*entry)->stamp, status)) {
    counts_.misses++;
    counts_.stale++;
    drop(entry, &dropped);
    return nullptr;
  }
  counts_.hits++;
  entries_.splice(entries_.begin(), entries_, entry);
  return *entry;
}

void ContentCache::keep(Content content) {
  const uint64_t cost = cost_of(content.bytes.size());
  if (!content.stamp.proves || cost > max_bytes_) return;
  Entries added, dropped;
  added.push_back(std::make_shared<const Content>(std::move(content)));
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto present = by_identity_.find(identity_of(*added.front()));
  if (present != by_identity_.end()) drop(present->second, &dropped);
  while (counts_.bytes > max_bytes_ - cost) {
    counts_.evictions++;
    drop(std::prev(entries_.end()), &dropped);
  }
  entries_.splice(entries_.begin(), added);
  by_identity_.emplace(identity_of(*entries_.front()), entries_.begin());
  counts_.bytes += cost;
  counts_.entries++;
}

void ContentCache::forget(const KnownStamp& stamp) {
  Entries dropped;
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = by_identity_.find({stamp.device, stamp.inode});
  if (found != by_identity_.end()) drop(found->second, &dropped);
}

void ContentCache::clear() {
  Entries dropped;
  const std::lock_guard<std::mutex> guard(mutex_);
  by_identity_.clear();
  dropped.swap(entries_);
  counts_.bytes = counts_.entries = 0;
}

ContentCache::Counts ContentCache::counts() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return counts_;
}

void ContentCache::drop(Entries::iterator entry, Entries* dropped) {
  counts_.bytes -= cost_of((*entry)->bytes.size());
  counts_.entries--;
  by_identity_.erase(identity_of(**entry));
  dropped->splice(dropped->begin(), entries_, entry);
}

}  // namespace ploke
