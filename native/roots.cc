#include "roots.h"

#include <cerrno>

#include "lock_scope.h"

namespace ploke {

namespace {

// The next component at or after `*position`, which then stands behind it; "//" and "." are skipped. Empty:
// there is none.
std::string_view next_component(std::string_view text, size_t* position) {
  for (;;) {
    const size_t begin = text.find_first_not_of('/', *position);
    if (begin == std::string_view::npos) {
      *position = text.size();
      return {};
    }
    size_t end = text.find('/', begin);
    if (end == std::string_view::npos) end = text.size();
    *position = end;
    const std::string_view component = text.substr(begin, end - begin);
    if (component != ".") return component;
  }
}

std::optional<std::string> below(const Spelling& spelling, std::string_view absolute) {
  size_t at = 0;
  size_t spelling_at = 0;
  for (;;) {
    const std::string_view wanted = next_component(spelling.path, &spelling_at);
    if (wanted.empty())
      return spelling.prefix + std::string(spelling.prefix.empty() ? "" : "/") +
             std::string(absolute.substr(at));
    if (!same_component(next_component(absolute, &at), wanted)) return std::nullopt;
  }
}

}  // namespace

Result<std::shared_ptr<const Root>> root_describe(const char* path) {
  Result<Handle> directory = root_open(path);
  if (!directory.ok()) return directory.error();
  auto root = std::make_shared<Root>();
  root->directory = directory.take();
  const Result<FileStatus> status = handle_status(root->directory);
  if (!status.ok()) return status.error();
  root->device = status.value().device;
  root->inode = status.value().inode;
  const Result<MountFacts> mount = handle_mount(root->directory);
  if (mount.ok()) {
    root->mount = mount.value();
    root->local_locks = locks_are_local(mount.value().magic);
  }
  root->listable = entry_open(root->directory, ".", OpenMode::directory).ok();

  Result<std::string> spelling = handle_path(root->directory);
  if (spelling.ok()) {
    root->canonical_path = spelling.take();
  } else {
    // No /proc. realpath(3) resolves the path a second time, so it has to lead to the same directory.
    Result<std::string> resolved = path_resolve(path);
    if (!resolved.ok()) return resolved.error().code == ENOSYS ? spelling.error() : resolved.error();
    root->canonical_path = resolved.take();
    const Result<Handle> again = root_open(root->canonical_path.c_str());
    if (!again.ok()) return again.error();
    const Result<FileStatus> same = handle_status(again.value());
    if (!same.ok()) return same.error();
    if (same.value().device != root->device || same.value().inode != root->inode) {
      return SysError{kRootLost, Call::open};
    }
  }
  return std::shared_ptr<const Root>(std::move(root));
}

std::optional<SpellingMatch> spelling_match(const RootSet& set, std::string_view absolute) {
  for (const Spelling& spelling : set.spellings) {
    std::optional<std::string> rest = below(spelling, absolute);
    if (rest.has_value()) return SpellingMatch{spelling.root, std::move(*rest)};
  }
  return std::nullopt;
}

std::string lexical_path(std::string_view absolute) {
  const std::string_view base = path_root(absolute);
  std::string result(base);
  if (!result.empty() && result.back() == '/') result.pop_back();
  const size_t base_size = result.size();
  size_t position = base.size();
  for (;;) {
    const std::string_view component = next_component(absolute, &position);
    if (component.empty()) return result.size() == base_size ? std::string(base) : result;
    if (component == "..") {
      if (result.size() > base_size) result.resize(result.rfind('/'));
    } else {
      result.append("/").append(component);
    }
  }
}

SysError mount_check(const RootSet& set, uint8_t root, const Handle& handle) {
  if (set.allow_mounts) return {};
  const Root& home = *set.roots[root];
  const Result<MountFacts> mount = handle_mount(handle);
  if (!mount.ok()) return mount.error();
  if (mount.value().mount_id != 0 && home.mount.mount_id != 0) {
    return mount.value().mount_id == home.mount.mount_id ? SysError{} : SysError{kMount, Call::none};
  }
  const Result<FileStatus> status = handle_status(handle);
  if (!status.ok()) return status.error();
  return status.value().device == home.device ? SysError{} : SysError{kMount, Call::none};
}

}  // namespace ploke
