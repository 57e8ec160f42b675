#include "slice.h"

#include <algorithm>
#include <cstring>

#include "utf8.h"

namespace ploke {
namespace {

uint64_t most_bytes(bool text) { return text ? kMaxTextBytes : kMaxArrayBytes; }

uint64_t add(uint64_t a, uint64_t b) { return a > kNoLimit - b ? kNoLimit : a + b; }

constexpr uint64_t kMarkLines = 4096;

Slice failed(int32_t status) {
  Slice slice;
  slice.status = status;
  return slice;
}

Slice lines_of(LineIndex* lines, const SliceRequest& request) {
  const uint64_t first = std::max<uint64_t>(request.a, 1);
  Slice slice;
  slice.start = slice.end = lines->size();
  size_t start = 0;
  if (!lines->find(first, LineIndex::Edge::start, &start)) return slice;
  slice.start = slice.end = start;
  if (request.b < first) return slice;
  size_t end = 0;
  const bool met = request.b != kNoLimit && lines->find(request.b + 1, LineIndex::Edge::end, &end);
  slice.end = met ? end : lines->size();
  return slice;
}

Slice last_lines_of(const uint8_t* data, size_t size, uint64_t count) {
  Slice slice;
  slice.start = slice.end = size;
  if (count == 0) return slice;
  // The '\n' that ends the last line opens no other.
  size_t at = size > 0 && data[size - 1] == '\n' ? size - 1 : size;
  for (; at > 0; at--) {
    if (data[at - 1] == '\n' && --count == 0) break;
  }
  slice.start = at;
  return slice;
}

// Cuts the slice down to `max_bytes`. `byte_at(offset)` gives the file's byte within [start, start +
// max_bytes].
template <class ByteAt>
void truncate(Slice* slice, uint64_t max_bytes, bool text, ByteAt byte_at) {
  if (slice->end - slice->start <= max_bytes) return;
  slice->end = slice->start + max_bytes;
  slice->truncated = true;
  while (text && slice->end > slice->start && utf8_is_continuation(byte_at(slice->end))) slice->end--;
}

}  // namespace

uint64_t saturate(double value) {
  if (!(value > 0)) return 0;
  return value >= 9007199254740992.0 ? kNoLimit : static_cast<uint64_t>(value);
}

void LineIndex::reset(const uint8_t* data, size_t size) {
  data_ = data;
  size_ = size;
  recent_[0] = recent_[1] = Place();
  marks_.assign(1, 0);
  most_ = kNoLimit;
}

bool LineIndex::find(uint64_t line, Edge edge, size_t* offset) {
  if (line > most_) return false;
  const size_t mark = static_cast<size_t>(std::min<uint64_t>((line - 1) / kMarkLines, marks_.size() - 1));
  Place at{mark * kMarkLines + 1, marks_[mark]};
  for (const Place& place : recent_) {
    if (place.line <= line && place.line > at.line) at = place;
  }
  while (at.line < line) {
    const void* found = at.offset < size_ ? std::memchr(data_ + at.offset, '\n', size_ - at.offset) : nullptr;
    if (found == nullptr) {
      most_ = at.line;
      return false;
    }
    at.offset = static_cast<size_t>(static_cast<const uint8_t*>(found) - data_) + 1;
    at.line++;
    if (at.line == marks_.size() * kMarkLines + 1) marks_.push_back(at.offset);
  }
  recent_[static_cast<size_t>(edge)] = at;
  *offset = at.offset;
  return true;
}

Slice slice_of(LineIndex* lines, const SliceRequest& request, bool text) {
  const uint8_t* data = lines->data();
  const size_t size = lines->size();
  Slice slice;
  switch (request.mode) {
    case SliceMode::exact:
    case SliceMode::open:
      slice.start = request.a;
      slice.end = request.mode == SliceMode::open ? std::min<uint64_t>(request.b, size) : request.b;
      if (slice.start > size || slice.end > size || slice.start > slice.end) return failed(kRange);
      if (text) {
        for (const uint64_t at : {slice.start, slice.end}) {
          if (at < size && utf8_is_continuation(data[at])) return failed(kCharBoundary);
        }
      }
      break;
    case SliceMode::lines:
      slice = lines_of(lines, request);
      break;
    case SliceMode::last_lines:
      slice = last_lines_of(data, size, request.a);
      break;
  }
  truncate(&slice, request.max_bytes, text, [data](uint64_t at) { return data[at]; });
  if (slice.end - slice.start > most_bytes(text)) return failed(kTooLarge);
  return slice;
}

void LineCount::feed(const uint8_t* data, size_t size) {
  if (size == 0) return;
  newlines += static_cast<uint64_t>(std::count(data, data + size, uint8_t{'\n'}));
  open_line = data[size - 1] != '\n';
}

SliceRequest lines_from_the_end(const SliceRequest& request, const LineCount& count) {
  SliceRequest lines = request;
  lines.mode = SliceMode::lines;
  lines.a = count.lines() > request.a ? count.lines() - request.a + 1 : 1;
  lines.b = kNoLimit;
  return lines;
}

// --- pieces ---

void PieceLines::next(const uint8_t* data, size_t size) {
  newlines_before_ = count_.newlines;
  count_.feed(data, size);
  index_.reset(data, size);
}

// Most lines begin in another piece: they cost a comparison.
bool PieceLines::find(uint64_t line, LineIndex::Edge edge, size_t* offset) {
  if (line - 1 > count_.newlines) return false;
  return index_.find(line - newlines_before_, edge, offset);
}

SliceCollector::SliceCollector(const SliceRequest& request, bool text) : request_(request), text_(text) {
  // A few bytes more than can be handed over, a character's at least, are enough to know that there are too
  // many.
  request_.max_bytes = std::min(request_.max_bytes, most_bytes(text_) + 8);
  if (request_.mode == SliceMode::lines) {
    request_.a = std::max<uint64_t>(request_.a, 1);
    if (request_.a == 1) start_ = 0;
  } else {
    start_ = request_.a;
    end_ = request_.b;
  }
}

// Keeps the piece's bytes that lie within [start_, until).
bool SliceCollector::keep(const uint8_t* data, size_t size, uint64_t until) {
  const uint64_t from = std::max(start_, position_);
  until = std::min(until, position_ + size);
  return from >= until || content.append(data + (from - position_), static_cast<size_t>(until - from));
}

bool SliceCollector::feed(PieceLines* piece) {
  const uint8_t* data = piece->data();
  const size_t size = piece->size();
  if (request_.mode == SliceMode::lines) {
    size_t offset = 0;
    if (start_ == kNoLimit && piece->find(request_.a, LineIndex::Edge::start, &offset))
      start_ = position_ + offset;
    if (start_ != kNoLimit && end_ == kNoLimit) {
      if (request_.b < request_.a) {
        end_ = start_;
      } else if (request_.b != kNoLimit && piece->find(request_.b + 1, LineIndex::Edge::end, &offset)) {
        end_ = position_ + offset;
      }
    }
  } else if (end_ >= position_ && end_ - position_ < size) {
    end_is_boundary_ = !utf8_is_continuation(data[end_ - position_]);
  }
  // The byte after the cut tells whether the cut is between characters, and the byte at the start whether
  // that is: one byte more than the slice can have.
  const uint64_t until = start_ == kNoLimit ? 0 : add(std::min(end_, add(start_, request_.max_bytes)), 1);
  const bool kept = start_ == kNoLimit || keep(data, size, until);
  position_ += size;
  return kept;
}

Slice SliceCollector::finish() {
  const uint64_t size = position_;
  Slice slice;
  slice.start = start_;
  slice.end = end_;
  if (request_.mode == SliceMode::exact || request_.mode == SliceMode::open) {
    if (request_.mode == SliceMode::open) slice.end = std::min(end_, size);
    if (slice.start > size || slice.end > size || slice.start > slice.end) return failed(kRange);
    if (text_ && slice.start < size && utf8_is_continuation(content.data()[0])) return failed(kCharBoundary);
    if (text_ && !end_is_boundary_) return failed(kCharBoundary);
  } else {
    slice.start = std::min(slice.start, size);
    slice.end = std::min(slice.end, size);
  }
  truncate(&slice, request_.max_bytes, text_,
           [this, &slice](uint64_t at) { return content.data()[at - slice.start]; });
  if (slice.end - slice.start > most_bytes(text_)) return failed(kTooLarge);
  content.resize_within_capacity(static_cast<size_t>(slice.end - slice.start));
  return slice;
}

}  // namespace ploke
