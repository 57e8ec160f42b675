// The watches that Windows has none of in the form that is asked for here. What it has,
// ReadDirectoryChangesW, is what the backend of chokidar uses, through Node.
#include <cerrno>

#include "directory_watch.h"
#include "lock_watch.h"

namespace ploke {

Result<std::shared_ptr<DirectoryWatch>> DirectoryWatch::open(std::function<void()>) {
  return SysError{ENOSYS, Call::open};
}
Result<int32_t> DirectoryWatch::add(const Handle&) { return SysError{ENOSYS, Call::open}; }
void DirectoryWatch::remove(const int32_t*, size_t) {}
WatchRecords DirectoryWatch::take() { return {}; }
void DirectoryWatch::close() {}

// There is no watch on a file, only on the directory that held it when the watch began. Whoever gets no watch
// asks once a second where the name leads (src/concurrency/advisory-lock.ts).
SysError LockWatch::add(uint32_t, const HeldLock&) { return SysError{ENOSYS, Call::open}; }
void LockWatch::remove(uint32_t) {}
void LockWatch::stop() {}

}  // namespace ploke
