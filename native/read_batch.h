// Opens files beneath their roots, reads and hashes each once, checks that text is UTF-8 and cuts out slices.
// Of a file no more is kept than its slices.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "batch_paths.h"
#include "byte_buffer.h"
#include "content_cache.h"
#include "fine_stamps.h"
#include "sha256.h"
#include "slice.h"

namespace ploke {

struct ReadRequest {
  explicit ReadRequest(BatchPaths paths) : files(std::move(paths)) {}
  BatchPaths files;
  uint64_t max_file_bytes = 0;
  bool text = false;
  bool stamps = false;
  std::shared_ptr<ContentCache> cache;  // if there is one; files of which just the hash is wanted pass it by
  struct FileSlice {
    size_t file = 0;
    SliceRequest request;
  };
  std::vector<FileSlice> slices;  // ordered by file
  // Of each file the hash that it is expected to have, or none; empty: none of any.
  std::vector<std::optional<Digest>> expected;
};

class ReadBatch {
 public:
  explicit ReadBatch(ReadRequest request);
  void run();

  struct File {
    SysError error;
    uint64_t byte_length = 0;
    bool as_expected = false;
    std::string hash;  // none where it is the expected one
    std::string stamp;
  };
  struct Content {
    Slice slice;
    bool ascii = false;
    size_t buffer = 0;
    size_t offset = 0;
  };
  const ReadRequest& request() const { return request_; }
  std::vector<File>& files() { return files_; }
  const std::vector<Content>& contents() const { return contents_; }
  const uint8_t* bytes(const Content& content) const {
    return buffers_[content.buffer].data() + content.offset;
  }
  // What came from the disk, whole files only.
  uint32_t files_read() const { return files_read_; }
  uint64_t bytes_read() const { return bytes_read_; }
  // A cache was given, and a file lies where stamps are never proof.
  bool passed_cache_by() const { return passed_cache_by_; }
  // Frees the bytes of a slice whose file had a buffer to itself. Slices of one file share it.
  void release(const Content& content);

 private:
  struct Range {
    size_t begin, end;  // of slices
  };
  SysError read_file(File* file, size_t index, Range slices);
  void set_hash(File* file, const Digest& digest);
  // A whole file in memory: what is in scratch_, or what was cached.
  struct Whole {
    const uint8_t* data;
    size_t size;
    const Digest& digest;
    Utf8Check check;
  };
  SysError read_whole(const Handle& handle, const FileStatus& status, const KnownStamp* stamp, File* file,
                      Range slices);
  void cache(const KnownStamp& stamp, const Whole& whole);
  SysError cut(const Whole& whole, File* file, Range slices);
  SysError read_pieces(const Handle& handle, const FileStatus& status, File* file, Range slices);
  SysError collect(const Handle& handle, const FileStatus& status, Range slices,
                   std::vector<SliceCollector>* collectors, uint64_t* size, Digest* digest);
  SysError keep(const Whole& whole, Range slices);

  ReadRequest request_;
  size_t index_ = 0;  // of the file that is being read
  std::vector<File> files_;
  std::vector<Content> contents_;
  // The first holds the slices of many files one after another; the others belong to one file each.
  std::vector<ByteBuffer> buffers_;
  ByteBuffer scratch_;
  Sha256 hash_;
  FineStamps fine_stamps_;
  uint32_t files_read_ = 0;
  uint64_t bytes_read_ = 0;
  bool passed_cache_by_ = false;
};

}  // namespace ploke
