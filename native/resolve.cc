#include "resolve.h"

#include <cerrno>
#include <utility>

#include "relative_path.h"
#include "walk.h"

namespace ploke {

namespace {

// The directory that a walk was only looking at, opened to be listed and synced.
SysError settle_parent(std::shared_ptr<const Handle> looked, Located* located) {
  Result<Handle> parent = entry_open(*looked, ".", OpenMode::directory);
  located->parent_syncable = parent.ok();
  if (!parent.ok() && parent.error().code == EACCES)
    parent = entry_open(*looked, ".", OpenMode::look_directory);
  if (!parent.ok()) return parent.error();
  located->parent = std::make_shared<const Handle>(parent.take());
  return {};
}

Located at_root(const RootSet& set, uint8_t root, std::string_view name) {
  Located located;
  located.parent = set.root_handle(root);
  located.parent_syncable = set.roots[root]->listable;
  located.name = name;
  located.landed_root = root;
  return located;
}

}  // namespace

SysError regular_file_check(const RootSet& set, const FileStatus& status) {
  if (status.type == EntryType::directory) return SysError{EISDIR, Call::read};
  if (status.type != EntryType::file) return SysError{kNotRegularFile, Call::none};
  if (!set.allow_hard_links && status.link_count > 1) return SysError{kHardLink, Call::none};
  return {};
}

SysError Resolver::judge(uint8_t root, SysError error) const {
  if (error.code != ENOENT && !means_gone(error)) return error;
  return directory_is_gone(set_->roots[root]->directory) ? SysError{kRootLost, error.call} : error;
}

SysError Resolver::check(const Handle& handle, OpenMode mode, bool wants_directory,
                         FileStatus* status) const {
  const bool is_directory = mode == OpenMode::directory || mode == OpenMode::look_directory;
  const bool unsure = mode == OpenMode::read || (wants_directory && !is_directory);
  if (!unsure && status == nullptr) return {};
  const Result<FileStatus> found = handle_status(handle);
  if (!found.ok()) return found.error();
  if (status != nullptr) *status = found.value();
  if (wants_directory && found.value().type != EntryType::directory) return SysError{ENOTDIR, Call::openat};
  return mode == OpenMode::read ? regular_file_check(*set_, found.value()) : SysError{};
}

Result<Handle> Resolver::open_path(uint8_t root, std::string_view path, OpenMode mode, LastName last,
                                   FileStatus* status) const {
  const RelativePath relative(path);
  if (!relative.valid()) return SysError{EINVAL, Call::none};
  const Handle& directory = set_->roots[root]->directory;
  Result<Handle> opened =
      beneath_open(directory, relative.text().c_str(), mode, set_->beneath(last == LastName::keep));
  // Under protected_symlinks (proc(5)) the kernel says EACCES for some links before it sees that none are
  // allowed here.
  const int32_t code = opened.ok() ? 0 : opened.error().code;
  if (code == kUndecided || (code == EACCES && set_->symlinks == Symlinks::deny)) {
    return open_walk(root, path, mode, last, status);
  }
  if (!opened.ok()) return opened;
  const SysError error = check(opened.value(), mode, relative.wants_directory(), status);
  return error.ok() ? std::move(opened) : Result<Handle>(error);
}

Result<Handle> Resolver::open(uint8_t root, std::string_view path, OpenMode mode, LastName last,
                              FileStatus* status) const {
  Result<Handle> opened = open_path(root, path, mode, last, status);
  if (opened.ok()) {
    if (!path.empty() && path != "/") return opened;
    // A root that was removed can still be opened, and looks like an empty directory.
    const SysError lost = judge(root, SysError{ENOENT, Call::openat});
    return lost.code == kRootLost ? Result<Handle>(lost) : std::move(opened);
  }
  const int32_t code = opened.error().code;
  if (mode == OpenMode::read && (code == ENXIO || code == ENODEV)) {
    // A socket, or a device without a driver, cannot be opened to read (open(2)): look at what it is.
    const Result<Looked> seen = look(root, path, last);
    if (!seen.ok()) return seen.error();
    const SysError error = regular_file_check(*set_, seen.value().status);
    return error.ok() ? opened.error() : error;
  }
  return judge(root, opened.error());
}

Result<Looked> Resolver::look(uint8_t root, std::string_view path, LastName last, Detail detail) const {
  if (!looks_open_anything()) return look_at_entry(root, path, last, detail);
  Looked looked;
  Result<Handle> opened =
      open(root, path, OpenMode::look, last, detail == Detail::plain ? &looked.status : nullptr);
  if (!opened.ok()) return opened.error();
  looked.handle = opened.take();
  if (detail == Detail::plain) return looked;
  const Result<FileStatus> status = handle_status(looked.handle, detail);
  if (!status.ok()) return status.error();
  looked.status = status.value();
  return looked;
}

// By its name in its directory.
Result<Looked> Resolver::look_at_entry(uint8_t root, std::string_view path, LastName last,
                                       Detail detail) const {
  for (int attempt = 0; attempt < Walk::kMaxAttempts; ++attempt) {
    Result<Located> located = locate(root, path, last);
    if (!located.ok()) return located.error();
    const Located& place = located.value();
    if (place.name.empty()) {
      // As in open().
      const SysError lost = judge(root, SysError{ENOENT, Call::fstat});
      if (lost.code == kRootLost) return lost;
    }
    const Result<FileStatus> parent = handle_status(*place.parent);
    const Result<FileStatus> status = place.name.empty()
                                          ? handle_status(*place.parent, detail)
                                          : entry_status(*place.parent, place.name.c_str(), detail);
    if (!parent.ok()) return judge(root, parent.error());
    if (!status.ok()) return judge(root, status.error());
    const FileStatus& found = status.value();
    // It has become a link since its place was found, which decides again.
    if (found.type == EntryType::symlink && last == LastName::follow) continue;
    if (place.wants_directory && found.type != EntryType::directory) return SysError{ENOTDIR, Call::openat};
    SysError mounted = mount_check(*set_, place.landed_root, *place.parent);
    if (mounted.ok() && !set_->allow_mounts && found.device != parent.value().device) {
      mounted = SysError{kMount, Call::none};
    }
    if (!mounted.ok()) return mounted;
    Looked looked;
    looked.status = found;
    looked.directory = place.parent;
    looked.name = place.name;
    return looked;
  }
  return SysError{kBusy, Call::fstatat};
}

Result<Handle> Resolver::open_walk(uint8_t root, std::string_view path, OpenMode mode, LastName last,
                                   FileStatus* status) const {
  Walk walk(*set_, root, path, last);
  for (int attempt = 0; attempt < Walk::kMaxAttempts; ++attempt) {
    const SysError walked = walk.run();
    if (!walked.ok()) return walked;
    const Result<std::shared_ptr<const Handle>> parent = walk.directory();
    if (!parent.ok()) return parent.error();
    const char* name = walk.name().empty() ? "." : walk.name().c_str();
    Result<Handle> opened = entry_open(*parent.value(), name, mode);
    if (!opened.ok()) {
      const int32_t code = opened.error().code;
      if (last == LastName::follow) {
        // It may have become a link since the walk looked (a link is ENOTDIR to a directory mode): the walk
        // decides again.
        if (code == ELOOP || (code == ENOTDIR && link_read(*parent.value(), name).ok())) continue;
      } else if (code == ELOOP && mode == OpenMode::read) {
        // A link that is not to be followed cannot be read.
        return walk.wants_directory() ? SysError{ENOTDIR, Call::openat}
                                      : SysError{kNotRegularFile, Call::none};
      }
      return opened.error();
    }
    SysError error = mount_check(*set_, walk.landed_root(), opened.value());
    FileStatus found;
    if (error.ok()) error = check(opened.value(), mode, walk.wants_directory(), &found);
    if (found.type == EntryType::symlink && last == LastName::follow) continue;
    if (!error.ok()) return error;
    if (status != nullptr) *status = found;
    return opened;
  }
  return SysError{kBusy, Call::openat};
}

Result<Located> Resolver::locate_kernel(uint8_t root, std::string_view path, LastName last) const {
  const RelativePath relative(path);
  Located located = at_root(*set_, root, relative.name());
  located.wants_directory = relative.wants_directory();
  if (!relative.directory().empty()) {
    const Handle& directory = set_->roots[root]->directory;
    const std::string way = relative.way();
    Result<Handle> parent = beneath_open(directory, way.c_str(), OpenMode::directory, set_->beneath(false));
    located.parent_syncable = parent.ok();
    if (!parent.ok() && parent.error().code == EACCES) {
      parent = beneath_open(directory, way.c_str(), OpenMode::look_directory, set_->beneath(false));
    }
    if (!parent.ok()) return parent.error();
    located.parent = std::make_shared<const Handle>(parent.take());
  }
  if (last == LastName::keep || located.name.empty()) return located;
  const Result<std::string> target = link_read(*located.parent, located.name.c_str());
  if (target.ok()) return SysError{kUndecided, Call::readlinkat};
  const int32_t code = target.error().code;
  if (code != EINVAL && code != ENOENT) return target.error();
  return located;
}

Result<Located> Resolver::locate_walk(uint8_t root, std::string_view path, LastName last,
                                      DirectoryMaker* maker, StepObserver* observer) const {
  Walk walk(*set_, root, path, last);
  const SysError walked = walk.run(maker, observer);
  if (!walked.ok()) return walked;
  if (walk.name().empty() && walk.at_root()) {
    Located located = at_root(*set_, walk.landed_root(), "");
    located.through_link = walk.through_link();
    return located;
  }
  Located located;
  located.through_link = walk.through_link();
  located.wants_directory = walk.wants_directory();
  if (walk.name().empty()) {
    walk.step_back();
    located.wants_directory = true;  // "." and ".." name directories
  }
  located.name = walk.name();
  located.landed_root = walk.landed_root();
  if (walk.at_root()) {
    located.parent = set_->root_handle(located.landed_root);
    located.parent_syncable = set_->roots[located.landed_root]->listable;
    return located;
  }
  const Result<std::shared_ptr<const Handle>> parent = walk.directory();
  if (!parent.ok()) return parent.error();
  const SysError error = settle_parent(parent.value(), &located);
  if (!error.ok()) return error;
  return located;
}

Result<Located> Resolver::locate(uint8_t root, std::string_view path, LastName last, DirectoryMaker* maker,
                                 StepObserver* observer) const {
  const RelativePath relative(path);
  if (!relative.valid()) return SysError{EINVAL, Call::none};
  if (observer == nullptr) {
    Result<Located> located = locate_kernel(root, path, last);
    if (located.ok()) return located;
    const int32_t code = located.error().code;
    const bool to_make = maker != nullptr && code == ENOENT;
    if (code != kUndecided && !to_make) return judge(root, located.error());
  }
  Result<Located> located = locate_walk(root, path, last, maker, observer);
  return located.ok() ? std::move(located) : Result<Located>(judge(root, located.error()));
}

Result<Resolver::Deepest> Resolver::identify(uint8_t root, std::string_view path, LastName last) const {
  return Identifier(*this).identify(root, path, last);
}

}  // namespace ploke
