#include "stat_batch.h"

#include <cerrno>

namespace ploke {

StatBatch::StatBatch(BatchPaths items, bool follow_links)
    : items_(std::move(items)), follow_links_(follow_links), found_(items_.count()) {}

void StatBatch::run() {
  for (size_t i = 0; i < found_.size(); i++) {
    found_[i].error = items_.cancelled() ? SysError{ECANCELED, Call::none} : look(i, &found_[i]);
  }
}

SysError StatBatch::look(size_t index, Item* item) {
  return follow_links_ ? look_at_target(index, item) : look_at_name(index, item);
}

SysError StatBatch::look_at_target(size_t index, Item* item) {
  const int64_t now = clock_now_ns();
  const Result<Looked> found =
      items_.resolver.look(items_.roots[index], items_.paths[index], LastName::follow, Detail::birth);
  if (!found.ok()) return found.error();
  const Looked& looked = found.value();
  item->status = looked.status;
  const bool fine = looked.handle.valid() ? fine_stamps_.of(looked.handle, item->status)
                    : looked.name.empty()
                        ? fine_stamps_.of(*looked.directory, item->status)
                        : fine_stamps_.of_entry(*looked.directory, looked.name.c_str(), item->status);
  item->stamp = stamp_format(item->status, now, fine);
  return {};
}

SysError StatBatch::look_at_name(size_t index, Item* item) {
  const uint8_t root = items_.roots[index];
  const int64_t now = clock_now_ns();
  const Result<Located> located = items_.resolver.locate(root, items_.paths[index], LastName::keep);
  if (!located.ok()) return located.error();
  const Handle& parent = *located.value().parent;
  // The root itself has no name.
  const std::string& name = located.value().name;
  const Result<FileStatus> status =
      name.empty() ? handle_status(parent, Detail::birth) : entry_status(parent, name.c_str(), Detail::birth);
  if (!status.ok()) return items_.resolver.judge(root, status.error());
  if (located.value().wants_directory && status.value().type != EntryType::directory) {
    return {ENOTDIR, Call::fstatat};
  }
  item->status = status.value();
  const bool fine = name.empty() ? fine_stamps_.of(parent, item->status)
                                 : fine_stamps_.of_entry(parent, name.c_str(), item->status);
  item->stamp = stamp_format(item->status, now, fine);
  return {};
}

}  // namespace ploke
