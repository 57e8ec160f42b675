// Contents of files that were read, for whoever finds by a fresh fstat of an open file that it still is the
// version that was read. Only contents whose stamp is proof are taken (stamp.h). Bounded by bytes: what was
// not asked for the longest goes first. For any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "byte_buffer.h"
#include "sha256.h"
#include "stamp.h"
#include "utf8.h"

namespace ploke {

class ContentCache {
 public:
  struct Content {
    KnownStamp stamp;
    Digest digest{};
    Utf8Check check;
    ByteBuffer bytes;
  };
  struct Counts {
    uint64_t hits = 0;
    uint64_t misses = 0;     // every other `find`
    uint64_t stale = 0;      // of those: there was another version
    uint64_t evictions = 0;  // for want of room
    uint64_t bytes = 0;
    uint64_t entries = 0;
  };

  explicit ContentCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // nullptr: none of this version. An outdated one is forgotten.
  std::shared_ptr<const Content> find(const FileStatus& status);
  // Whether a content of that size would be taken at all, so that nobody copies one in vain.
  bool admits(uint64_t size) const { return cost_of(size) <= max_bytes_; }
  // In place of what there is of the same file.
  void keep(Content content);
  // What there is of the stamp's file, whatever its version.
  void forget(const KnownStamp& stamp);
  void clear();
  Counts counts() const;

 private:
  struct Identity {
    uint64_t device, inode;
    bool operator==(const Identity& other) const { return device == other.device && inode == other.inode; }
  };
  struct IdentityHash {
    size_t operator()(const Identity& identity) const {
      return std::hash<uint64_t>()(identity.inode ^ identity.device << 40);
    }
  };
  using Entries = std::list<std::shared_ptr<const Content>>;

  static uint64_t cost_of(uint64_t size);
  static Identity identity_of(const Content& content) { return {content.stamp.device, content.stamp.inode}; }
  // The lock is held. What is taken out goes to `dropped`, to be freed without it.
  void drop(Entries::iterator entry, Entries* dropped);

  const uint64_t max_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;  // what was asked for last is first
  std::unordered_map<Identity, Entries::iterator, IdentityHash> by_identity_;
  Counts counts_;
};

}  // namespace ploke
