// How far an flock(2) reaches.
#pragma once

#include <cstdint>

namespace ploke {

// Whether every process that can see the file is bound by a lock on it: known for file systems of this host
// only. On network and FUSE file systems a lock that was granted proves nothing about another host, and on
// overlayfs nothing about a process that sees the file in the upper directory.
bool locks_are_local(int64_t magic);  // statfs f_type

}  // namespace ploke
