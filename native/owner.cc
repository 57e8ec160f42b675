#include "owner.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "folded_name.h"
#include "lock.h"
#include "lock_scope.h"
#include "temporary_name.h"

namespace ploke {
namespace {

constexpr std::string_view kPrefix = "owner-";
// Ends the file's name where its lock may not be seen by everybody who sees the file. It is in the name, as
// the file is found under it before anything could be written into it; sweeps know no owner by such a name.
constexpr std::string_view kNotLocal = "-not-local";
constexpr size_t kIdDigits = 32;
constexpr const char* kIgnoreName = ".gitignore";
constexpr std::string_view kIgnoreText = "*\n";
// Others who tidy up or sweep may take the folder or the file away before the lock is ours, each of them
// once.
constexpr int kAttempts = 500;
constexpr std::chrono::milliseconds kPause(2);

bool names_it(const Handle& directory, const char* name, const Handle& handle) {
  const Result<FileStatus> named = entry_status(directory, name);
  const Result<FileStatus> held = handle_status(handle);
  return named.ok() && held.ok() && named.value().device == held.value().device &&
         named.value().inode == held.value().inode;
}

// The owner's files are nobody's secret, and another user's sweep must be able to try the lock.
void give_default_mode(const Handle& file) {
  static_cast<void>(
      mode_set(file, default_file_mode(file)));  // kept at 0600 otherwise, which only hides it from him
}

// Keeps the folder out of a repository. Not worth failing for: it is a courtesy to `git status`.
void ensure_ignored(const Handle& folder) {
  const Result<Handle> file = entry_open(folder, kIgnoreName, OpenMode::create);
  if (!file.ok()) return;
  static_cast<void>(handle_write_all(file.value(), kIgnoreText.data(), kIgnoreText.size()));
  give_default_mode(file.value());
}

constexpr std::string_view kRecordPrefix = "lock-";
constexpr size_t kMostRecords = 1000;

// The id in a record's name; empty where it is none.
std::string_view record_owner(std::string_view name) {
  if (name.size() <= kRecordPrefix.size() + kIdDigits ||
      name.substr(0, kRecordPrefix.size()) != kRecordPrefix) {
    return {};
  }
  const std::string_view id = name.substr(kRecordPrefix.size(), kIdDigits);
  return is_owner_id(id) && name[kRecordPrefix.size() + kIdDigits] == '-' ? id : std::string_view();
}

// Whether somebody holds the owner's file. Where its lock is not seen by everybody it counts as held.
bool owner_lives(const Handle& folder, std::string_view id) {
  const std::string name = owner_file_name(id);
  const Result<Handle> file = entry_open(folder, name.c_str(), OpenMode::read);
  if (!file.ok()) return entry_status(folder, (name + std::string(kNotLocal)).c_str()).ok();
  return lock_try(file.value(), false).code == EWOULDBLOCK;
}

// kUndecided: somebody took it away or holds it meanwhile; try again. `file` is then what was made, if it
// was.
SysError open_once(const Handle& root, const char* name, bool local, Handle* folder, Handle* file) {
  const SysError made = directory_make(root, kOwnerFolder.data(), 0755);
  if (!made.ok() && made.code != EEXIST) return made;
  Result<Handle> opened = entry_open(root, kOwnerFolder.data(), OpenMode::directory);
  if (!opened.ok()) {
    const bool gone = opened.error().code == ENOENT;
    return gone ? SysError{kUndecided, opened.error().call} : opened.error();
  }
  *folder = opened.take();
  Result<Handle> created = entry_open(*folder, name, OpenMode::create);
  if (created.ok()) {
    created.value().close();
    // For reading only: what is open for writing keeps its file system from being remounted read-only
    // (mount(2), EBUSY). Where an exclusive lock may need a descriptor that writes it gets one.
    Result<Handle> own = lock_open(*folder, name, true, local);
    if (!own.ok()) {
      if (own.error().code == ENOENT) return {kUndecided, own.error().call};
      // The next attempt must be able to make it anew.
      static_cast<void>(entry_remove(*folder, name, false));
      return own.error();
    }
    *file = own.take();
  } else if (created.error().code != EEXIST || !file->valid()) {
    // The folder was removed while it was held: nothing can be made in it.
    const bool gone = created.error().code == ENOENT;
    return gone ? SysError{kUndecided, created.error().call} : created.error();
  }
  // Else it is the file of the last attempt, or names_it tells below that it is not.
  const SysError locked = lock_try(*file, true);
  if (locked.code == EWOULDBLOCK) {
    // A sweep is trying whether its owner lives. Whether it removes the file is its business: by the name we
    // could only take away what somebody has made there since.
    std::this_thread::sleep_for(kPause);
    return SysError{kUndecided, locked.call};
  }
  // Where locks prove nothing the name alone tells that its owner may live, so that none is needed.
  if (!locked.ok() && (local || !lock_unsupported(locked))) {
    static_cast<void>(entry_remove(*folder, name, false));
    return locked;
  }
  // A sweep may have come and gone between open and lock, and so may the folder.
  if (!names_it(*folder, name, *file) || !names_it(root, kOwnerFolder.data(), *folder)) {
    return SysError{kUndecided, Call::fstatat};
  }
  give_default_mode(*file);
  ensure_ignored(*folder);
  return {};
}

}  // namespace

bool is_owner_id(std::string_view id) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return id.size() == kIdDigits && std::all_of(id.begin(), id.end(), is_digit);
}

