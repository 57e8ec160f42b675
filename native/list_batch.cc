#include "list_batch.h"

#include <algorithm>
#include <cerrno>

#include "owner.h"
#include "temporary_name.h"
#include "utf8.h"

namespace ploke {
namespace {

// The owner files lie in each root; the same directory may be met below another root, or through a link.
bool is_root(const RootSet& set, const FileStatus& status) {
  return std::any_of(set.roots.begin(), set.roots.end(), [&status](const std::shared_ptr<const Root>& root) {
    return root->device == status.device && root->inode == status.inode;
  });
}

}  // namespace

ListBatch::ListBatch(BatchPaths directories, ListRequest request)
    : directories_(std::move(directories)), request_(std::move(request)), found_(directories_.count()) {}

void ListBatch::run() {
  for (size_t i = 0; i < found_.size(); i++) {
    Directory directory;
    directory.error = directories_.cancelled() ? SysError{ECANCELED, Call::none} : list(i, &directory);
    if (directory.error.ok()) {
      size_t bytes = 0;
      for (const Entry& entry : directory.entries) bytes += entry.name.size() + 1;
      if (name_bytes_ + bytes > kMaxTextBytes)
        directory.error = {kTooLarge, Call::none};
      else
        name_bytes_ += bytes;
    }
    if (!directory.error.ok()) {
      directory = Directory{directory.error, {}, {}, false, directory.watch, std::move(directory.identity)};
    }
    found_[i] = std::move(directory);
  }
}

SysError ListBatch::list(size_t index, Directory* directory) {
  FileStatus own;
  const LastName last = request_.no_follow ? LastName::keep : LastName::follow;
  const Result<Handle> opened = directories_.resolver.open(
      directories_.roots[index], directories_.paths[index], OpenMode::directory, last, &own);
  if (!opened.ok()) return opened.error();
  const Handle& handle = opened.value();
  directory->identity = std::to_string(own.device) + ":" + std::to_string(own.inode);
  if (request_.watch != nullptr) {
    const Result<int32_t> watch = request_.watch->add(handle);
    directory->watch = watch.ok() ? watch.value() : -watch.error().code;
  }
  Result<std::vector<DirectoryItem>> items = directory_read(handle);
  if (!items.ok()) return items.error();
  const bool holds_owners = is_root(directories_.resolver.set(), own);
  directory->entries.reserve(items.value().size());
  for (DirectoryItem& item : items.value()) {
    if (is_temporary_name(item.name)) {
      directory->has_temporary = true;
      continue;
    }
    if (holds_owners && item.name == kOwnerFolder) continue;
    if (!utf8_is_valid(item.name)) {
      directory->unrepresentable.push_back(utf8_escape(item.name));
      continue;
    }
    const int64_t now = request_.stamps ? clock_now_ns() : 0;
    const Result<FileStatus> status = entry_status(handle, item.name.c_str());
    if (!status.ok()) {
      if (status.error().code == ENOENT) continue;  // it went between the listing and the look
      return status.error();
    }
    if (holds_owners && is_owner_folder(handle, item.name, status.value())) continue;
    Entry entry{std::move(item.name), status.value(), std::string()};
    if (request_.stamps) {
      entry.stamp =
          stamp_format(entry.status, now, fine_stamps_.of_entry(handle, entry.name.c_str(), entry.status));
    }
    directory->entries.push_back(std::move(entry));
  }
  std::sort(directory->entries.begin(), directory->entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  // There is hardly ever one, and std::sort is 3 KB of code.
  std::make_heap(directory->unrepresentable.begin(), directory->unrepresentable.end());
  std::sort_heap(directory->unrepresentable.begin(), directory->unrepresentable.end());
  return {};
}

}  // namespace ploke
