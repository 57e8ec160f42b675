#include "replace.h"

#include <cerrno>

#include "access_list.h"
#include "metadata.h"
#include "origin.h"
#include "rename_over.h"
#include "swap.h"
#include "temporary_name.h"

namespace ploke {
namespace {

// With 128 random bits a name is taken only by somebody who makes them up after us; he must not keep us for
// ever.
constexpr int kNameAttempts = 64;
// Whoever changes the metadata of a file all the time must not keep us for ever either.
constexpr int kMetadataAttempts = 8;

SysError write_data(const Replacement& replacement, StagedFile* staged, Sha256* hasher, FileStatus* written) {
  staged->hash = hash_text(hasher->of(replacement.data, replacement.size));
  const SysError error = handle_write_all(staged->file, replacement.data, replacement.size);
  if (!error.ok()) return error;
  const Result<FileStatus> status = handle_status(staged->file);
  if (!status.ok()) return status.error();
  *written = status.value();
  if (written->size == replacement.size) return {};
  // Every write was acknowledged and yet bytes are missing. A file system that ran full behind our back says
  // so when it is asked to put them on disk (ENOSPC, EDQUOT: fsync(2)).
  const SysError synced = handle_sync(staged->file);
  return synced.ok() ? SysError{EIO, Call::write} : synced;
}

// The metadata of the version that is there now, as it is now.
SysError keep_metadata(const Target& target, const FileStatus& fresh, StagedFile* staged,
                       const std::function<void()>& before_mode) {
  Handle opened;
  if (target.lock == nullptr) {
    Result<Handle> found = entry_open(*target.parent->directory, target.name.c_str(), OpenMode::read);
    if (!found.ok()) {
      const int32_t code = found.error().code;
      const bool gone = code == ENOENT || code == ELOOP || code == ENXIO;
      return gone ? SysError{kChanged, Call::openat} : found.error();
    }
    opened = found.take();
  }
  const Handle& old_version = target.lock == nullptr ? opened : target.lock->file();
  const Result<FileStatus> status = handle_status(old_version);
  if (!status.ok()) return status.error();
  const FileStatus& seen = target.status;
  if (status.value().device != seen.device || status.value().inode != seen.inode) {
    return SysError{kChanged, Call::fstat};
  }
  staged->keeps_metadata = true;
  staged->kept = status.value();
  const bool complete = metadata_preserve(old_version, status.value(), staged->file, fresh, before_mode);
  staged->flags |= complete ? kMetadataPreserved : kMetadataPartial;
  return {};
}

SysError give_metadata(const Replacement& replacement, const FileStatus& fresh, const FileStatus& written,
                       StageContext* context, StagedFile* staged) {
  const Target& target = *replacement.target;
  // After the attributes of the old version, which come first where there is not room for all; before the
  // mode, which may not give the right to write that setting one takes (xattr(7)).
  const auto share_origin = [&] {
    if (context->origin.empty()) return;
    const SysError stored = origin_store(staged->file, written, context->origin);
    if (!stored.ok()) staged->flags |= kOriginNotShared;
  };
  if (target.status.type == EntryType::file && !replacement.create && context->preserve_metadata) {
    const SysError kept = keep_metadata(target, fresh, staged, share_origin);
    if (!kept.ok() || replacement.mode < 0) return kept;
    if (!metadata_set_mode(staged->file, static_cast<uint32_t>(replacement.mode))) {
      staged->flags = static_cast<uint16_t>((staged->flags & ~kMetadataPreserved) | kMetadataPartial);
    }
    return {};
  }
  uint32_t mode = static_cast<uint32_t>(replacement.mode);
  if (replacement.mode < 0) {
    const TargetParent* parent = target.parent.get();
    if (context->inherited_mode_of != parent) {
      context->inherited_mode = inherited_file_mode(*parent->directory, staged->file);
      context->inherited_mode_of = parent;
    }
    mode = context->inherited_mode;
  }
  share_origin();
  if (!metadata_set_mode(staged->file, mode)) staged->flags |= kMetadataPartial;
  return {};
}

// Whether the old version's metadata is still what was copied. The change time tells of access lists and
// attributes too, but within one tick of the kernel's clock it may not move; mode and owner are compared.
bool metadata_current(const FileStatus& kept, const FileStatus& now) {
  return now.changed_ns == kept.changed_ns && now.mode == kept.mode && now.uid == kept.uid &&
         now.gid == kept.gid;
}

// The exchange where that is wanted and possible, else the rename.
SysError put_in_place(const TargetSet& targets, const Replacement& replacement, StageContext* context,
                      StagedFile* staged) {
  const Target& target = *replacement.target;
  const Handle& parent = *target.parent->directory;
  if (replacement.swap && context->cannot_exchange != target.parent.get()) {
    const SysError error = swap_in(targets, replacement, context, staged);
    if (!no_such_rename(error)) return error;
    context->cannot_exchange = target.parent.get();
    const SysError current =
        target_recheck(targets, target, replacement.expected_hash, Sameness::version, &context->hasher);
    if (!current.ok()) return current.code == ENOENT ? SysError{kChanged, current.call} : current;
  }
  SysError error;
  if (staged->nameless) error = staged_link(*target.parent, context->owner, nullptr, staged);
  if (error.ok()) error = rename_over(parent, staged->name.c_str(), target);
  if (error.ok()) staged->name.clear();
  return error;
}

SysError sync_staged(const StageContext& context, const StagedFile& staged) {
  return context.sync ? handle_sync(staged.file) : SysError{};
}

// Replaces the version that was judged. A mode or list that was narrowed since it was copied must hold
// for the new content from its first instant, so the file is made anew rather than adjusted: what it was
// given (owner, lists, attributes) cannot all be taken back.
SysError rename_over(const TargetSet& targets, const Replacement& replacement, StageContext* context,
                     StagedFile* staged) {
  const Target& target = *replacement.target;
  const Handle& parent = *target.parent->directory;
  const char* const name = target.name.c_str();
  for (int attempt = 0; attempt < kMetadataAttempts; ++attempt) {
    // An exchange is followed by a look at the content: before it this saves what would have to be put back.
    const bool exchanges = replacement.swap && context->cannot_exchange != target.parent.get();
    FileStatus now;
    SysError error = target_recheck(targets, target, exchanges ? std::string() : replacement.expected_hash,
                                    Sameness::version, &context->hasher, &now);
    if (error.code == ENOENT) error.code = kChanged;
    if (!error.ok()) return error;
    if (!staged->keeps_metadata) return put_in_place(targets, replacement, context, staged);
    if (!exchanges && !replacement.expected_hash.empty()) {
      // The recheck may have read the whole file, which takes time.
      const Result<FileStatus> again = entry_status(parent, name);
      if (!again.ok())
        return again.error().code == ENOENT ? SysError{kChanged, Call::fstatat} : again.error();
      now = again.value();
      if (identity_of(now) != identity_of(target.status)) return SysError{kChanged, Call::fstatat};
    }
    if (metadata_current(staged->kept, now)) return put_in_place(targets, replacement, context, staged);
    replacement_discard(replacement, staged);
    *staged = StagedFile();
    error = replacement_stage(replacement, context, staged);
    if (error.ok()) error = sync_staged(*context, *staged);
    if (!error.ok()) return error;
  }
  return SysError{kChanged, Call::fstatat};
}

// A name that did not exist may only be taken, never taken over.
SysError take_name(const Handle& parent, const char* to, StagedFile* staged) {
  if (staged->nameless) return nameless_link(staged->file, parent, to);
  const char* const from = staged->name.c_str();
  const SysError renamed = entry_rename(parent, from, parent, to, RenameMode::no_replace);
  // renameat2(2): EINVAL is a file system that does not know the flag, ENOSYS a kernel that does not.
  if (!no_such_rename(renamed)) return renamed;
  // link(2) never replaces either.
  const SysError linked = entry_link(parent, from, parent, to);
  if (!linked.ok()) return linked;
  // If this fails a sweep removes the other name of the same file later.
  static_cast<void>(entry_remove(parent, from, false));
  return {};
}

SysError put_staged(const TargetSet& targets, const Replacement& replacement, StageContext* context,
                    StagedFile* staged) {
  const Target& target = *replacement.target;
  if (!replacement.create && target.status.type != EntryType::missing) {
    return rename_over(targets, replacement, context, staged);
  }
  SysError error = take_name(*target.parent->directory, target.name.c_str(), staged);
  if (error.ok()) {
    staged->nameless = false;
    staged->name.clear();
  }
  if (error.code == EEXIST && !replacement.create) error.code = kChanged;
  return error;
}

// A file without a name where locks tell a sweep whose a temporary file is; kUndecided where there is none to
// be had. Nobody can find it, so that nobody else can have its lock.
SysError make_nameless(const TargetParent& parent, const StageContext& context, bool must_lock,
                       StagedFile* staged) {
  if (!parent.local_locks || context.named || !context.nameless->load(std::memory_order_relaxed)) {
    return SysError{kUndecided, Call::none};
  }
  Result<Handle> made = nameless_open(*parent.directory);
  if (!made.ok()) return cannot_be_nameless(made.error()) ? SysError{kUndecided, Call::openat} : made.error();
  staged->file = made.take();
  staged->nameless = true;
  const SysError locked = lock_try(staged->file, true);
  const Result<FileStatus> status = handle_status(staged->file);
  if (!status.ok()) return status.error();
  staged->made = status.value();
  return must_lock ? locked : SysError{};
}

}  // namespace

SysError staged_link(const TargetParent& parent, std::string_view owner, const TemporaryFields* fields,
                     StagedFile* staged) {
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    uint8_t random[kTemporaryRandomBytes];
    if (!random_fill(random, sizeof random)) return SysError{EIO, Call::getrandom};
    std::string name = make_temporary_name(owner, random);
    if (fields != nullptr) name = temporary_name_in(name, TemporaryState::swapped, *fields);
    const SysError linked = nameless_link(staged->file, *parent.directory, name.c_str());
    if (linked.code == EEXIST) continue;
    if (!linked.ok()) return linked;
    staged->name = std::move(name);
    staged->nameless = false;
    return {};
  }
  return SysError{kBusy, Call::linkat};
}

