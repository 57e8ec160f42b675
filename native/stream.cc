#include "stream.h"

#include <algorithm>
#include <cerrno>

#include "file_bytes.h"

namespace ploke {
namespace {

constexpr size_t kMostBytes = 16 * 1024 * 1024;  // of one read, whatever is asked for

}  // namespace

SysError FileStream::read(uint64_t position, size_t size, ByteBuffer* bytes) const {
  if (position > INT64_MAX) return {};  // no file is so long; pread would say EINVAL
  size = std::min(size, kMostBytes);
  if (!bytes->reserve(std::max<size_t>(size, 1))) return {ENOMEM, Call::malloc};
  // A pread may end early (a signal, FUSE) without being at the end of the file: only 0 says that.
  const Result<size_t> count = handle_read_at(handle_, bytes->data(), size, position);
  if (!count.ok()) return count.error();
  // After the bytes were taken: what is older than this look is of the version that was opened. The time of
  // the last status change does not count, since replacing the name or changing the mode moves it as well.
  const Result<FileStatus> now = handle_status(handle_);
  if (!now.ok()) return now.error();
  if (now.value().modified_ns != opened_.modified_ns || now.value().size != opened_.size)
    return {kChanged, Call::none};
  bytes->resize_within_capacity(count.value());
  return {};
}

Result<std::shared_ptr<FileStream>> stream_open(const Resolver& resolver, uint8_t root,
                                                std::string_view path) {
  FileStatus status;
  Result<Handle> opened = resolver.open(root, path, OpenMode::read, LastName::follow, &status);
  if (!opened.ok()) return opened.error();
  const SysError end = file_end_check(opened.value(), status.size);
  if (!end.ok()) return end;
  return std::make_shared<FileStream>(opened.take(), status);
}

}  // namespace ploke
