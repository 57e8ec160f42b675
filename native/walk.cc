#include "walk.h"

#include <cerrno>
#include <utility>

namespace ploke {

namespace {

constexpr uint64_t kProcRootInode = 1;  // PROC_ROOT_INO, linux/proc_ns.h

// Failures that are about this process or machine and tell nothing of what lies outside.
bool is_exhaustion(int32_t code) {
  return code == EMFILE || code == ENFILE || code == ENOMEM || code == EINTR || code == EIO;
}

}  // namespace

Walk::Walk(const RootSet& set, uint8_t root, std::string_view path, LastName last)
    : set_(set), root_(root), last_(last), rest_(path) {
  stand_at(Level{"", set.root_handle(root), root, true});
}

void Walk::stand_at(Level base) {
  levels_.clear();
  held_.clear();
  levels_.push_back(std::move(base));
}

SysError Walk::fail(SysError error) const {
  // One answer for whatever is met outside, so that nobody learns what exists there.
  if (outside() && error.code > 0 && !is_exhaustion(error.code)) return SysError{kEscape, Call::none};
  return error;
}

Walk::Component Walk::peek() const {
  const auto skip_slashes = [this](size_t at) {
    at = rest_.find_first_not_of('/', at);
    return at == std::string::npos ? rest_.size() : at;
  };
  Component result;
  result.begin = skip_slashes(offset_);
  result.end = rest_.find('/', result.begin);
  if (result.end == std::string::npos) result.end = rest_.size();
  result.name = rest_.substr(result.begin, result.end - result.begin);
  result.slash = result.end < rest_.size();
  result.last = skip_slashes(result.end) == rest_.size();
  return result;
}

// Puts `text` in the place of what was read so far; the text from `resume` on follows it.
void Walk::splice(std::string_view text, size_t resume) {
  const size_t link_left = link_end_ > resume ? link_end_ - resume : 0;
  std::string next(text);
  if (resume < rest_.size() && rest_[resume] != '/') next += '/';
  next.append(rest_, resume);
  link_end_ = next.size() - (rest_.size() - resume) + link_left;
  rest_ = std::move(next);
  offset_ = 0;
}

int Walk::root_of(const FileStatus& status) const {
  for (size_t index = 0; index < set_.roots.size(); ++index) {
    if (set_.roots[index]->device == status.device && set_.roots[index]->inode == status.inode) {
      return static_cast<int>(index);
    }
  }
  return -1;
}

// In the directory that an absolute path begins at: "/", or of Windows a drive or a share, which there may
// not be.
SysError Walk::stand_where(std::string_view absolute) {
  Result<Handle> slash = root_open(std::string(path_root(absolute)).c_str());
  if (!slash.ok()) return is_exhaustion(slash.error().code) ? slash.error() : SysError{kEscape, Call::none};
  const Result<FileStatus> status = handle_status(slash.value());
  if (!status.ok()) return status.error();
  const int root = root_of(status.value());
  if (root >= 0) {
    stand_at(Level{"", set_.root_handle(static_cast<uint8_t>(root)), root, true});
  } else {
    stand_at(Level{"", std::make_shared<const Handle>(slash.take()), -1, false});
  }
  return {};
}

Result<std::shared_ptr<const Handle>> Walk::directory() {
  size_t held = levels_.size() - 1;
  while (levels_[held].handle == nullptr) --held;
  // Names that were stepped into before, below a directory that is still held: whatever is found now lies
  // below it too.
  while (held + 1 < levels_.size()) {
    if (++steps_ > kMaxSteps) return fail(ELOOP, Call::openat);
    Result<Handle> next =
        entry_open(*levels_[held].handle, levels_[held + 1].name.c_str(), OpenMode::look_directory);
    if (!next.ok()) {
      const int32_t code = next.error().code;
      // It was a directory a moment ago.
      if (code == ENOENT || code == ENOTDIR || code == ELOOP) return SysError{kBusy, Call::openat};
      return fail(next.error());
    }
    ++held;
    levels_[held].handle = std::make_shared<const Handle>(next.take());
    held_.push_back(held);
    if (held_.size() > kMaxHeldHandles) {
      levels_[held_.front()].handle.reset();
      held_.erase(held_.begin());
    }
  }
  return levels_.back().handle;
}

void Walk::step_back() {
  name_ = std::move(levels_.back().name);
  if (!held_.empty() && held_.back() == levels_.size() - 1) held_.pop_back();
  levels_.pop_back();
}

// "." and ".." need search permission as any name does (path_resolution(7)); a directory that was left for a
// name before has been searched already.
SysError Walk::search() const {
  const std::shared_ptr<const Handle>& handle = levels_.back().handle;
  if (handle == nullptr) return {};
  const Result<Handle> searched = entry_open(*handle, ".", OpenMode::look_directory);
  return searched.ok() ? SysError{} : fail(searched.error());
}

// "..": a held directory is let go. The kernel is never asked for "..": a directory that was moved would
// answer with a parent outside.
SysError Walk::up(const Component& component) {
  if (levels_.size() > 1) {
    step_back();
    name_.clear();
    offset_ = component.end;
    return {};
  }
  const auto is_top = [](const std::string& path) { return path_root(path).size() == path.size(); };
  const bool at_slash =
      outside() || is_top(set_.roots[static_cast<size_t>(levels_[0].inside)]->canonical_path);
  if (set_.symlinks == Symlinks::follow) {
    if (at_slash) {  // the parent of "/" is "/", path_resolution(7)
      offset_ = component.end;
      return {};
    }
    const std::string parent =
        lexical_path(set_.roots[static_cast<size_t>(levels_[0].inside)]->canonical_path + "/..");
    const SysError error = stand_where(parent);
    if (!error.ok()) return error;
    splice(std::string_view(parent).substr(path_root(parent).size()), component.end);
    return {};
  }
  // An escape even if it would come back. Only the text tells whether it aims at another root: nothing is
  // looked at.
  const std::string aim =
      lexical_path(set_.roots[root_]->canonical_path + "/../" + rest_.substr(component.end));
  const std::optional<SpellingMatch> match = spelling_match(set_, aim);
  return SysError{match.has_value() && match->root != root_ ? kCrossRoot : kEscape, Call::none};
}

SysError Walk::expand(const std::string& target, const Component& component) {
  if (set_.symlinks == Symlinks::deny) return SysError{kSymlinkDenied, Call::none};
  const Result<std::shared_ptr<const Handle>> holder = directory();
  if (!holder.ok()) return holder.error();
  const Result<MountFacts> mount = handle_mount(*holder.value());
  if (!mount.ok()) return fail(mount.error());
  if (mount.value().proc) {
    const Result<FileStatus> status = handle_status(*holder.value());
    if (!status.ok()) return fail(status.error());
    // Below the root of procfs links may be magic: they lead to an object, whatever their text says
    // (proc(5)). Those in the root itself (self, thread-self, mounts, net) are ordinary.
    if (status.value().inode != kProcRootInode) return SysError{kEscape, Call::none};
  }
  if (mount.value().no_follow) return fail(ELOOP, Call::openat);  // MS_NOSYMFOLLOW, mount(2)
  if (links_ == kMaxLinks) return fail(ELOOP, Call::openat);
  ++links_;
  if (component.last) {
    const Result<bool> refused = link_refused(*holder.value(), component.name.c_str());
    if (!refused.ok()) return fail(refused.error());
    if (refused.value()) return fail(EACCES, Call::openat);
  }
  if (target.empty()) return fail(ENOENT, Call::readlinkat);  // path_resolution(7)
  const std::string_view base = path_root(target);
  if (base.empty()) {
    splice(target, component.end);
    return {};
  }
  if (set_.symlinks == Symlinks::follow) {
    const SysError error = stand_where(base);
    if (!error.ok()) return error;
    splice(std::string_view(target).substr(base.size()), component.end);
    return {};
  }
  const std::optional<SpellingMatch> match = spelling_match(set_, target);
  if (!match.has_value()) return SysError{kEscape, Call::none};
  if (match->root != root_) return SysError{kCrossRoot, Call::none};
  stand_at(Level{"", set_.root_handle(root_), root_, true});
  splice(match->rest, component.end);
  return {};
}

SysError Walk::step(std::string name, Handle handle, StepObserver* observer) {
  const int parent_inside = levels_.back().inside;
  Level level{std::move(name), nullptr, parent_inside, false};
  if (parent_inside < 0) {
    const Result<FileStatus> status = handle_status(handle);
    if (!status.ok()) return fail(status.error());
    level.inside = root_of(status.value());
    level.is_root = level.inside >= 0;
  }
  if (level.inside >= 0) {
    const SysError error = mount_check(set_, static_cast<uint8_t>(level.inside), handle);
    if (!error.ok()) return error;
  }
  if (level.is_root) {
    // The root's own handle is held anyway, so this level never has to be found again by names outside.
    level.handle = set_.root_handle(static_cast<uint8_t>(level.inside));
    levels_.push_back(std::move(level));
    return {};
  }
  level.handle = std::make_shared<const Handle>(std::move(handle));
  if (observer != nullptr && parent_inside >= 0) {
    const Result<std::shared_ptr<const Handle>> parent = directory();
    if (!parent.ok()) return parent.error();
    const SysError error = observer->stepped(*parent.value(), *level.handle);
    if (!error.ok()) return error;
  }
  levels_.push_back(std::move(level));
  held_.push_back(levels_.size() - 1);
  if (held_.size() > kMaxHeldHandles) {
    levels_[held_.front()].handle.reset();
    held_.erase(held_.begin());
  }
  return {};
}

// A name on the way: a directory to step into, a link to follow, or a parent to make.
SysError Walk::enter(const Component& component, DirectoryMaker* maker, StepObserver* observer) {
  const char* name = component.name.c_str();
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const Result<std::shared_ptr<const Handle>> held = directory();
    if (!held.ok()) return held.error();
    const Handle& parent = *held.value();
    Result<Handle> next = entry_open(parent, name, OpenMode::look_directory);
    if (next.ok()) {
      offset_ = component.end;
      return step(component.name, next.take(), observer);
    }
    const int32_t code = next.error().code;
    if (code == ENOENT) {
      // Never beyond a link: a dangling one must not be completed.
      const bool own_name = component.begin >= link_end_;
      parent_missing_ = true;
      if (maker == nullptr || !own_name || outside()) return fail(next.error());
      const SysError made = maker->make(parent, name);
      if (!made.ok() && made.code != EEXIST) return made;
      parent_missing_ = false;
      continue;
    }
    // A link is ENOTDIR for O_PATH | O_DIRECTORY | O_NOFOLLOW, ELOOP for some file systems: only reading it
    // tells.
    if (code != ENOTDIR && code != ELOOP) return fail(next.error());
    const Result<std::string> target = link_read(parent, name);
    if (target.ok()) return expand(target.value(), component);
    if (target.error().code == ENOENT) continue;
    if (target.error().code != EINVAL) return fail(target.error());
    const Result<FileStatus> status = entry_status(parent, name);
    if (status.ok() && status.value().type != EntryType::directory &&
        status.value().type != EntryType::symlink) {
      return fail(ENOTDIR, Call::openat);
    }
    if (!status.ok() && status.error().code != ENOENT) return fail(status.error());
  }
  return SysError{kBusy, Call::openat};
}

