#include "probe.h"

#include <cerrno>
#include <string>

#include "probe_name.h"
#include "swap.h"

namespace ploke {
namespace {

std::optional<bool> answer(SysError error) {
  if (error.ok()) return true;
  // The file system or the kernel does not know the flag.
  if (no_such_rename(error)) return false;
  return std::nullopt;
}

std::optional<bool> probe_case(const Handle& directory, const std::string& name) {
  std::string other = name;
  for (char& c : other) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const Result<FileStatus> status = entry_status(directory, other.c_str());
  if (status.ok()) return false;
  return status.error().code == ENOENT ? std::optional<bool>(true) : std::nullopt;
}

}  // namespace

Result<Probe> directory_probe(const Handle& directory) {
  Probe probe;
  const Result<MountFacts> mount = handle_mount(directory);
  if (!mount.ok()) return mount.error();
  const Result<FileStatus> status = handle_status(directory);
  if (!status.ok()) return status.error();
  probe.mount = mount.value();
  probe.device = status.value().device;

  ProbeName first(directory);
  ProbeName second(directory);
  if (first.make().ok() && second.choose().ok()) {
    probe.case_sensitive = probe_case(directory, first.text());
    // To a name that does not exist: FUSE answers EEXIST for one that does without asking the file system.
    const SysError renamed = entry_rename(directory, first.text().c_str(), directory, second.text().c_str(),
                                          RenameMode::no_replace);
    probe.exclusive_rename = answer(renamed);
    if (renamed.ok()) {
      first.moved_to(&second);
    } else if (!second.make().ok()) {
      return probe;
    }
    if (!renamed.ok() || first.make().ok()) {
      probe.exchange_rename = answer(entry_rename(directory, first.text().c_str(), directory,
                                                  second.text().c_str(), RenameMode::exchange));
    }
  }
  probe.directory_sync = handle_sync(directory).code;
  return probe;
}

}  // namespace ploke
