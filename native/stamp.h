// A stamp is what a stat tells of one version of a file: "1.device.inode.size.mtime.ctime" in lower-case hex,
// and "y" at the end where it is no proof by itself: younger than two seconds when it was taken, of a time
// that 64 bits do not hold, or of a file system whose times are coarse or unknown.
#pragma once

#include <string>
#include <string_view>

#include "platform.h"

namespace ploke {

// Whether the file system (statfs magic) keeps nanosecond times that move with every change. Network and FUSE
// file systems, and any that is not known, do not count.
bool stamps_are_fine(int64_t magic);

// `now_ns` is the clock before the file was looked at. `fine`: see above.
std::string stamp_format(const FileStatus& status, int64_t now_ns, bool fine);

// A stamp in numbers, for those that are compared again and again.
struct KnownStamp {
  uint64_t device = 0, inode = 0, size = 0;
  int64_t modified_ns = 0, changed_ns = 0;
  bool known = false;   // false: it is no stamp of ours
  bool proves = false;  // false: it says nothing by itself
};
KnownStamp stamp_parse(std::string_view stamp);
// What stamp_parse makes of stamp_format's text.
KnownStamp stamp_of(const FileStatus& status, int64_t now_ns, bool fine);

// Whether a stat alone proves that the file is the stamp's version.
bool stamp_proves_same(const KnownStamp& stamp, const FileStatus& status);

// Whether stamp_format would write the same again.
bool stamp_equals(const KnownStamp& stamp, const FileStatus& status, int64_t now_ns, bool fine);

}  // namespace ploke
