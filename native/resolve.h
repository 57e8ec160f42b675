// From a root and a relative path to a handle, without ever leaving the roots: the kernel's
// beneath-resolution first, the O_NOFOLLOW walk where that cannot decide. Both have the semantics of
// docs/guarantees.md ("Confinement").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "roots.h"

namespace ploke {

// What a link that is the last name means.
enum class LastName : uint8_t {
  follow,  // reads, writes through: judged by the policy
  keep,    // create, remove, rename, lstat: the name itself
};

// A name in a held directory.
struct Located {
  std::shared_ptr<const Handle> parent;  // OpenMode::directory (or look_directory where listing is forbidden)
  bool parent_syncable = true;   // false: it could only be opened to look (no read permission), so not synced
  std::string name;              // "" only for a root itself (parent is then the root)
  uint8_t landed_root = 0;       // beneath which root the parent really lies
  bool through_link = false;     // the last name came out of a link
  bool wants_directory = false;  // a trailing slash demanded a directory
};

// What a path names, looked at.
struct Looked {
  FileStatus status;
  Handle handle;                            // of it, where it was opened; else not valid, and then:
  std::shared_ptr<const Handle> directory;  // in which it has `name`; "": it is that directory
  std::string name;
};

// Called for a parent directory that is missing. Makes `name` in `parent`; EEXIST counts as made (somebody
// else did).
class DirectoryMaker {
 public:
  virtual ~DirectoryMaker() = default;
  virtual SysError make(const Handle& parent, const char* name) = 0;
};

// Called with each directory beneath a root that a walk steps into (parent, the directory itself), outermost
// first. Both may be opened only to look: entry_open(handle, ".", OpenMode::directory) gives one that can be
// synced.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual SysError stepped(const Handle& parent, const Handle& directory) = 0;
};

class Resolver {
 public:
  explicit Resolver(std::shared_ptr<const RootSet> set) : set_(std::move(set)) {}

  // Opens what the path names. `path` is relative to the root, "" is the root itself, a trailing '/' demands
  // a directory (ENOTDIR otherwise). For OpenMode::read only a regular file comes back: a directory is
  // EISDIR, anything else kNotRegularFile; hard links are judged (kHardLink). `status`, if given, receives
  // the fstat of the handle.
  Result<Handle> open(uint8_t root, std::string_view path, OpenMode mode, LastName last,
                      FileStatus* status = nullptr) const;

  // What the path names, without an effect on it and without the right to read it. As open() does, it takes a
  // trailing '/' for a demand.
  Result<Looked> look(uint8_t root, std::string_view path, LastName last,
                      Detail detail = Detail::plain) const;

  // Finds the parent and the last name, without opening the last name. LastName::follow: links as the last
  // name are resolved to their target's own parent and name (the target may be missing: then through_link
  // says whether a link led there). With `maker`, missing parents are made. With `observer`, the walk is used
  // and tells every step.
  Result<Located> locate(uint8_t root, std::string_view path, LastName last, DirectoryMaker* maker = nullptr,
                         StepObserver* observer = nullptr) const;

  // The deepest existing directory of the path and the names that are missing below it: for identity keys.
  struct Deepest {
    FileStatus directory;
    std::string rest;                     // "name", or "missing/dirs/name"; "" for a root itself
    EntryType type = EntryType::missing;  // of the last name
    uint64_t size = 0;                    // likewise
  };
  Result<Deepest> identify(uint8_t root, std::string_view path, LastName last) const;

  // kRootLost instead of ENOENT (and the like) when the root directory itself has been removed.
  SysError judge(uint8_t root, SysError error) const;

  const RootSet& set() const { return *set_; }

 private:
  Result<Handle> open_path(uint8_t root, std::string_view path, OpenMode mode, LastName last,
                           FileStatus* status) const;
  Result<Handle> open_walk(uint8_t root, std::string_view path, OpenMode mode, LastName last,
                           FileStatus* status) const;
  Result<Located> locate_kernel(uint8_t root, std::string_view path, LastName last) const;
  Result<Located> locate_walk(uint8_t root, std::string_view path, LastName last, DirectoryMaker* maker,
                              StepObserver* observer) const;
  Result<Deepest> identify_walk(uint8_t root, std::string_view path, LastName last) const;
  Result<Looked> look_at_entry(uint8_t root, std::string_view path, LastName last, Detail detail) const;
  SysError check(const Handle& handle, OpenMode mode, bool wants_directory, FileStatus* status) const;

  friend class Identifier;
  std::shared_ptr<const RootSet> set_;
};

// identify() for the paths of a batch: neighbours mostly share their parent directory, which is then opened
// once.
class Identifier {
 public:
  explicit Identifier(const Resolver& resolver) : resolver_(resolver) {}
  Result<Resolver::Deepest> identify(uint8_t root, std::string_view path, LastName last);

 private:
  SysError enter(uint8_t root, std::string way);

  const Resolver& resolver_;
  bool entered_ = false;  // the members below are of the last path
  uint8_t root_ = 0;
  std::string way_;
  std::shared_ptr<const Handle> handle_;
  FileStatus status_;
};

// Checks of an opened file that do not depend on how it was reached: regular file, link count. EISDIR,
// kNotRegularFile, kHardLink.
SysError regular_file_check(const RootSet& set, const FileStatus& status);

}  // namespace ploke
