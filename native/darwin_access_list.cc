// acl(3) of macOS: lists of entries that allow and deny, inherited when a file is made, apart from its mode.
#include <sys/acl.h>
#include <sys/types.h>

#include "access_list.h"
#include "posix.h"

namespace ploke {

bool access_list_present(const Handle& file) {
  const acl_t list = ::acl_get_fd_np(descriptor(file), ACL_TYPE_EXTENDED);
  if (list == nullptr) return false;  // ENOENT; ENOTSUP: the file system has none
  acl_entry_t entry;
  // acl_get_entry(3) answers 0 for an entry here, -1 where there is none.
  const bool present = ::acl_get_entry(list, ACL_FIRST_ENTRY, &entry) == 0;
  ::acl_free(list);
  return present;
}

// What is inherited is entries of the list, which open(2) has given the file already. The mode is left to
// the umask.
uint32_t inherited_file_mode(const Handle&, const Handle& new_file) { return default_file_mode(new_file); }

}  // namespace ploke
