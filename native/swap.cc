#include "swap.h"

#include <cerrno>
#include <utility>

#include "file_bytes.h"
#include "metadata.h"
#include "replace.h"
#include "temporary_name.h"

namespace ploke {
namespace {

// Whoever replaces the file all the time must not keep us for ever; what is in our hands then is kept aside.
constexpr int kSwapRounds = 1000;
constexpr int kNameAttempts = 64;

bool same_file(const FileStatus& one, const FileStatus& other) {
  return identity_of(one) == identity_of(other);
}

// While somebody's version lies under a temporary name, a sweep that does not know our owner must keep off.
Handle guard(const TargetParent& parent, const std::string& name) {
  if (!parent.local_locks) return Handle();
  Result<Handle> file = entry_open(*parent.directory, name.c_str(), OpenMode::read);
  if (!file.ok()) return Handle();
  static_cast<void>(lock_try(file.value(), true));
  return file.take();
}

class Swap {
 public:
  Swap(const TargetSet& targets, const Replacement& replacement, StageContext* context, StagedFile* staged)
      : targets_(targets), replacement_(replacement), context_(*context), staged_(*staged) {}

  SysError run();

 private:
  const Target& target() const { return *replacement_.target; }
  const Handle& directory() const { return *target().parent->directory; }
  const char* name() const { return target().name.c_str(); }
  SysError exchange() {
    return entry_rename(directory(), staged_.name.c_str(), directory(), name(), RenameMode::exchange);
  }
  SysError mark_swapped();
  void renew_metadata(const FileStatus& out);
  SysError swap_back(FileStatus out);
  void keep_or_discard(const FileStatus& left);
  void leave_in_place();

