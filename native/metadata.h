// What a new version of a file carries besides its bytes.
#pragma once

#include <cstdint>
#include <functional>

#include "platform.h"

namespace ploke {

// Gives the new version the owner, attributes and mode of the old one, as far as that is allowed. False: not
// all could be kept; nobody has gained access by that. `old_status` and `fresh` are the handles' fstat,
// `fresh` of before. `before_mode`: what has to be done when all is there but the mode, which may take the
// right to write away.
bool metadata_preserve(const Handle& old_version, const FileStatus& old_status, const Handle& new_version,
                       const FileStatus& fresh, const std::function<void()>& before_mode = nullptr);

// Sets exactly this mode. False: the file system has another one now.
bool metadata_set_mode(const Handle& file, uint32_t mode);

}  // namespace ploke
