#include "sweep.h"

#include <cerrno>
#include <utility>

#include "lock_scope.h"
#include "owner.h"
#include "temporary_name.h"

namespace ploke {
namespace {

// Opens and locks a regular file that nobody else has locked. Not valid where that cannot be had; `gone` says
// whether the reason is that there is no such file.
Handle lock_unheld(const Handle& directory, const char* name, bool* gone) {
  *gone = false;
  const Result<FileStatus> seen = entry_status(directory, name);
  if (!seen.ok()) {
    *gone = seen.error().code == ENOENT;
    return Handle();
  }
  // Anything else under such a name is not ours.
  if (seen.value().type != EntryType::file) return Handle();
  Result<Handle> file = entry_open(directory, name, OpenMode::read);
  if (!file.ok()) {
    *gone = file.error().code == ENOENT;
    return Handle();
  }
  const Result<FileStatus> status = handle_status(file.value());
  if (!status.ok() || status.value().type != EntryType::file) return Handle();
  if (!lock_try(file.value(), true).ok()) return Handle();
  return file.take();
}

// Removes the name if it still is the file whose lock is held: whoever makes a file of that name anew locks
// another.
bool remove_locked(const Handle& directory, const char* name, const Handle& file) {
  const Result<FileStatus> held = handle_status(file);
  const Result<FileStatus> named = entry_status(directory, name);
  if (!held.ok() || !named.ok()) return false;
  if (held.value().device != named.value().device || held.value().inode != named.value().inode) return false;
  return entry_remove(directory, name, false).ok();
}

bool sweepable(const Handle& directory) {
  const Result<MountFacts> mount = handle_mount(directory);
  return mount.ok() && locks_are_local(mount.value().magic);
}

}  // namespace

void Sweep::owners(const Handle& root) {
  if (!sweepable(root)) return;
  // Not there, a link, or not ours to read: no owner can be seen to be dead.
  const Result<Handle> folder = entry_open(root, kOwnerFolder.data(), OpenMode::directory);
  if (!folder.ok()) return;
  const Result<std::vector<DirectoryItem>> items = directory_read(folder.value());
  if (!items.ok()) return;
  for (const DirectoryItem& item : items.value()) {
    if (owner_of_file_name(item.name).empty()) continue;
    bool gone = false;
    const Handle file = lock_unheld(folder.value(), item.name.c_str(), &gone);
    if (file.valid()) static_cast<void>(remove_locked(folder.value(), item.name.c_str(), file));
  }
  owner_folder_tidy(root, folder.value());
}

bool Sweep::is_dead(uint8_t root, std::string_view owner) {
  const auto key = std::make_pair(root, std::string(owner));
  const auto known = dead_.find(key);
  if (known != dead_.end()) return known->second;
  bool dead = false;
  const Handle& directory = resolver_.set().roots[root]->directory;
  const Result<Handle> folder = entry_open(directory, kOwnerFolder.data(), OpenMode::directory);
  if (folder.ok()) {
    const std::string name = owner_file_name(owner);
    bool gone = false;
    dead = lock_unheld(folder.value(), name.c_str(), &gone).valid() || gone;
  } else {
    // The file comes before the first temporary file and goes after the last one.
    dead = folder.error().code == ENOENT;
  }
  dead_.emplace(key, dead);
  return dead;
}

SysError Sweep::directory(uint8_t root, std::string_view path, uint32_t* removed) {
  // As if it were a name inside: that finds the directory, and the root it really lies in.
  std::string inside(path);
  if (!inside.empty() && inside.back() != '/') inside.push_back('/');
  inside.push_back('x');
  const Result<Located> located = resolver_.locate(root, inside, LastName::keep);
  if (!located.ok()) return resolver_.judge(root, located.error());
  const Handle& held = *located.value().parent;
  if (!sweepable(held)) return {};
  // Anew: others may be listing the held one (a root's is everybody's).
  const Result<Handle> directory = entry_open(held, ".", OpenMode::directory);
  if (!directory.ok()) return directory.error();
  const Result<std::vector<DirectoryItem>> items = directory_read(directory.value());
  if (!items.ok()) return items.error();
  for (const DirectoryItem& item : items.value()) {
    // State x may hold somebody's content: not to be removed on a dead owner's word.
    if (temporary_state(item.name) != 'w') continue;
    if (!is_dead(located.value().landed_root, temporary_owner(item.name))) continue;
    // The owner may be known in another root only; its own lock tells that it is in use.
    bool gone = false;
    const Handle file = lock_unheld(directory.value(), item.name.c_str(), &gone);
    if (file.valid() && remove_locked(directory.value(), item.name.c_str(), file)) ++*removed;
  }
  return {};
}

SysError Sweep::root(uint8_t root, std::string_view path, uint32_t* removed) {
  owners(resolver_.set().roots[root]->directory);
  return directory(root, path, removed);
}

}  // namespace ploke