  const TargetSet& targets_;
  const Replacement& replacement_;
  StageContext& context_;
  StagedFile& staged_;
  const FileStatus& ours_ = staged_.made;
};

SysError Swap::run() {
  SysError error = mark_swapped();
  if (!error.ok()) return error;
  error = exchange();
  // The target has gone, or the temporary file has.
  if (error.code == ENOENT) error.code = kChanged;
  if (!error.ok()) return error;

  FileStatus out;
  const Result<bool> expected = is_expected_version(targets_, target(), directory(), staged_.name,
                                                    replacement_.expected_hash, &context_.hasher, &out);
  if (!expected.ok() && expected.error().code == ENOENT) {
    // Somebody took it from under its temporary name: it is out of our hands, and ours is in place.
    leave_in_place();
    return SysError{kChanged, expected.error().call};
  }
  if (expected.ok() && expected.value()) {
    renew_metadata(out);
    // Failing to is no failure: a sweep knows its content.
    static_cast<void>(entry_remove(directory(), staged_.name.c_str(), false));
    staged_.name.clear();
    staged_.flags |= kSwapVerified;
    return {};
  }
  const SysError undone = swap_back(out);
  return expected.ok() || !undone.ok() ? (undone.ok() ? SysError{kChanged, Call::renameat2} : undone)
                                       : expected.error();
}

// From here on the file may hold somebody else's version: its name says so before that can happen.
SysError Swap::mark_swapped() {
  if (!staged_.nameless && temporary_state(staged_.name) != TemporaryState::written) return {};
  const TemporaryFields fields = temporary_fields(target().hash, staged_.hash, target().name);
  if (staged_.nameless) return staged_link(*target().parent, context_.owner, &fields, &staged_);
  std::string marked = temporary_name_in(staged_.name, TemporaryState::swapped, fields);
  const SysError error =
      entry_rename(directory(), staged_.name.c_str(), directory(), marked.c_str(), RenameMode::replace);
  if (error.ok()) staged_.name = std::move(marked);
  return error;
}

// Mode and owner that somebody changed after they were copied.
void Swap::renew_metadata(const FileStatus& out) {
  const FileStatus& kept = staged_.kept;
  if (!staged_.keeps_metadata || (out.mode == kept.mode && out.uid == kept.uid && out.gid == kept.gid))
    return;
  const Result<Handle> old_version = entry_open(directory(), staged_.name.c_str(), OpenMode::read);
  const Result<FileStatus> fresh = handle_status(staged_.file);
  const bool complete = old_version.ok() && fresh.ok() &&
                        metadata_preserve(old_version.value(), out, staged_.file, fresh.value());
  staged_.flags = static_cast<uint16_t>(staged_.flags & ~(kMetadataPreserved | kMetadataPartial));
  staged_.flags |= complete ? kMetadataPreserved : kMetadataPartial;
  staged_.synced_again = context_.sync ? handle_sync(staged_.file) : SysError{};
}

// `out` is what came out and is not the expected version.
SysError Swap::swap_back(FileStatus out) {
  staged_.flags |= kSwappedBack;
  FileStatus put = ours_;
  for (int round = 0; round < kSwapRounds; ++round) {
    const Handle held = guard(*target().parent, staged_.name);
    const SysError error = exchange();
    const Result<FileStatus> next = entry_status(directory(), staged_.name.c_str());
    if (!error.ok()) {
      // The name has gone (ENOENT), or nothing more can be done: what is in our hands is kept.
      if (next.ok()) keep_or_discard(next.value());
      leave_in_place();
      return error.code == ENOENT ? SysError{} : error;
    }
    if (!next.ok()) return {};
    // What came out is what was put in: nobody has come between, so that the newest is in place.
    if (same_file(next.value(), put)) {
      keep_or_discard(next.value());
      return {};
    }
    put = out;
    out = next.value();
  }
  keep_or_discard(out);
  return SysError{kBusy, Call::renameat2};
}

void Swap::keep_or_discard(const FileStatus& left) {
  if (same_file(left, ours_)) {
    static_cast<void>(entry_remove(directory(), staged_.name.c_str(), left.type == EntryType::directory));
  } else {
    std::string kept = keep_as_recovered(directory(), staged_.name, target().name);
    staged_.recovered.push_back(kept.empty() ? staged_.name : std::move(kept));
  }
  staged_.name.clear();
}

void Swap::leave_in_place() {
  const Result<FileStatus> there = entry_status(directory(), name());
  staged_.in_place = there.ok() && same_file(there.value(), ours_);
  staged_.name.clear();
}

}  // namespace

bool no_such_rename(SysError error) {
  // renameat2(2) answers EINVAL or ENOSYS, renameatx_np(2) ENOTSUP (another number than EOPNOTSUPP there).
  return error.code == EINVAL || error.code == ENOSYS || error.code == EOPNOTSUPP || error.code == ENOTSUP;
}

Result<bool> is_expected_version(const TargetSet& targets, const Target& target, const Handle& directory,
                                 const std::string& name, const std::string& expected_hash, Sha256* hasher,
                                 FileStatus* status) {
  const Result<FileStatus> there = entry_status(directory, name.c_str());
  if (!there.ok()) return there.error();
  *status = there.value();
  const FileStatus& seen = target.status;
  if (status->type != EntryType::file || !same_file(*status, seen)) return false;
  if (expected_hash.empty()) return status->size == seen.size && status->modified_ns == seen.modified_ns;
  if (status->size > targets.max_file_bytes) return false;
  Handle opened;
  if (target.lock == nullptr) {
    Result<Handle> file = entry_open(directory, name.c_str(), OpenMode::read);
    if (!file.ok()) return file.error();
    const Result<FileStatus> again = handle_status(file.value());
    if (!again.ok()) return again.error();
    if (!same_file(again.value(), seen)) return false;
    opened = file.take();
  }
  const Handle& file = target.lock == nullptr ? opened : target.lock->file();
  ByteBuffer scratch;
  const Result<Digest> digest = file_read_pieces(file, status->size, &scratch, hasher, nullptr);
  if (!digest.ok()) return digest.error();
  return hash_text(digest.value()) == expected_hash;
}

SysError swap_in(const TargetSet& targets, const Replacement& replacement, StageContext* context,
                 StagedFile* staged) {
  return Swap(targets, replacement, context, staged).run();
}

std::string keep_as_recovered(const Handle& directory, const std::string& temporary,
                              const std::string& target_name) {
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    uint32_t random = 0;
    if (!random_fill(&random, sizeof(random))) return "";
    std::string kept = make_recovered_name(target_name, random);
    SysError error =
        entry_rename(directory, temporary.c_str(), directory, kept.c_str(), RenameMode::no_replace);
    if (no_such_rename(error)) {
      // link(2) never replaces either.
      error = entry_link(directory, temporary.c_str(), directory, kept.c_str());
      if (error.ok()) static_cast<void>(entry_remove(directory, temporary.c_str(), false));
    }
    if (error.ok()) return kept;
    if (error.code != EEXIST) return "";
  }
  return "";
}

void put_back(const Handle& directory, const std::string& temporary, const std::string& name,
              std::vector<std::string>* recovered) {
  const SysError error =
      entry_rename(directory, temporary.c_str(), directory, name.c_str(), RenameMode::no_replace);
  // ENOENT: somebody took it from under its temporary name.
  if (error.ok() || error.code == ENOENT) return;
  std::string kept = keep_as_recovered(directory, temporary, name);
  recovered->push_back(kept.empty() ? temporary : std::move(kept));
}

}  // namespace ploke
