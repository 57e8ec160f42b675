// A rename that replaces a file which may be locked by us.
#pragma once

#include "targets.h"

namespace ploke {

// entry_rename of a file, replacing the target. Where that must not be open (rename_needs_closed_target) its
// lock is let go for the moment: on success it is nobody's any more until it is handed on to the new version,
// which was locked before it got the name; on failure it is taken up again. In the moment between nobody
// on this host gets the lock (ReplaceGate). Who takes none, or is on another host, may replace the file: so
// it is looked at once more (kChanged), and what is left is the time between two system calls.
SysError rename_over(const Handle& from, const char* from_name, const Target& target);

}  // namespace ploke
