// One file's new version: written beside its target, made complete there, then renamed to it. So the target's
// name has at every instant one version in full (rename(2)).
//
// Where the file system can do it the new version has no name until it is complete and synced, so that a
// crash leaves nothing; and the sync has no new entry of the directory to write, which ext4 without a journal
// writes with the file. Elsewhere it is written under a temporary name.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sha256.h"
#include "targets.h"
#include "temporary_name.h"

namespace ploke {

struct Replacement {
  const Target* target = nullptr;
  const uint8_t* data = nullptr;
  size_t size = 0;
  int32_t mode = -1;  // -1: the old one's that is kept, or as any new file there gets it
  bool create = false;
  bool remove = false;        // the target, which has `expected_hash`, is removed; then nothing is written
  std::string expected_hash;  // "": none
  bool swap = false;  // exchange and look at what came out, see CommitItem in src/native/change-batches.ts
};

struct StagedFile {
  Handle file;  // open until the change is over; its lock, where there is one, tells a sweep to keep off
  bool nameless = false;  // yet
  std::string name;       // temporary, beside the target; "": none
  FileStatus made;        // as of its creation
  uint16_t flags = 0;
  std::string hash;
  bool keeps_metadata = false;
  FileStatus kept;  // of the version whose metadata it has, as of when that was copied
  TableHold hold;   // of the new version, where the target is locked
  // Of the swap. Whether ours is in place although it failed: what was not expected could not be put back.
  bool in_place = false;
  SysError synced_again;  // of metadata that was renewed after the sync
  std::vector<std::string> recovered;
};

// What the replacements of one batch share.
struct StageContext {
  std::string_view owner;
  bool preserve_metadata = true;
  std::string_view origin;  // "": the new versions do not say who wrote them
  LockTable* locks = nullptr;
  // Whether a file without a name can be given one; false from the time on when that was seen to fail.
  std::atomic<bool>* nameless = nullptr;
  bool named = false;                             // nor is it tried for the replacement at hand
  const TargetParent* cannot_exchange = nullptr;  // one where that was seen
  bool sync = true;                               // whether the files are synced before they are renamed
  // Of the directory `inherited_mode_of`, so that a batch asks once: see inherited_file_mode.
  const TargetParent* inherited_mode_of = nullptr;
  uint32_t inherited_mode = 0;
  Sha256 hasher;
};

// Makes an empty temporary file beside a name and, where locks mean something, locks it before anybody can
// find it dead. `fresh` receives its status.
SysError temporary_make(const TargetParent& parent, std::string_view owner, bool must_lock, Handle* file,
                        std::string* name, FileStatus* fresh);
// Gives a file that has no name yet a temporary one; with `fields` as one that may hold somebody else's
// version. kUndecided: it cannot be given any.
SysError staged_link(const TargetParent& parent, std::string_view owner, const TemporaryFields* fields,
                     StagedFile* staged);
// Whether a target is replaced (not made) and has other names, which would keep the old content.
bool has_other_names(const Replacement& replacement);
// Makes the temporary file, complete but not synced. Where it fails nothing is left.
SysError replacement_stage(const Replacement& replacement, StageContext* context, StagedFile* staged);
// The last look, then the exchange or the rename; the file is made anew where the metadata it has is outdated
// by then. Where it fails the target is as it was and the temporary file is gone.
SysError replacement_swap(const TargetSet& targets, const Replacement& replacement, StageContext* context,
                          StagedFile* staged);
void replacement_discard(const Replacement& replacement, StagedFile* staged);

}  // namespace ploke