// A workspace with other roots may sweep this directory and know nothing of our owner file.
SysError temporary_make(const TargetParent& parent, std::string_view owner, bool must_lock, Handle* file,
                        std::string* name, FileStatus* fresh) {
  // Where its lock does not reach everybody who sees the file (a layer of an overlay, a server's own disk),
  // its name must tell every sweep to leave it alone.
  const TemporaryState state = parent.local_locks ? TemporaryState::written : TemporaryState::not_local;
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    uint8_t random[kTemporaryRandomBytes];
    if (!random_fill(random, sizeof random)) return SysError{EIO, Call::getrandom};
    *name = make_temporary_name(owner, random, state);
    Result<Handle> created = entry_open(*parent.directory, name->c_str(), OpenMode::create);
    if (!created.ok()) {
      if (created.error().code == EEXIST) continue;
      name->clear();
      return created.error();
    }
    *file = created.take();
    // Where locks do not work (ENOLCK, EOPNOTSUPP) nobody sweeps by them either.
    const SysError locked = parent.local_locks || must_lock ? lock_try(*file, true) : SysError{};
    const Result<FileStatus> status = handle_status(*file);
    if (!status.ok()) return status.error();
    *fresh = status.value();
    // A sweep was there between open and lock: it has removed the file or will.
    const bool swept = locked.code == EWOULDBLOCK || fresh->link_count == 0;
    if (!swept) return must_lock ? locked : SysError{};
    static_cast<void>(entry_remove(*parent.directory, name->c_str(), false));
  }
  name->clear();
  return SysError{kBusy, Call::openat};
}

