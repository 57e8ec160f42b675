#include "fine_stamps.h"

namespace ploke {

const bool* FineStamps::known(uint64_t device) const {
  for (const auto& [number, fine] : devices_) {
    if (number == device) return &fine;
  }
  return nullptr;
}

bool FineStamps::of(const Handle& handle, const FileStatus& status) {
  if (const bool* fine = known(status.device)) return *fine;
  const Result<int64_t> file_system = handle_file_system(handle);
  const bool fine = file_system.ok() && stamps_are_fine(file_system.value());
  devices_.emplace_back(status.device, fine);
  return fine;
}

bool FineStamps::of_entry(const Handle& directory, const char* name, const FileStatus& status) {
  if (const bool* fine = known(status.device)) return *fine;
  // Mostly it lies where its directory does, and need not be opened.
  const Result<FileStatus> holder = handle_status(directory);
  if (holder.ok() && holder.value().device == status.device) return of(directory, holder.value());
  const Result<Handle> entry = entry_open(directory, name, OpenMode::look);
  if (!entry.ok()) return false;
  const Result<FileStatus> now = handle_status(entry.value());
  // Another file by now, perhaps on another device: nothing is learnt of this one.
  if (!now.ok() || now.value().device != status.device) return false;
  return of(entry.value(), now.value());
}

}  // namespace ploke