std::string owner_file_name(std::string_view id) { return std::string(kPrefix).append(id); }

std::string_view owner_of_file_name(std::string_view name) {
  if (name.substr(0, kPrefix.size()) != kPrefix) return {};
  const std::string_view id = name.substr(kPrefix.size());
  return is_owner_id(id) ? id : std::string_view();
}

Result<std::shared_ptr<Owner>> Owner::open(std::shared_ptr<const Root> root, std::string_view id) {
  auto owner = std::make_shared<Owner>();
  owner->root_ = std::move(root);
  owner->id_ = std::string(id);
  owner->name_ = owner_file_name(id);
  const Result<int64_t> file_system = handle_file_system(owner->root_->directory);
  const bool local = file_system.ok() && locks_are_local(file_system.value());
  if (!local) owner->name_.append(kNotLocal);
  SysError error;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    error = open_once(owner->root_->directory, owner->name_.c_str(), local, &owner->folder_, &owner->file_);
    if (error.ok()) return owner;
    if (error.code != kUndecided) break;
  }
  // Nothing of the attempt stays, the folder included.
  if (owner->folder_.valid()) owner_folder_tidy(owner->root_->directory, owner->folder_);
  return error.code == kUndecided ? SysError{kBusy, error.call} : error;
}

void Owner::close() {
  if (!file_.valid()) return;
  lock_records_remove(folder_, id_);
  // While the lock is held nobody else removes the file, so what has our name is ours or a stranger's.
  if (names_it(folder_, name_.c_str(), file_)) static_cast<void>(entry_remove(folder_, name_.c_str(), false));
  file_.close();
  owner_folder_tidy(root_->directory, folder_);
  folder_.close();
}

SysError Owner::write_record(const std::string& name, std::string_view text) const {
  // Under a name of its own first, so that nobody reads half of it.
  const std::string fresh = "new-" + name;
  static_cast<void>(entry_remove(folder_, fresh.c_str(), false));
  const Result<Handle> file = entry_open(folder_, fresh.c_str(), OpenMode::create);
  if (!file.ok()) return file.error();
  SysError error = handle_write_all(file.value(), text.data(), text.size());
  give_default_mode(file.value());
  if (error.ok()) error = entry_rename(folder_, fresh.c_str(), folder_, name.c_str(), RenameMode::replace);
  if (!error.ok()) static_cast<void>(entry_remove(folder_, fresh.c_str(), false));
  return error;
}

