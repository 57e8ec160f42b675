// The O_NOFOLLOW walk: one name at a time below held directories, each link judged before it is followed. It
// is the fallback where the kernel cannot resolve beneath a directory, and it tells what the kernel met where
// it could not go on.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "resolve.h"

namespace ploke {

class Walk {
 public:
  static constexpr int kMaxLinks = 40;  // MAXSYMLINKS of Linux, path_resolution(7)
  static constexpr size_t kMaxHeldHandles =
      16;  // a deeper walk drops the oldest and opens them anew when it comes back
  // Links of 4095 bytes that go down and up again could keep a thread busy for minutes.
  static constexpr size_t kMaxSteps = size_t{1} << 18;
  static constexpr int kMaxAttempts = 128;  // looks at a name that changes each time

  Walk(const RootSet& set, uint8_t root, std::string_view path, LastName last);

  // Goes as far as the last name, which is looked at only to see whether it is a link to follow. May be
  // called again when the last name has turned into a link meanwhile.
  SysError run(DirectoryMaker* maker = nullptr, StepObserver* observer = nullptr);

  // Where run() ended. An empty name: the walk ended on the directory itself (".", "..", "/", a root).
  const std::string& name() const { return name_; }
  bool wants_directory() const { return wants_directory_; }
  bool through_link() const { return through_link_; }
  uint8_t landed_root() const { return static_cast<uint8_t>(levels_.back().inside); }
  bool at_root() const { return levels_.back().is_root; }
  // The directory where the walk stands.
  Result<std::shared_ptr<const Handle>> directory();
  // Makes the directory where the walk stands the last name of its parent; not at a root.
  void step_back();

  // After run() gave ENOENT: whether a parent directory was missing, and the names from there on.
  bool parent_missing() const { return parent_missing_; }
  std::string missing_rest() const;

 private:
  struct Level {
    std::string name;
    std::shared_ptr<const Handle> handle;  // null: dropped, opened anew when needed
    int inside = -1;                       // the root it lies beneath or is, -1: outside
    bool is_root = false;
  };
  struct Component {
    std::string name;
    size_t begin = 0, end = 0;  // in rest_
    bool last = false;          // nothing but "/" behind it
    bool slash = false;
  };

  Component peek() const;
  void splice(std::string_view text, size_t resume);
  void stand_at(Level base);
  SysError stand_where(std::string_view absolute);
  SysError search() const;
  SysError up(const Component& component);
  SysError enter(const Component& component, DirectoryMaker* maker, StepObserver* observer);
  SysError step(std::string name, Handle handle, StepObserver* observer);
  SysError expand(const std::string& target, const Component& component);
  SysError finish_outside(const Component& component, StepObserver* observer);
  int root_of(const FileStatus& status) const;
  bool outside() const { return levels_.back().inside < 0; }
  SysError fail(SysError error) const;
  SysError fail(int32_t code, Call call) const { return fail(SysError{code, call}); }

  const RootSet& set_;
  const uint8_t root_;
  const LastName last_;
  std::vector<Level> levels_;  // levels_[0] is a root or "/": always held
  std::vector<size_t> held_;   // levels whose handle is counted, ascending; a few
  std::string rest_;           // text still to go from offset_
  size_t offset_ = 0;
  size_t link_end_ = 0;  // names that begin before this came out of a link
  int links_ = 0;
  size_t steps_ = 0;
  std::string name_;
  bool wants_directory_ = false;
  bool through_link_ = false;
  bool parent_missing_ = false;
};

}  // namespace ploke
