#include "diagnose.h"

#include <cerrno>
#include <string_view>

#include "probe_name.h"

namespace ploke {
namespace {

constexpr std::string_view kOld = "old";
constexpr std::string_view kNew = "new";
constexpr int kStampWrites = 48;

bool holds(const Handle& file, std::string_view content) {
  char buffer[8];
  const Result<size_t> size = handle_read_at(file, buffer, sizeof buffer, 0);
  return size.ok() && std::string_view(buffer, size.value()).substr(0, content.size()) == content;
}

void diagnose_locks(const Handle& directory, const std::string& name, const Handle& first,
                    Diagnosis* result) {
  // Before anything else, so that no sweep takes the file for that of a process that died.
  result->lock_first = lock_try(first, true).code;
  if (result->lock_first != 0) return;
  const Result<Handle> second = entry_open(directory, name.c_str(), OpenMode::read_write);
  if (!second.ok()) return;
  result->lock_second = lock_try(second.value(), true).code;
  result->record_lock = record_lock_try(second.value()).code;
  if (result->lock_second == 0) return;
  lock_release(first);
  result->lock_after = lock_try(second.value(), true).code;
  lock_release(second.value());
  static_cast<void>(lock_try(first, true));
}

void diagnose_stamps(const Handle& file, Diagnosis* result) {
  for (int round = 0; round < kStampWrites; ++round) {
    if (!handle_write_all(file, "x", 1).ok()) return;
    const Result<FileStatus> status = handle_status(file);
    if (!status.ok()) return;
    result->stamps_ns.push_back(status.value().modified_ns);
  }
}

void diagnose_replace(const Handle& directory, ProbeName* target, Handle* open, Diagnosis* result) {
  ProbeName fresh(directory);
  const Result<Handle> file = fresh.make();
  result->replace = file.error().code;
  if (!file.ok()) return;
  static_cast<void>(lock_try(file.value(), true));
  const SysError written = handle_write_all(file.value(), kNew.data(), kNew.size());
  result->replace = written.code;
  if (!written.ok()) return;
  const bool must_close = rename_needs_closed_target(directory);
  if (must_close) open->close();
  const SysError renamed =
      entry_rename(directory, fresh.text().c_str(), directory, target->text().c_str(), RenameMode::replace);
  result->replace = renamed.code;
  if (!renamed.ok()) return;
  fresh.moved_to(target);
  const Result<Handle> shown = entry_open(directory, target->text().c_str(), OpenMode::read);
  result->replaced_whole = shown.ok() && holds(shown.value(), kNew) && (must_close || holds(*open, kOld));
}

}  // namespace

Diagnosis directory_diagnose(const Handle& directory) {
  Diagnosis result;
  result.directory_sync = handle_sync(directory).code;
  ProbeName name(directory);
  Result<Handle> made = name.make();
  result.made = made.error().code;
  if (!made.ok()) return result;
  result.name = name.text();
  Handle file = made.take();
  diagnose_locks(directory, name.text(), file, &result);
  const SysError written = handle_write_all(file, kOld.data(), kOld.size());
  result.file_sync = written.ok() ? handle_sync(file).code : written.code;
  // With the entry that was just made: what a durable change asks for.
  result.directory_sync = handle_sync(directory).code;
  diagnose_stamps(file, &result);
  if (written.ok()) diagnose_replace(directory, &name, &file, &result);
  result.nameless = nameless_open(directory).error().code;
  return result;
}

}  // namespace ploke
