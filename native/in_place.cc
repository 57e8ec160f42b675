#include "in_place.h"

#include <cerrno>
#include <string>
#include <utility>

#include "file_bytes.h"
#include "origin.h"
#include "swap.h"
#include "temporary_name.h"

namespace ploke {
namespace {

class InPlaceWrite {
 public:
  InPlaceWrite(const Replacement& replacement, const InPlaceRequest& request, Sha256* hasher)
      : replacement_(replacement), request_(request), hasher_(*hasher) {}
  // The backup's name where there still is one: it must not be removed.
  SysError run(std::string* kept, FileStatus* status);
  bool origin_stored() const { return origin_stored_; }

 private:
  const Target& target() const { return *replacement_.target; }
  const Handle& directory() const { return *target().parent->directory; }
  bool syncs() const { return request_.durability != Durability::none; }
  Result<Handle> open_target(OpenMode mode) const;
  SysError make_backup();
  SysError write(const Handle& file);
  SysError cut(const Handle& file, uint64_t size, FileStatus* status) const;
  SysError finish(const Handle& file) const { return syncs() ? handle_sync(file) : SysError{}; }
  SysError restore();
  void drop_backup() {
    static_cast<void>(entry_remove(directory(), backup_name_.c_str(), false));
    backup_name_.clear();
  }

  const Replacement& replacement_;
  const InPlaceRequest& request_;
  Sha256& hasher_;
  Handle backup_;
  std::string backup_name_;
  std::string old_hash_;
  uint64_t old_size_ = 0;
  bool origin_stored_ = false;
};

// The file that was judged, and no other.
Result<Handle> InPlaceWrite::open_target(OpenMode mode) const {
  Result<Handle> file = entry_open(directory(), target().name.c_str(), mode);
  if (!file.ok()) {
    const int32_t code = file.error().code;
    const bool swapped = code == ENOENT || code == ELOOP || code == ENXIO;
    return swapped ? SysError{kChanged, file.error().call} : file.error();
  }
  const Result<FileStatus> status = handle_status(file.value());
  if (!status.ok()) return status.error();
  if (identity_of(status.value()) != identity_of(target().status)) return SysError{kChanged, Call::fstat};
  return file;
}

SysError InPlaceWrite::make_backup() {
  const Result<Handle> source = open_target(OpenMode::read);
  if (!source.ok()) return source.error();
  FileStatus fresh;
  SysError error = temporary_make(*target().parent, request_.owner, false, &backup_, &backup_name_, &fresh);
  if (!error.ok()) return error;
  ByteBuffer scratch;
  const Result<Digest> digest = file_read_pieces(source.value(), target().status.size, &scratch, &hasher_,
                                                 [this](const uint8_t* piece, size_t size) {
                                                   old_size_ += size;
                                                   return handle_write_all(backup_, piece, size);
                                                 });
  if (!digest.ok()) return digest.error();
  old_hash_ = hash_text(digest.value());
  const std::string& expected =
      replacement_.expected_hash.empty() ? target().hash : replacement_.expected_hash;
  if (!expected.empty() && old_hash_ != expected) return SysError{kChanged, Call::read};
  const Result<FileStatus> written = handle_status(backup_);
  if (!written.ok()) return written.error();
  if (written.value().size != old_size_) return SysError{EIO, Call::write};
  if (syncs()) error = handle_sync(backup_);
  if (!error.ok()) return error;
  if (temporary_state(backup_name_) == TemporaryState::written) {
    const std::string new_hash = hash_text(hasher_.of(replacement_.data, replacement_.size));
    std::string marked = temporary_name_in(backup_name_, TemporaryState::backup,
                                           temporary_fields(old_hash_, new_hash, target().name));
    error = entry_rename(directory(), backup_name_.c_str(), directory(), marked.c_str(), RenameMode::replace);
    if (!error.ok()) return error;
    backup_name_ = std::move(marked);
  }
  if (!syncs()) return {};
  const SysError synced = parent_sync(*target().parent);
  return request_.durability == Durability::strict ? synced : SysError{};
}

SysError InPlaceWrite::cut(const Handle& file, uint64_t size, FileStatus* status) const {
  const SysError error = handle_truncate(file, size);
  if (!error.ok()) return error;
  const Result<FileStatus> found = handle_status(file);
  if (!found.ok()) return found.error();
  *status = found.value();
  return status->size == size ? SysError{} : SysError{EIO, Call::write};
}

SysError InPlaceWrite::write(const Handle& file) {
  FileStatus written;
  SysError error = handle_write_all(file, replacement_.data, replacement_.size);
  if (error.ok()) error = cut(file, replacement_.size, &written);
  if (!error.ok()) return error;
  if (request_.origin.empty()) {
    origin_drop(file);
  } else {
    origin_stored_ = origin_store(file, written, request_.origin).ok();
  }
  return finish(file);
}

// Through a descriptor of its own: one whose fsync(2) failed proves nothing any more.
SysError InPlaceWrite::restore() {
  const Result<Handle> file = open_target(OpenMode::write);
  if (!file.ok()) return file.error();
  ByteBuffer scratch;
  const Result<Digest> digest = file_read_pieces(
      backup_, old_size_, &scratch, &hasher_,
      [&](const uint8_t* piece, size_t size) { return handle_write_all(file.value(), piece, size); });
  if (!digest.ok()) return digest.error();
  if (hash_text(digest.value()) != old_hash_) return SysError{EIO, Call::read};
  FileStatus restored;
  const SysError error = cut(file.value(), old_size_, &restored);
  return error.ok() ? finish(file.value()) : error;
}

SysError InPlaceWrite::run(std::string* kept, FileStatus* status) {
  SysError error = make_backup();
  Handle file;
  if (error.ok()) {
    Result<Handle> opened = open_target(OpenMode::write);
    error = opened.error();
    if (opened.ok()) file = opened.take();
  }
  if (!error.ok()) {
    if (!backup_name_.empty()) drop_backup();
    return error;
  }
  error = write(file);
  if (!error.ok() && !restore().ok()) {
    *kept = keep_as_recovered(directory(), backup_name_, target().name);
    if (kept->empty()) *kept = backup_name_;
    return error;
  }
  drop_backup();
  if (!error.ok()) return error;
  const Result<FileStatus> written = handle_status(file);
  if (written.ok()) *status = written.value();
  return {};
}

}  // namespace

void in_place_write(const Replacement& replacement, const InPlaceRequest& request, Sha256* hasher,
                    CommitOutcome* outcome, FileStatus* status) {
  InPlaceWrite write(replacement, request, hasher);
  std::string kept;
  outcome->error = write.run(&kept, status);
  if (!kept.empty()) {
    outcome->recovered.push_back(std::move(kept));
    outcome->detail = kUnknownState;
  }
  if (!outcome->error.ok()) return;
  // The kernel takes set-id bits away from a file that is written (chmod(2)); the rest is as it was.
  const bool same_mode = status->mode == replacement.target->status.mode;
  outcome->flags = kCommitted | kInPlace | (same_mode ? kMetadataPreserved : kMetadataPartial);
  if (!request.origin.empty() && !write.origin_stored()) outcome->flags |= kOriginNotShared;
  outcome->hash = hash_text(hasher->of(replacement.data, replacement.size));
}

}  // namespace ploke
