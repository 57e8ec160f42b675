#include "slice.h"

#include <algorithm>
#include <cstring>

#include "utf8.h"

namespace ploke {
namespace {

uint64_t most_bytes(bool text) { return text ? kMaxTextBytes : kMaxArrayBytes; }

uint64_t add(uint64_t a, uint64_t b) { return a > kNoLimit - b ? kNoLimit : a + b; }

// Offset just after the `count`th '\n' counted from `from`; false: there are fewer, and `count` is lowered by
// those met.
bool skip_lines(const uint8_t* data, size_t size, size_t from, uint64_t* count, size_t* after) {
  size_t at = from;
  while (*count > 0) {
    const void* found = at < size ? std::memchr(data + at, '\n', size - at) : nullptr;
    if (found == nullptr) return false;
    at = static_cast<size_t>(static_cast<const uint8_t*>(found) - data) + 1;
    --*count;
  }
  *after = at;
  return true;
}

Slice failed(int32_t status) {
  Slice slice;
  slice.status = status;
  return slice;
}

Slice lines_of(const uint8_t* data, size_t size, const SliceRequest& request) {
  const uint64_t first = std::max<uint64_t>(request.a, 1);
  Slice slice;
  slice.start = slice.end = size;
  uint64_t before = first - 1;
  size_t start = 0;
  if (!skip_lines(data, size, 0, &before, &start)) return slice;
  slice.start = slice.end = start;
  if (request.b < first) return slice;
  uint64_t within = request.b - first + 1;
  size_t end = 0;
  slice.end = request.b != kNoLimit && skip_lines(data, size, start, &within, &end) ? end : size;
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

Slice slice_of(const uint8_t* data, size_t size, const SliceRequest& request, bool text) {
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
      slice = lines_of(data, size, request);
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
  uint64_t left = kNoLimit;  // far more than there are
  size_t after = 0;
  skip_lines(data, size, 0, &left, &after);
  newlines += kNoLimit - left;
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

// Looks for where `line` begins (the end of the line before it), going on from where the last look ended.
bool SliceCollector::find_line(const uint8_t* data, size_t size, uint64_t line, uint64_t* found) {
  uint64_t wanted = line - 1 - newlines_;
  const uint64_t wanted_before = wanted;
  size_t after = 0;
  const bool met = skip_lines(data, size, static_cast<size_t>(scanned_ - position_), &wanted, &after);
  newlines_ += wanted_before - wanted;
  scanned_ = met ? position_ + after : position_ + size;
  if (met) *found = scanned_;
  return met;
}

bool SliceCollector::feed(const uint8_t* data, size_t size) {
  if (request_.mode == SliceMode::lines) {
    if (start_ == kNoLimit) find_line(data, size, request_.a, &start_);
    if (start_ != kNoLimit && end_ == kNoLimit) {
      if (request_.b < request_.a) {
        end_ = start_;
      } else if (request_.b != kNoLimit) {
        find_line(data, size, request_.b + 1, &end_);
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
