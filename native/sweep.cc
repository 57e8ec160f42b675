#include "sweep.h"

#include <cerrno>
#include <utility>

#include "file_bytes.h"
#include "lock_scope.h"
#include "owner.h"
#include "swap.h"
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
bool is_locked_file(const Handle& directory, const char* name, const Handle& file) {
  const Result<FileStatus> held = handle_status(file);
  const Result<FileStatus> named = entry_status(directory, name);
  return held.ok() && named.ok() && identity_of(held.value()) == identity_of(named.value());
}

bool remove_locked(const Handle& directory, const char* name, const Handle& file) {
  return is_locked_file(directory, name, file) && entry_remove(directory, name, false).ok();
}

// The first digits of the content's hash, as they are in a temporary name; "" where it cannot be read.
std::string content_field(const Handle& file) {
  ByteBuffer scratch;
  Sha256 hasher;
  const Result<Digest> digest = file_read_pieces(file, 0, &scratch, &hasher, nullptr);
  return digest.ok() ? temporary_fields(hash_text(digest.value()), "", "").old_hash : std::string();
}

bool holds_either(const Handle& file, const TemporaryFields& fields) {
  const std::string content = content_field(file);
  return !content.empty() && (content == fields.old_hash || content == fields.new_hash);
}

// The name that a temporary file was made for, if it is there; "" else.
std::string target_of(const std::vector<DirectoryItem>& items, const TemporaryFields& fields) {
  for (const DirectoryItem& item : items) {
    if (!is_temporary_name(item.name) && temporary_name_hash(item.name) == fields.name_hash) return item.name;
  }
  return "";
}

// Whether a file that was being written in place is one version whole.
bool is_whole(const Handle& directory, const std::string& name, const TemporaryFields& fields) {
  if (name.empty()) return false;
  const Result<FileStatus> seen = entry_status(directory, name.c_str());
  if (!seen.ok() || seen.value().type != EntryType::file) return false;
  const Result<Handle> file = entry_open(directory, name.c_str(), OpenMode::read);
  return file.ok() && holds_either(file.value(), fields);
}

bool sweepable(const Handle& directory) {
  const Result<int64_t> file_system = handle_file_system(directory);
  return file_system.ok() && locks_are_local(file_system.value());
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
    if (!file.valid() || !remove_locked(folder.value(), item.name.c_str(), file)) continue;
    lock_records_remove(folder.value(), owner_of_file_name(item.name));
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

void Sweep::settle(const Handle& directory, const std::vector<DirectoryItem>& items, const std::string& name,
                   const Handle& file, Swept* swept) {
  const TemporaryState state = temporary_state(name);
  std::string target;
  bool removable = state == TemporaryState::written;
  if (!removable) {
    const TemporaryFields fields = temporary_fields_of(name);
    target = target_of(items, fields);
    removable =
        state == TemporaryState::swapped ? holds_either(file, fields) : is_whole(directory, target, fields);
  }
  if (removable) {
    if (remove_locked(directory, name.c_str(), file)) ++swept->removed;
    return;
  }
  if (!is_locked_file(directory, name.c_str(), file)) return;
  std::string kept = keep_as_recovered(directory, name, target);
  if (!kept.empty()) swept->recovered.push_back(std::move(kept));
}

SysError Sweep::directory(uint8_t root, std::string_view path, Swept* swept) {
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
    const TemporaryState state = temporary_state(item.name);
    if (state == TemporaryState::none || state == TemporaryState::not_local) continue;
    if (!is_dead(located.value().landed_root, temporary_owner(item.name))) continue;
    const Result<FileStatus> seen = entry_status(directory.value(), item.name.c_str());
    if (seen.ok() && seen.value().type != EntryType::file && state == TemporaryState::swapped) {
      // Somebody put a directory or a link in the file's place, and it was exchanged with ours.
      std::string kept = keep_as_recovered(directory.value(), item.name,
                                           target_of(items.value(), temporary_fields_of(item.name)));
      if (!kept.empty()) swept->recovered.push_back(std::move(kept));
      continue;
    }
    // The owner may be known in another root only; its own lock tells that it is in use.
    bool gone = false;
    const Handle file = lock_unheld(directory.value(), item.name.c_str(), &gone);
    if (file.valid()) settle(directory.value(), items.value(), item.name, file, swept);
  }
  return {};
}

SysError Sweep::root(uint8_t root, std::string_view path, Swept* swept) {
  owners(resolver_.set().roots[root]->directory);
  return directory(root, path, swept);
}

}  // namespace ploke