bool has_other_names(const Replacement& replacement) {
  const FileStatus& there = replacement.target->status;
  return !replacement.create && there.type == EntryType::file && there.link_count > 1;
}

SysError replacement_stage(const Replacement& replacement, StageContext* context, StagedFile* staged) {
  const Target& target = *replacement.target;
  if (!target.error.ok()) return target.error;
  // open(2) with O_CREAT of a name that ends in a slash.
  if (target.wants_directory && target.status.type != EntryType::directory) {
    return SysError{EISDIR, Call::openat};
  }
  if (!replacement.create && target.status.type != EntryType::missing) {
    if (target.status.type == EntryType::directory) return SysError{EISDIR, Call::openat};
    if (target.status.type == EntryType::symlink) return SysError{kSymlinkDenied, Call::openat};
    if (target.status.type != EntryType::file) return SysError{kNotRegularFile, Call::openat};
  }
  if (has_other_names(replacement)) return SysError{kManyNames, Call::none};
  FileStatus& fresh = staged->made;
  // The new version is born locked, as the old one is.
  const bool must_lock = target.lock != nullptr && target.lock->kind() == LockKind::advisory;
  SysError error = make_nameless(*target.parent, *context, must_lock, staged);
  if (error.code == kUndecided) {
    error = temporary_make(*target.parent, context->owner, must_lock, &staged->file, &staged->name, &fresh);
  }
  if (error.ok() && target.lock != nullptr) {
    staged->hold = TableHold::take(*context->locks, identity_of(fresh), true);
  }
  if (error.ok() && target.status.type == EntryType::file && !replacement.create &&
      context->preserve_metadata) {
    access_narrow(*target.parent->directory, target.name.c_str(), staged->file);
  }
  FileStatus written;
  if (error.ok()) error = write_data(replacement, staged, &context->hasher, &written);
  // The device is busy with it, and in a batch with all of them, before anybody waits.
  if (error.ok() && context->sync) handle_start_writeback(staged->file);
  // Before the sync, which makes it durable with the data; before the rename, which shows it.
  if (error.ok()) error = give_metadata(replacement, fresh, written, context, staged);
  if (!error.ok()) replacement_discard(replacement, staged);
  return error;
}

