#include "read_batch.h"

#include <algorithm>
#include <cerrno>

#include "file_bytes.h"
#include "utf8.h"

namespace ploke {
namespace {

// Below this, copying a slice is cheaper than giving its file a buffer of its own.
constexpr size_t kOwnBufferBytes = 64 * 1024;
// A file that is changed in place while its last lines are looked for is read again this many times.
constexpr int kTries = 3;
constexpr SysError kNoMemory = {ENOMEM, Call::malloc};

}  // namespace

ReadBatch::ReadBatch(ReadRequest request)
    : request_(std::move(request)),
      files_(request_.files.count()),
      contents_(request_.slices.size()),
      buffers_(1) {}

void ReadBatch::release(const Content& content) {
  if (content.buffer > 0) buffers_[content.buffer].release();
}

void ReadBatch::run() {
  const Interruption interruption(request_.files.cancelled);
  size_t next = 0;
  for (size_t i = 0; i < files_.size(); i++) {
    Range slices{next, next};
    while (slices.end < request_.slices.size() && request_.slices[slices.end].file == i) slices.end++;
    next = slices.end;
    File file;
    index_ = i;
    file.error = request_.files.cancelled() ? SysError{ECANCELED, Call::none} : read_file(&file, i, slices);
    if (!file.error.ok()) {
      file.as_expected = false;
      file.hash.clear();
      file.stamp.clear();
      std::fill(contents_.begin() + static_cast<ptrdiff_t>(slices.begin),
                contents_.begin() + static_cast<ptrdiff_t>(slices.end), Content());
    }
    files_[i] = std::move(file);
  }
  scratch_.release();
}

SysError ReadBatch::read_file(File* file, size_t index, Range slices) {
  const BatchPaths& files = request_.files;
  // Before the fstat: a change that comes after it is then never older than the stamp claims.
  const bool stamped = request_.stamps || request_.cache != nullptr;
  const int64_t now = stamped ? clock_now_ns() : 0;
  FileStatus status;
  const Result<Handle> opened =
      files.resolver.open(files.roots[index], files.paths[index], OpenMode::read, LastName::follow, &status);
  if (!opened.ok()) return opened.error();
  const Handle& handle = opened.value();
  const bool fine = stamped && fine_stamps_.of(handle, status);
  if (request_.stamps) file->stamp = stamp_format(status, now, fine);
  file->byte_length = status.size;

  if (slices.begin == slices.end) return read_pieces(handle, status, file, slices);
  const bool cached = request_.cache != nullptr && fine;
  passed_cache_by_ |= request_.cache != nullptr && !fine;
  if (cached) {
    if (const auto kept = request_.cache->find(status)) {
      return cut({kept->bytes.data(), kept->bytes.size(), kept->digest, kept->check}, file, slices);
    }
  }
  const KnownStamp stamp = stamp_of(status, now, fine);
  const SysError error = read_whole(handle, status, cached ? &stamp : nullptr, file, slices);
  if (error.code != kTooLarge) return error;
  for (size_t i = slices.begin; i < slices.end; i++) {
    if (request_.slices[i].request.max_bytes == kNoLimit) return error;
  }
  return read_pieces(handle, status, file, slices);
}

// `stamp`: under which it is cached, if it is.
SysError ReadBatch::read_whole(const Handle& handle, const FileStatus& status, const KnownStamp* stamp,
                               File* file, Range slices) {
  const Result<Digest> digest =
      file_read_whole(handle, status.size, request_.max_file_bytes, &scratch_, &hash_);
  if (!digest.ok()) return digest.error();
  files_read_++;
  bytes_read_ += scratch_.size();
  Whole whole{scratch_.data(), scratch_.size(), digest.value(), {}};
  const bool kept =
      stamp != nullptr && stamp->proves && stamp->size == whole.size && request_.cache->admits(whole.size);
  if (kept || request_.text) whole.check = utf8_check(whole.data, whole.size);
  if (kept) cache(*stamp, whole);
  return cut(whole, file, slices);
}

// Failing to, for want of memory, is no failure.
void ReadBatch::cache(const KnownStamp& stamp, const Whole& whole) {
  ContentCache::Content content{stamp, whole.digest, whole.check, ByteBuffer()};
  if (!content.bytes.reserve(whole.size) || !content.bytes.append(whole.data, whole.size)) return;
  request_.cache->keep(std::move(content));
}

void ReadBatch::set_hash(File* file, const Digest& digest) {
  file->as_expected = !request_.expected.empty() && request_.expected[index_] == digest;
  if (!file->as_expected) file->hash = hash_text(digest);
}

SysError ReadBatch::cut(const Whole& whole, File* file, Range slices) {
  if (request_.text && !whole.check.valid) return {kNotUtf8, Call::none};
  file->byte_length = whole.size;
  set_hash(file, whole.digest);
  LineIndex lines(whole.data, whole.size);
  for (size_t i = slices.begin; i < slices.end; i++) {
    contents_[i].slice = slice_of(&lines, request_.slices[i].request, request_.text);
    if (contents_[i].slice.status == kTooLarge) return {kTooLarge, Call::none};
  }
  return keep(whole, slices);
}

// Keeps the slices of the file: all of it where they make up much of it, else copies of them.
SysError ReadBatch::keep(const Whole& file, Range slices) {
  uint64_t wanted = 0;
  for (size_t i = slices.begin; i < slices.end; i++) {
    const Slice& slice = contents_[i].slice;
    wanted += slice.end - slice.start;
    contents_[i].ascii =
        request_.text && (file.check.ascii || utf8_is_ascii(file.data + slice.start,
                                                            static_cast<size_t>(slice.end - slice.start)));
  }
  const bool whole = file.size >= kOwnBufferBytes && wanted >= file.size / 2;
  ByteBuffer& arena = buffers_.front();
  for (size_t i = slices.begin; i < slices.end; i++) {
    const Slice& slice = contents_[i].slice;
    contents_[i].buffer = whole ? buffers_.size() : 0;
    contents_[i].offset = whole ? static_cast<size_t>(slice.start) : arena.size();
    if (whole) continue;
    if (!arena.append(file.data + slice.start, static_cast<size_t>(slice.end - slice.start)))
      return kNoMemory;
  }
  if (!whole) return {};
  if (file.data == scratch_.data()) {
    scratch_.shrink();
    buffers_.push_back(std::move(scratch_));
    return {};
  }
  ByteBuffer copy;
  if (!copy.reserve(file.size) || !copy.append(file.data, file.size)) return kNoMemory;
  buffers_.push_back(std::move(copy));
  return {};
}

// For files above the limit, and where just the hash is wanted: nothing but the slices is ever held.
SysError ReadBatch::read_pieces(const Handle& handle, const FileStatus& status, File* file, Range slices) {
  std::vector<SliceCollector> collectors;
  Digest digest;
  const SysError error = collect(handle, status, slices, &collectors, &file->byte_length, &digest);
  if (!error.ok()) return error;
  files_read_++;
  bytes_read_ += file->byte_length;
  set_hash(file, digest);
  for (size_t i = slices.begin; i < slices.end; i++) {
    SliceCollector& collector = collectors[i - slices.begin];
    Content& content = contents_[i];
    content.slice = collector.finish();
    if (content.slice.status == kTooLarge) return {kTooLarge, Call::none};
    content.ascii = request_.text && utf8_is_ascii(collector.content.data(), collector.content.size());
    content.buffer = buffers_.size();
    buffers_.push_back(std::move(collector.content));
  }
  return {};
}

SysError ReadBatch::collect(const Handle& handle, const FileStatus& status, Range slices,
                            std::vector<SliceCollector>* collectors, uint64_t* size, Digest* digest) {
  bool from_the_end = false;
  for (size_t i = slices.begin; i < slices.end; i++) {
    from_the_end |= request_.slices[i].request.mode == SliceMode::last_lines;
  }
  LineCount lines;
  if (from_the_end) {
    const Result<Digest> counted =
        file_read_pieces(handle, status.size, &scratch_, &hash_, [&lines](const uint8_t* data, size_t count) {
          lines.feed(data, count);
          return SysError{};
        });
    if (!counted.ok()) return counted.error();
    *digest = counted.value();
  }
  for (int tries = 0; tries < kTries; tries++) {
    collectors->clear();
    for (size_t i = slices.begin; i < slices.end; i++) {
      const SliceRequest& request = request_.slices[i].request;
      collectors->emplace_back(
          request.mode == SliceMode::last_lines ? lines_from_the_end(request, lines) : request,
          request_.text);
    }
    LineCount lines_now;
    PieceLines piece;
    Utf8Stream utf8;
    *size = 0;
    const Result<Digest> read =
        file_read_pieces(handle, status.size, &scratch_, &hash_, [&](const uint8_t* data, size_t count) {
          *size += count;
          if (from_the_end) lines_now.feed(data, count);
          if (request_.text) utf8.feed(data, count);
          if (collectors->empty()) return SysError{};  // just the hash is wanted: nobody asks for lines
          piece.next(data, count);
          for (SliceCollector& collector : *collectors) {
            if (!collector.feed(&piece)) return kNoMemory;
          }
          return SysError{};
        });
    if (!read.ok()) return read.error();
    // The lines were counted in another read: only the same hash makes them this one's.
    const bool same = !from_the_end || *digest == read.value();
    *digest = read.value();
    lines = lines_now;
    if (!same) continue;
    if (request_.text && !utf8.valid()) return {kNotUtf8, Call::none};
    return {};
  }
  return {kBusy, Call::none};
}

}  // namespace ploke