// The last name in a directory outside: only a root itself may be meant.
SysError Walk::finish_outside(const Component& component, StepObserver* observer) {
  const Result<std::shared_ptr<const Handle>> parent = directory();
  if (!parent.ok()) return parent.error();
  Result<Handle> next = entry_open(*parent.value(), component.name.c_str(), OpenMode::look_directory);
  if (!next.ok()) return fail(next.error());
  const SysError error = step(component.name, next.take(), observer);
  if (!error.ok()) return error;
  if (outside()) return SysError{kEscape, Call::none};
  offset_ = component.end;
  name_.clear();
  wants_directory_ = component.slash;
  return {};
}

SysError Walk::run(DirectoryMaker* maker, StepObserver* observer) {
  for (;;) {
    if (++steps_ > kMaxSteps) return fail(links_ == 0 ? ENAMETOOLONG : ELOOP, Call::openat);
    const Component component = peek();
    if (component.name.empty()) {
      name_.clear();
      through_link_ = links_ > 0;
      return outside() ? SysError{kEscape, Call::none} : SysError{};
    }
    if (component.name == "." || component.name == "..") {
      SysError error = search();
      if (error.ok() && component.name == "..") error = up(component);
      if (!error.ok()) return error;
      if (component.name == ".") offset_ = component.end;
      continue;
    }
    if (!component.last) {
      const SysError error = enter(component, maker, observer);
      if (!error.ok()) return error;
      continue;
    }
    if (last_ == LastName::follow) {
      const Result<std::shared_ptr<const Handle>> parent = directory();
      if (!parent.ok()) return parent.error();
      const Result<std::string> target = link_read(*parent.value(), component.name.c_str());
      if (target.ok()) {
        const SysError error = expand(target.value(), component);
        if (!error.ok()) return error;
        continue;
      }
      const int32_t code = target.error().code;
      if (code != EINVAL && code != ENOENT) return fail(target.error());
    }
    through_link_ = component.begin < link_end_;
    if (outside()) return finish_outside(component, observer);
    name_ = component.name;
    wants_directory_ = component.slash;
    return {};
  }
}

std::string Walk::missing_rest() const {
  const Component component = peek();
  std::string rest = rest_.substr(component.begin);
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  return rest;
}

}  // namespace ploke
