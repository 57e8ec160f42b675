#include "rename_over.h"

#include <cerrno>

namespace ploke {

SysError rename_over(const Handle& from, const char* from_name, const Target& target) {
  const Handle& directory = *target.parent->directory;
  const char* const name = target.name.c_str();
  const auto rename = [&] { return entry_rename(from, from_name, directory, name, RenameMode::replace); };
  if (target.lock == nullptr || !rename_needs_closed_target(directory)) return rename();
  const ReplaceGate gate(target.status);
  target.lock->let_go();
  const Result<FileStatus> now = entry_status(directory, name);
  SysError error = now.error();
  if (now.ok()) {
    const FileStatus& seen = target.status;
    const bool same = identity_of(now.value()) == identity_of(seen) && now.value().size == seen.size &&
                      now.value().modified_ns == seen.modified_ns;
    error = same ? rename() : SysError{kChanged, Call::fstatat};
  } else if (error.code == ENOENT) {
    error.code = kChanged;
  }
  if (!error.ok()) target.lock->take_up();
  return error;
}

}  // namespace ploke
