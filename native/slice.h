// Which bytes of a file a request means: by offsets, by lines, cut down to a number of bytes. Pure functions
// over bytes. A line ends after its '\n'; a CR before it is part of the line's text. A final '\n' does not
// open another line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "byte_buffer.h"
#include "platform.h"

namespace ploke {

// Mirrored by SliceMode in src/native/look-batches.ts.
enum class SliceMode : uint8_t { exact, open, lines, last_lines };
constexpr uint64_t kNoLimit = UINT64_MAX;
// A longer Uint8Array cannot be made by every V8 that we load into (TypedArray::kMaxLength of Node 20).
constexpr uint64_t kMaxArrayBytes = sizeof(void*) == 4 ? (1u << 30) - 1 : (uint64_t{1} << 32) - 1;

struct SliceRequest {
  SliceMode mode = SliceMode::open;
  uint64_t a = 0;
  uint64_t b = kNoLimit;
  uint64_t max_bytes = kNoLimit;
};

struct Slice {
  int32_t status = 0;  // 0, kRange, kCharBoundary; kTooLarge: more than a string or array can hold
  uint64_t start = 0;
  uint64_t end = 0;
  bool truncated = false;
};

// A count or offset as JavaScript sends it. Infinity and whatever is too large become kNoLimit, nonsense 0.
uint64_t saturate(double value);

// Where the lines of some bytes begin. Nothing is scanned before it is asked for, and nearly nothing twice: a
// search goes on from the last slice that lies before it, or from the nearest of every 4,096th line, which
// are remembered on the way.
class LineIndex {
 public:
  LineIndex(const uint8_t* data, size_t size) { reset(data, size); }
  void reset(const uint8_t* data, size_t size);  // the bytes outlive what is asked of them
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

  // Two places are remembered: slices mostly come in order, but the next may begin before the last ends.
  enum class Edge : uint8_t { start, end };
  // Offset where the 1-based `line` begins, which is the end where the last byte is the '\n' before it.
  // False: there are fewer lines.
  bool find(uint64_t line, Edge edge, size_t* offset);

 private:
  struct Place {
    uint64_t line = 1;
    size_t offset = 0;
  };
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  Place recent_[2];
  std::vector<size_t> marks_;  // where the lines 1, 4097, 8193, … begin
  uint64_t most_ = kNoLimit;   // the last line that begins, once that is known
};

// `lines` is over the whole file; `text`: it is known to be UTF-8, and no character may be cut.
Slice slice_of(LineIndex* lines, const SliceRequest& request, bool text);

// Number of lines and where a file of unknown size ends, from its pieces.
struct LineCount {
  uint64_t newlines = 0;
  bool open_line = false;  // the last byte is not '\n'
  void feed(const uint8_t* data, size_t size);
  uint64_t lines() const { return newlines + (open_line ? 1 : 0); }
};
// The request by line numbers that `last_lines` amounts to.
SliceRequest lines_from_the_end(const SliceRequest& request, const LineCount& count);

// One piece of a file after the other, and which lines begin in it: searched once for all of a file's slices.
class PieceLines {
 public:
  PieceLines() : index_(nullptr, 0) {}
  void next(const uint8_t* data, size_t size);
  const uint8_t* data() const { return index_.data(); }
  size_t size() const { return index_.size(); }
  // As LineIndex::find, with the file's line and the piece's offset; for lines that begin in no piece before.
  bool find(uint64_t line, LineIndex::Edge edge, size_t* offset);

 private:
  LineIndex index_;
  LineCount count_;  // of the pieces so far
  uint64_t newlines_before_ = 0;
};

// The same as slice_of over a file that comes in pieces, keeping just the bytes of the slice. Not for
// last_lines, which must be turned into lines first.
class SliceCollector {
 public:
  SliceCollector(const SliceRequest& request, bool text);
  // Pieces in order, without a gap. False: no memory.
  [[nodiscard]] bool feed(PieceLines* piece);
  // After the last piece. `content` then holds the slice's bytes.
  Slice finish();
  ByteBuffer content;

 private:
  [[nodiscard]] bool keep(const uint8_t* data, size_t size, uint64_t until);

  SliceRequest request_;
  bool text_;
  uint64_t position_ = 0;      // bytes fed
  uint64_t start_ = kNoLimit;  // kNoLimit: not met yet
  uint64_t end_ = kNoLimit;
  bool end_is_boundary_ = true;
};

}  // namespace ploke
