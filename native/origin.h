// Who wrote a version of a file, kept with it in an extended attribute: "1 <inode> <size> <mtime> <origin>",
// the numbers decimal and the time in nanoseconds. The numbers are the file's own, of when it had been
// written, so that the attribute says nothing of a copy that has it too, nor of what others write into the
// file afterwards. A hint: whoever may write the file may write this.
#pragma once

#include <string>
#include <string_view>

#include "platform.h"

namespace ploke {

constexpr char kOriginAttribute[] = "user.ploke-io.origin";

// `written` is the file's status after its content was written. EINVAL: the origin has a NUL. Whatever else
// fsetxattr(2) says: ENOTSUP where the file system has no attributes, ENOSPC, EDQUOT, EPERM, …
SysError origin_store(const Handle& file, const FileStatus& written, std::string_view origin);

// Takes the origin away from a file that is written without one.
void origin_drop(const Handle& file);

// "" where the file has none that speaks of `status`, its fstat, or what it has is no text.
Result<std::string> origin_load(const Handle& file, const FileStatus& status);

}  // namespace ploke
