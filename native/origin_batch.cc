#include "origin_batch.h"

#include <cerrno>
#include <utility>

#include "origin.h"

namespace ploke {

OriginBatch::OriginBatch(BatchPaths items) : items_(std::move(items)), found_(items_.count()) {}

void OriginBatch::run() {
  const Interruption interruption(items_.cancelled);
  for (size_t i = 0; i < found_.size(); i++) {
    found_[i].error = items_.cancelled() ? SysError{ECANCELED, Call::none} : look(i, &found_[i]);
  }
}

SysError OriginBatch::look(size_t index, Item* item) {
  const int64_t now = clock_now_ns();  // before the fstat, as stamp.h demands
  FileStatus status;
  const Result<Handle> opened =
      items_.resolver.open(items_.roots[index], items_.paths[index], OpenMode::read, LastName::keep, &status);
  if (!opened.ok()) return opened.error();
  // The attribute is looked at after the fstat: it is believed only where it speaks of that very version.
  Result<std::string> origin = origin_load(opened.value(), status);
  if (!origin.ok()) return origin.error();
  item->origin = origin.take();
  item->stamp = stamp_format(status, now, fine_stamps_.of(opened.value(), status));
  return {};
}

}  // namespace ploke
