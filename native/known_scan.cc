#include "known_scan.h"

#include <cerrno>
#include <utility>

#include "file_bytes.h"

namespace ploke {

namespace {

// About ten milliseconds each.
constexpr uint32_t kMostFilesLookedAt = 16 * 1024;
constexpr uint32_t kMostFilesRead = 1024;
constexpr uint64_t kMostBytesRead = 16 * 1024 * 1024;
// What JavaScript takes in at once.
constexpr size_t kMostFound = 1024;
// While a file of more is hashed, its directory may become another one, or go where no root is.
constexpr uint64_t kLongReadBytes = 1024 * 1024;

// Nothing is there in a directory that is held: it may have been replaced as a whole, so that the path leads
// to another one by now.
bool may_be_replaced(SysError error) { return error.code == ENOENT || means_gone(error); }

}  // namespace

void KnownScan::run() {
  const Interruption interruption(request_.cancelled);
  for (const uint32_t place : request_.places) look_or_leave(place);
  while (request_.places.empty() && !ended_ && !has_done_much()) {
    uint32_t place = 0, end = 0;
    ended_ =
        !request_.paths->chunk(request_.next_chunk->fetch_add(1, std::memory_order_relaxed), &place, &end);
    for (; place < end; place++) look_or_leave(place);
  }
  directory_.handle.close();
  scratch_.release();
}

bool KnownScan::has_done_much() const {
  return files_looked_at_ >= kMostFilesLookedAt || files_read_ >= kMostFilesRead ||
         bytes_read_ >= kMostBytesRead || found_.size() >= kMostFound;
}

// A chunk of large files is more than others should wait for.
void KnownScan::look_or_leave(uint32_t place) {
  if (has_done_much()) {
    left_.push_back(place);
  } else {
    look_at(place);
  }
}

void KnownScan::look_at(uint32_t place) {
  const Item& item = request_.paths->at(place);
  Found found;
  found.place = place;
  found.position = item.position;
  files_looked_at_++;
  if (request_.cancelled()) {
    found.error = {ECANCELED, Call::none};
  } else if (is_same(item, &found)) {
    return;
  }
  if (!found.error.ok()) found.finding = KnownFinding::failed;
  found_.push_back(std::move(found));
}

bool KnownScan::is_same(const Item& item, Found* found) {
  const KnownState& known = request_.states->at(item.position);
  if (!request_.by_content) {
    const Result<FileStatus> status = look(item);
    found->error = status.ok() ? regular_file_check(resolver_.set(), status.value()) : status.error();
    if (!found->error.ok()) return false;
    if (stamp_proves_same(known.stamp, status.value())) return true;
  }
  // Before the fstat: a change that comes after it is then never older than the stamp claims.
  const int64_t now = clock_now_ns();
  FileStatus status;
  const Result<Handle> opened = open(item, &status);
  found->error = opened.error();
  if (!opened.ok()) return false;
  const bool fine = fine_stamps_.of(opened.value(), status);
  uint64_t bytes = 0;
  const Result<Digest> hash = file_read_pieces(opened.value(), status.size, &scratch_, &hash_,
                                               [&bytes](const uint8_t*, size_t count) {
                                                 bytes += count;
                                                 return SysError{};
                                               });
  if (bytes >= kLongReadBytes) directory_ = Directory();
  found->error = hash.error();
  if (!hash.ok()) return false;
  files_read_++;
  bytes_read_ += bytes;
  const bool changed = hash.value() != known.hash;
  if (!changed && stamp_equals(known.stamp, status, now, fine)) return true;
  found->finding = changed ? KnownFinding::changed : KnownFinding::restamped;
  found->hash = hash.value();
  found->stamp = stamp_format(status, now, fine);
  return false;
}

Result<FileStatus> KnownScan::look(const Item& item) {
  std::string name;
  if (const Directory* directory = directory_of(item, &name)) {
    if (!directory->error.ok()) return directory->error;
    Result<FileStatus> status = entry_status(directory->handle, name.c_str());
    if (status.ok() ? status.value().type != EntryType::symlink : !may_be_replaced(status.error())) {
      return status;
    }
  }
  const Result<Looked> looked = resolver_.look(item.root, item.path, LastName::follow);
  return looked.ok() ? Result<FileStatus>(looked.value().status) : looked.error();
}

Result<Handle> KnownScan::open(const Item& item, FileStatus* status) {
  std::string name;
  if (const Directory* directory = directory_of(item, &name)) {
    if (!directory->error.ok()) return directory->error;
    Result<Handle> opened = entry_open(directory->handle, name.c_str(), OpenMode::read);
    if (opened.ok()) {
      const Result<FileStatus> found = handle_status(opened.value());
      if (!found.ok()) return found.error();
      const SysError refused = regular_file_check(resolver_.set(), found.value());
      if (!refused.ok()) return refused;
      *status = found.value();
      return opened;
    }
    // It was waited for already.
    if (opened.error().code == kBusy) return opened;
    // A link, a socket, what may not be opened, or nothing: the resolver knows what to make of it.
  }
  return resolver_.open(item.root, item.path, OpenMode::read, LastName::follow, status);
}

// One open a directory instead of one a file, which halves the cost of a look: known files come sorted, so
// that those of a directory follow one another. nullptr: the file has to be opened by its whole path. The
// directory's error is ENOENT or none: a missing directory has no files.
const KnownScan::Directory* KnownScan::directory_of(const Item& item, std::string* name) {
  // A mount is seen only by whoever opens it.
  if (!resolver_.set().allow_mounts) return nullptr;
  const size_t slash = item.path.rfind('/');
  const bool at_root = slash == std::string_view::npos;
  *name = at_root ? item.path : item.path.substr(slash + 1);
  // The root itself, a demanded directory, or what is no name of an entry.
  const std::string_view last = *name;  // which compares lengths first
  if (last.empty() || last == "." || last == "..") return nullptr;
  const Directory& directory = enter(item.root, at_root ? std::string_view() : item.path.substr(0, slash));
  // Any other refusal may be the directory's alone: under `follow` a link may lead out of the roots and the
  // last name back in.
  return directory.error.ok() || directory.error.code == ENOENT ? &directory : nullptr;
}

const KnownScan::Directory& KnownScan::enter(uint8_t root, std::string_view path) {
  if (directory_.tried && directory_.root == root && directory_.path == path) return directory_;
  directory_ = Directory{true, root, path, Handle(), SysError()};
  Result<Handle> opened = resolver_.open(root, path, OpenMode::look_directory, LastName::follow);
  if (opened.ok()) {
    directory_.handle = opened.take();
  } else {
    directory_.error = opened.error();
  }
  return directory_;
}

}  // namespace ploke