SysError replacement_swap(const TargetSet& targets, const Replacement& replacement, StageContext* context,
                          StagedFile* staged) {
  SysError error = put_staged(targets, replacement, context, staged);
  if (error.code == kUndecided && staged->nameless) {
    replacement_discard(replacement, staged);
    *staged = StagedFile();
    context->named = true;
    error = replacement_stage(replacement, context, staged);
    if (error.ok()) error = sync_staged(*context, *staged);
    if (error.ok()) error = put_staged(targets, replacement, context, staged);
    context->named = false;
    // Where the other way works it is the file system's, and nobody has to try again in this environment.
    if (error.ok()) context->nameless->store(false, std::memory_order_relaxed);
  }
  // What is in place although the swap failed must stay as it is.
  if (error.ok() || staged->in_place) return error;
  if (error.code == ENOENT && staged->file.valid() && !staged->nameless) {
    // Not our target, which may be missing: the temporary file. Somebody cleans up by hand; the next try may
    // succeed.
    const Result<FileStatus> own = handle_status(staged->file);
    if (own.ok() && own.value().link_count == 0) error.code = kBusy;
  }
  replacement_discard(replacement, staged);
  return error;
}

void replacement_discard(const Replacement& replacement, StagedFile* staged) {
  // Failing to leaves it to the next sweep.
  if (!staged->name.empty()) {
    static_cast<void>(entry_remove(*replacement.target->parent->directory, staged->name.c_str(), false));
  }
  staged->name.clear();
  staged->file.close();
  staged->hold.let_go();
}

}  // namespace ploke
