#include "file_bytes.h"

#include <algorithm>
#include <cerrno>

namespace ploke {
namespace {

// Small enough that what was read is still in the processor's cache when it is hashed.
constexpr size_t kPieceBytes = 256 * 1024;
constexpr size_t kLeastBytes = 4096;  // for files that say they are empty and are not, as in procfs
// Of a FUSE file system, the caches of this host may still hold the size that a file had while another host
// was writing it: 0, or whole pages of it. GlusterFS handed out such versions, once in some ten thousand
// reads.
constexpr uint64_t kPageBytes = 4096;
constexpr SysError kNoMemory = {ENOMEM, Call::malloc};
constexpr SysError kCancelled = {ECANCELED, Call::none};

Result<Digest> digest_of(Sha256* hash) {
  if (const std::optional<Digest> digest = hash->finish()) return *digest;
  return SysError{EIO, Call::none};
}

// Hashes that were begun for a read that failed must not run on into the next file's.
Result<Digest> abandon(Sha256* hash, SysError error) {
  (void)hash->finish();
  return error;
}

}  // namespace

SysError file_end_check(const Handle& handle, uint64_t end) {
  return end % kPageBytes == 0 ? content_end_check(handle, end) : SysError{};
}

Result<Digest> file_read_whole(const Handle& handle, uint64_t size_hint, uint64_t max_bytes,
                               ByteBuffer* buffer, Sha256* hash) {
  buffer->clear();
  if (size_hint > max_bytes) return SysError{kTooLarge, Call::none};
  if (size_hint >= SIZE_MAX / 2) return kNoMemory;
  // One byte more than is expected, so that the read that brings the last byte also shows that it is the
  // last.
  if (!buffer->reserve(std::max<size_t>(static_cast<size_t>(size_hint) + 1, kLeastBytes))) return kNoMemory;
  for (;;) {
    if (Interruption::requested()) return abandon(hash, kCancelled);
    if (!buffer->grow_for(1)) return abandon(hash, kNoMemory);
    const size_t room = std::min(buffer->capacity() - buffer->size(), kPieceBytes);
    uint8_t* end = buffer->data() + buffer->size();
    const Result<size_t> count = handle_read(handle, end, room);
    if (!count.ok()) return abandon(hash, count.error());
    if (count.value() == 0) break;
    hash->update(end, count.value());
    buffer->resize_within_capacity(buffer->size() + count.value());
    if (buffer->size() > max_bytes) return abandon(hash, {kTooLarge, Call::none});
    // A short read alone proves nothing (procfs, FUSE); one that ends where fstat said is the end.
    if (count.value() < room && buffer->size() == size_hint) break;
  }
  const SysError end = file_end_check(handle, buffer->size());
  if (!end.ok()) return abandon(hash, end);
  return digest_of(hash);
}

Result<Digest> file_read_pieces(const Handle& handle, uint64_t size_hint, ByteBuffer* scratch, Sha256* hash,
                                const std::function<SysError(const uint8_t* data, size_t size)>& each) {
  // Of a small file no more than it takes: one byte above the size shows that it has ended.
  size_t room = std::clamp<size_t>(std::min<uint64_t>(size_hint, kPieceBytes) + 1, kLeastBytes, kPieceBytes);
  uint64_t position = 0;
  for (;;) {
    if (Interruption::requested()) return abandon(hash, kCancelled);
    if (!scratch->reserve(room)) return abandon(hash, kNoMemory);
    const Result<size_t> count = handle_read_at(handle, scratch->data(), room, position);
    if (!count.ok()) return abandon(hash, count.error());
    if (count.value() == 0) break;
    hash->update(scratch->data(), count.value());
    if (each) {
      const SysError error = each(scratch->data(), count.value());
      if (!error.ok()) return abandon(hash, error);
    }
    position += count.value();
    if (count.value() < room && position == size_hint) break;
    room = kPieceBytes;  // it has grown, or never was as small as it said
  }
  const SysError end = file_end_check(handle, position);
  if (!end.ok()) return abandon(hash, end);
  return digest_of(hash);
}

}  // namespace ploke
