// A file that is read in pieces, one version throughout.
#pragma once

#include "byte_buffer.h"
#include "resolve.h"

namespace ploke {

class FileStream {
 public:
  FileStream(Handle handle, const FileStatus& status) : handle_(std::move(handle)), opened_(status) {}

  uint64_t byte_length() const { return opened_.size; }
  // Up to `size` bytes at `position`; none at the end. kChanged: somebody wrote into the file since it was
  // opened. That another file was put under its name does not matter. May run on several threads at once.
  SysError read(uint64_t position, size_t size, ByteBuffer* bytes) const;

 private:
  const Handle handle_;
  const FileStatus opened_;
};

Result<std::shared_ptr<FileStream>> stream_open(const Resolver& resolver, uint8_t root,
                                                std::string_view path);

}  // namespace ploke
