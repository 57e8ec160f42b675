// Looks whether known files are still what is known of them: by their stamps, reading only those that a stamp
// does not prove to be the same, or all by their content.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "byte_buffer.h"
#include "fine_stamps.h"
#include "known_files.h"
#include "known_states.h"
#include "resolve.h"

namespace ploke {

enum class KnownFinding : uint8_t { restamped, changed, failed };  // mirrored in src/native/look-batches.ts

struct KnownScanRequest {
  std::shared_ptr<const RootSet> set;
  std::shared_ptr<const KnownPaths> paths;    // sealed
  std::shared_ptr<const KnownStates> states;  // as many
  // The number of the next chunk, shared by all that take part in the scan.
  std::atomic<uint32_t>* next_chunk = nullptr;
  std::vector<uint32_t> places;  // these instead, if there are any
  bool by_content = false;
  std::function<bool()> cancelled;  // looked at before each file, and while one is read
};

class KnownScan {
 public:
  explicit KnownScan(KnownScanRequest request) : request_(std::move(request)), resolver_(request_.set) {}
  // Ends when no chunk is left, or when so much was done that other jobs should have their turn.
  void run();
  bool ended() const { return ended_; }                        // no chunk is left
  const std::vector<uint32_t>& left() const { return left_; }  // places that it took and did not come to

  // Of a file of which not everything is as it was.
  struct Found {
    uint32_t place = 0;
    uint32_t position = 0;
    KnownFinding finding = KnownFinding::failed;
    SysError error;     // failed
    Digest hash{};      // else
    std::string stamp;  // likewise
  };
  const std::vector<Found>& found() const { return found_; }
  uint32_t files_read() const { return files_read_; }
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  using Item = KnownPaths::Item;
  // A directory that is kept open for the files after it.
  struct Directory {
    bool tried = false;
    uint8_t root = 0;
    std::string_view path;
    Handle handle;
    SysError error;
  };
  bool has_done_much() const;
  void look_or_leave(uint32_t place);
  void look_at(uint32_t place);
  bool is_same(const Item& item, Found* found);
  Result<FileStatus> look(const Item& item);
  Result<Handle> open(const Item& item, FileStatus* status);
  const Directory* directory_of(const Item& item, std::string* name);
  const Directory& enter(uint8_t root, std::string_view path);

  const KnownScanRequest request_;
  const Resolver resolver_;
  bool ended_ = false;
  std::vector<uint32_t> left_;
  std::vector<Found> found_;
  uint32_t files_looked_at_ = 0;
  uint32_t files_read_ = 0;
  uint64_t bytes_read_ = 0;
  Directory directory_;
  FineStamps fine_stamps_;
  ByteBuffer scratch_;
  Sha256 hash_;
};

}  // namespace ploke
