// Replacing a file against writers that take no lock: old and new version are exchanged (RENAME_EXCHANGE),
// and what came out is looked at when nobody can reach it any more by the name. What is not the expected
// version is put back. No version of anybody is ever removed without a look.
#pragma once

#include <string>
#include <vector>

#include "sha256.h"
#include "targets.h"

namespace ploke {

struct StagedFile;
struct StageContext;
struct Replacement;

// Whether renameat2(2) does not know the mode here.
bool no_such_rename(SysError error);

// Whether `name` in `directory` is the version that `target` was opened as: the same regular file, and with
// `expected_hash` that content, else size and modification time. `status` receives what is there.
Result<bool> is_expected_version(const TargetSet& targets, const Target& target, const Handle& directory,
                                 const std::string& name, const std::string& expected_hash, Sha256* hasher,
                                 FileStatus* status);

// Exchanges the staged file with its target. 0: the expected version came out and is gone. kChanged:
// something else did, and the newest version of the others is in place; StagedFile::recovered has what could
// not be put back. EINVAL and the like (see no_such_rename): nothing was done.
SysError swap_in(const TargetSet& targets, const Replacement& replacement, StageContext* context,
                 StagedFile* staged);

// Gives a temporary file that holds somebody's version a name beside `target_name` under which he finds it.
// "" where that failed: it stays where it is.
std::string keep_as_recovered(const Handle& directory, const std::string& temporary,
                              const std::string& target_name);

// Puts a file that was moved to a temporary name back, without replacing; else it is kept as a recovered
// file, whose name is added.
void put_back(const Handle& directory, const std::string& temporary, const std::string& name,
              std::vector<std::string>* recovered);

}  // namespace ploke
