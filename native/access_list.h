// The two questions about access control lists that setting a mode raises. Implemented by a source file for
// each system.
#pragma once

#include <cstdint>

#include "platform.h"

namespace ploke {

// Whether the file has a list of its own, beyond what its mode says.
bool access_list_present(const Handle& file);
// The mode that a file made in `directory` with 0666 would have, given that `new_file` was made there with
// less: the directory's default list decides where it has one, and the umask where it has none (acl(5),
// umask(2)).
uint32_t inherited_file_mode(const Handle& directory, const Handle& new_file);
// Before content is written into a file that will replace `old_name`: what keeps people from that keeps them
// from the new file as well. Where a new file is its owner's alone there is nothing to do.
void access_narrow(const Handle& directory, const char* old_name, const Handle& new_file);

}  // namespace ploke