void Owner::remove_record(const std::string& name) const {
  static_cast<void>(entry_remove(folder_, name.c_str(), false));
}

Result<std::vector<LockRecord>> lock_records(const Handle& root) {
  std::vector<LockRecord> records;
  const Result<Handle> folder = entry_open(root, kOwnerFolder.data(), OpenMode::directory);
  if (!folder.ok())
    return folder.error().code == ENOENT ? Result<std::vector<LockRecord>>(records) : folder.error();
  const Result<std::vector<DirectoryItem>> items = directory_read(folder.value());
  if (!items.ok()) return items.error();
  for (const DirectoryItem& item : items.value()) {
    const std::string_view owner = record_owner(item.name);
    if (owner.empty() || records.size() == kMostRecords) continue;
    if (!owner_lives(folder.value(), owner)) {
      static_cast<void>(entry_remove(folder.value(), item.name.c_str(), false));
      continue;
    }
    const Result<Handle> file = entry_open(folder.value(), item.name.c_str(), OpenMode::read);
    if (!file.ok()) continue;
    std::string text(kRecordBytes, '\0');
    const Result<size_t> size = handle_read(file.value(), text.data(), text.size());
    if (!size.ok()) continue;
    text.resize(size.value());
    records.push_back({item.name, std::move(text)});
  }
  return records;
}

void lock_records_remove(const Handle& folder, std::string_view owner) {
  const Result<Handle> own = entry_open(folder, ".", OpenMode::directory);
  if (!own.ok()) return;
  const Result<std::vector<DirectoryItem>> items = directory_read(own.value());
  if (!items.ok()) return;
  for (const DirectoryItem& item : items.value()) {
    if (record_owner(item.name) == owner) static_cast<void>(entry_remove(folder, item.name.c_str(), false));
  }
}

SysError ReservedNames::check(const FileStatus& parent, uint8_t landed_root, std::string_view name,
                              const FileStatus* entry) {
  const SysError reserved = {kReserved, Call::none};
  std::string folded;
  if (!is_folded(name)) {
    folded = folded_name(name);
    name = folded;
  }
  if (is_temporary_name(name)) return reserved;
  if (name == kOwnerFolder) {
    const auto is_parent = [&](const std::shared_ptr<const Root>& root) {
      return root->device == parent.device && root->inode == parent.inode;
    };
    if (std::any_of(set_.roots.begin(), set_.roots.end(), is_parent)) return reserved;
  }
  std::optional<FileStatus>& folder = folders_[landed_root];
  if (!folder) {
    const Result<FileStatus> there = entry_status(set_.roots[landed_root]->directory, kOwnerFolder.data());
    if (!there.ok()) return {};
    folder = there.value();
  }
  const FileIdentity own = identity_of(*folder);
  // NTFS has short names, which no spelling tells.
  const bool is_folder = entry != nullptr && identity_of(*entry) == own;
  return is_folder || identity_of(parent) == own ? reserved : SysError{};
}

bool is_owner_folder(const Handle& root, std::string_view name, const FileStatus& entry) {
  if (name == kOwnerFolder) return true;
  if (is_folded(name) || folded_name(name) != kOwnerFolder) return false;
  const Result<FileStatus> folder = entry_status(root, kOwnerFolder.data());
  return folder.ok() && identity_of(folder.value()) == identity_of(entry);
}

void owner_folder_tidy(const Handle& root, const Handle& folder) {
  if (!names_it(root, kOwnerFolder.data(), folder)) return;
  const Result<std::vector<DirectoryItem>> items = directory_read(folder);
  if (!items.ok()) return;
  const auto is_needed = [](const DirectoryItem& item) { return item.name != kIgnoreName; };
  if (std::any_of(items.value().begin(), items.value().end(), is_needed)) return;
  static_cast<void>(entry_remove(folder, kIgnoreName, false));
  // ENOTEMPTY: a new owner has come, who counts on being ignored.
  if (!entry_remove(root, kOwnerFolder.data(), true).ok()) ensure_ignored(folder);
}

}  // namespace ploke
