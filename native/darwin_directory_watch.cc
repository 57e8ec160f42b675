// kqueue(2) tells that a directory was changed but not which name, and FSEvents speaks of paths, so that
// directories are not watched here: chokidar does it, or polling.
#include <cerrno>

#include "directory_watch.h"

namespace ploke {

Result<std::shared_ptr<DirectoryWatch>> DirectoryWatch::open(std::function<void()>) {
  return SysError{ENOSYS, Call::open};
}

Result<int32_t> DirectoryWatch::add(const Handle&) { return SysError{ENOSYS, Call::open}; }

void DirectoryWatch::remove(const int32_t*, size_t) {}

WatchRecords DirectoryWatch::take() { return {}; }

void DirectoryWatch::close() {}

}  // namespace ploke
