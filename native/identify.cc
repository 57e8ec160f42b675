// Identity keys: where a name really is, without opening or making it.
#include <cerrno>
#include <utility>

#include "relative_path.h"
#include "resolve.h"
#include "walk.h"

namespace ploke {

Result<Resolver::Deepest> Resolver::identify_walk(uint8_t root, std::string_view path, LastName last) const {
  Walk walk(*set_, root, path, last);
  for (int attempt = 0; attempt < Walk::kMaxAttempts; ++attempt) {
    const SysError walked = walk.run();
    const bool missing = walked.code == ENOENT && walk.parent_missing();
    if (!walked.ok() && !missing) return walked;
    const bool is_directory = !missing && walk.name().empty();
    if (is_directory && !walk.at_root()) walk.step_back();
    const Result<std::shared_ptr<const Handle>> parent = walk.directory();
    if (!parent.ok()) return parent.error();
    const Result<FileStatus> status = handle_status(*parent.value());
    if (!status.ok()) return status.error();
    Deepest deepest;
    deepest.directory = status.value();
    deepest.rest = missing ? walk.missing_rest() : walk.name();
    if (is_directory) deepest.type = EntryType::directory;
    if (missing || is_directory) return deepest;
    const Result<FileStatus> entry = entry_status(*parent.value(), deepest.rest.c_str());
    if (!entry.ok() && entry.error().code != ENOENT) return entry.error();
    deepest.type = entry.ok() ? entry.value().type : EntryType::missing;
    deepest.size = entry.ok() ? entry.value().size : 0;
    // It has become a link since the walk looked: the walk decides again.
    if (deepest.type == EntryType::symlink && last == LastName::follow) continue;
    return deepest;
  }
  return SysError{kBusy, Call::openat};
}

SysError Identifier::enter(uint8_t root, std::string way) {
  if (entered_ && root_ == root && way_ == way) return {};
  entered_ = false;
  const RootSet& set = resolver_.set();
  std::shared_ptr<const Handle> handle = set.root_handle(root);
  if (!way.empty()) {
    Result<Handle> opened = beneath_open(*handle, way.c_str(), OpenMode::look_directory, set.beneath(false));
    if (!opened.ok()) return opened.error();
    handle = std::make_shared<const Handle>(opened.take());
  }
  const Result<FileStatus> status = handle_status(*handle);
  if (!status.ok()) return status.error();
  entered_ = true;
  root_ = root;
  way_ = std::move(way);
  handle_ = std::move(handle);
  status_ = status.value();
  return {};
}

Result<Resolver::Deepest> Identifier::identify(uint8_t root, std::string_view path, LastName last) {
  const RelativePath relative(path);
  if (!relative.valid()) return SysError{EINVAL, Call::none};
  const SysError entered = enter(root, relative.way());
  bool walk = entered.code == kUndecided || entered.code == ENOENT;
  if (!entered.ok() && !walk) return entered;
  Resolver::Deepest deepest;
  if (!walk) {
    deepest.directory = status_;
    deepest.rest = relative.name();
    deepest.type = EntryType::directory;
    if (deepest.rest.empty()) return deepest;
    const Result<FileStatus> entry = entry_status(*handle_, deepest.rest.c_str());
    if (!entry.ok() && entry.error().code != ENOENT) return resolver_.judge(root, entry.error());
    deepest.type = entry.ok() ? entry.value().type : EntryType::missing;
    deepest.size = entry.ok() ? entry.value().size : 0;
    walk = deepest.type == EntryType::symlink && last == LastName::follow;
  }
  if (!walk) return deepest;
  Result<Resolver::Deepest> walked = resolver_.identify_walk(root, path, last);
  return walked.ok() ? std::move(walked) : Result<Resolver::Deepest>(resolver_.judge(root, walked.error()));
}

}  // namespace ploke
