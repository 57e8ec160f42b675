#include "stat_batch.h"

#include <cerrno>

namespace ploke {

// --- what a path is ---

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
  const Result<Handle> opened =
      items_.resolver.open(items_.roots[index], items_.paths[index], OpenMode::look, LastName::follow);
  if (!opened.ok()) return opened.error();
  const Result<FileStatus> status = handle_status(opened.value(), Detail::birth);
  if (!status.ok()) return status.error();
  item->status = status.value();
  item->stamp = stamp_format(item->status, now, fine_stamps_.of(opened.value(), item->status));
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

// --- whether it is what it was ---

CompareStamps::CompareStamps(BatchPaths items, std::vector<KnownStamp> stamps)
    : items_(std::move(items)), stamps_(std::move(stamps)), found_(items_.count()) {}

void CompareStamps::run() {
  for (size_t i = 0; i < found_.size(); i++) {
    Item& item = found_[i];
    if (items_.cancelled()) {
      item.error = {ECANCELED, Call::none};
      continue;
    }
    const Result<FileStatus> status = look(i);
    if (!status.ok()) {
      item.error = status.error();
      item.state = item.error.code == ENOENT ? StampState::missing : StampState::failed;
      continue;
    }
    item.error = regular_file_check(items_.resolver.set(), status.value());
    if (!item.error.ok()) continue;
    item.state = stamp_proves_same(stamps_[i], status.value()) ? StampState::same : StampState::differs;
  }
  directory_.handle.close();
}

// One open a directory instead of one a file, which halves the cost of a scan: known files come sorted, so
// that those of a directory follow one another.
Result<FileStatus> CompareStamps::look(size_t index) {
  const uint8_t root = items_.roots[index];
  const std::string_view path = items_.paths[index];
  const size_t slash = path.rfind('/');
  const std::string_view parent =
      slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  const std::string name(slash == std::string_view::npos ? path : path.substr(slash + 1));
  // The root itself, a demanded directory; and a mount is seen only by whoever opens it.
  if (name.empty() || !items_.resolver.set().allow_mounts) return look_alone(index);

  const Directory& directory = directory_of(root, parent);
  if (!directory.error.ok()) {
    // A missing directory has no files. Any other refusal may be the directory's alone: under `follow` a link
    // may lead out of the roots and the last name back in.
    return directory.error.code == ENOENT ? Result<FileStatus>(directory.error) : look_alone(index);
  }
  Result<FileStatus> status = entry_status(directory.handle, name.c_str());
  if (!status.ok()) return items_.resolver.judge(root, status.error());
  return status.value().type == EntryType::symlink ? look_alone(index) : std::move(status);
}

Result<FileStatus> CompareStamps::look_alone(size_t index) {
  FileStatus status;
  const Result<Handle> opened = items_.resolver.open(items_.roots[index], items_.paths[index], OpenMode::look,
                                                     LastName::follow, &status);
  if (!opened.ok()) return opened.error();
  return status;
}

const CompareStamps::Directory& CompareStamps::directory_of(uint8_t root, std::string_view path) {
  if (directory_.tried && directory_.root == root && directory_.path == path) return directory_;
  directory_ = Directory{true, root, path, Handle(), SysError()};
  Result<Handle> opened = items_.resolver.open(root, path, OpenMode::look_directory, LastName::follow);
  if (opened.ok()) {
    directory_.handle = opened.take();
  } else {
    directory_.error = opened.error();
  }
  return directory_;
}

}  // namespace ploke
