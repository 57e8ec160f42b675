// Opens files beneath their roots, reads and hashes each once, checks that text is UTF-8 and cuts out slices.
// Of a file no more is kept than its slices.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "batch_paths.h"
#include "byte_buffer.h"
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
  struct FileSlice {
    size_t file = 0;
    SliceRequest request;
  };
  std::vector<FileSlice> slices;  // ordered by file
};

class ReadBatch {
 public:
  explicit ReadBatch(ReadRequest request);
  void run();

  struct File {
    SysError error;
    uint64_t byte_length = 0;
    std::string hash;
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
  // Frees the bytes of a slice whose file had a buffer to itself. Slices of one file share it.
  void release(const Content& content);

 private:
  struct Range {
    size_t begin, end;  // of slices
  };
  SysError read_file(File* file, size_t index, Range slices);
  SysError read_whole(const Handle& handle, const FileStatus& status, File* file, Range slices);
  SysError read_pieces(const Handle& handle, const FileStatus& status, File* file, Range slices);
  SysError collect(const Handle& handle, const FileStatus& status, Range slices,
                   std::vector<SliceCollector>* collectors, uint64_t* size, Digest* digest);
  SysError keep(Range slices, bool ascii);

  ReadRequest request_;
  std::vector<File> files_;
  std::vector<Content> contents_;
  // The first holds the slices of many files one after another; the others belong to one file each.
  std::deque<ByteBuffer> buffers_;
  ByteBuffer scratch_;
  Sha256 hash_;
  FineStamps fine_stamps_;
};

}  // namespace ploke
