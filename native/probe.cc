#include "probe.h"

#include <cerrno>
#include <string>

#include "swap.h"
#include "temporary_name.h"

namespace ploke {
namespace {

// A name that a sweep removes should we die on the way: its owner does not exist.
class ProbeName {
 public:
  explicit ProbeName(const Handle& directory) : directory_(directory) {}
  ProbeName(const ProbeName&) = delete;
  ProbeName& operator=(const ProbeName&) = delete;
  ~ProbeName() {
    if (made_) static_cast<void>(entry_remove(directory_, text_.c_str(), false));
  }
  bool choose() {
    uint8_t random[2 * kTemporaryRandomBytes];
    if (!random_fill(random, sizeof random)) return false;
    constexpr char kDigits[] = "0123456789abcdef";
    std::string owner;
    for (size_t i = 0; i < kTemporaryRandomBytes; ++i) {
      owner.push_back(kDigits[random[i] >> 4]);
      owner.push_back(kDigits[random[i] & 15]);
    }
    text_ = make_temporary_name(owner, random + kTemporaryRandomBytes);
    return true;
  }
  bool make() {
    made_ = choose() && entry_open(directory_, text_.c_str(), OpenMode::create).ok();
    return made_;
  }
  void moved_to(ProbeName* other) {
    made_ = false;
    other->made_ = true;
  }
  const std::string& text() const { return text_; }

 private:
  const Handle& directory_;
  std::string text_;
  bool made_ = false;
};

std::optional<bool> answer(SysError error) {
  if (error.ok()) return true;
  // The file system or the kernel does not know the flag.
  if (no_such_rename(error)) return false;
  return std::nullopt;
}

std::optional<bool> probe_case(const Handle& directory, const std::string& name) {
  std::string other = name;
  for (char& c : other) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const Result<FileStatus> status = entry_status(directory, other.c_str());
  if (status.ok()) return false;
  return status.error().code == ENOENT ? std::optional<bool>(true) : std::nullopt;
}

}  // namespace

Result<Probe> directory_probe(const Handle& directory) {
  Probe probe;
  const Result<MountFacts> mount = handle_mount(directory);
  if (!mount.ok()) return mount.error();
  const Result<FileStatus> status = handle_status(directory);
  if (!status.ok()) return status.error();
  probe.mount = mount.value();
  probe.device = status.value().device;

  ProbeName first(directory);
  ProbeName second(directory);
  if (first.make() && second.choose()) {
    probe.case_sensitive = probe_case(directory, first.text());
    // To a name that does not exist: FUSE answers EEXIST for one that does without asking the file system.
    const SysError renamed = entry_rename(directory, first.text().c_str(), directory, second.text().c_str(),
                                          RenameMode::no_replace);
    probe.exclusive_rename = answer(renamed);
    if (renamed.ok()) {
      first.moved_to(&second);
    } else if (!second.make()) {
      return probe;
    }
    if (!renamed.ok() || first.make()) {
      probe.exchange_rename = answer(entry_rename(directory, first.text().c_str(), directory,
                                                  second.text().c_str(), RenameMode::exchange));
    }
  }
  probe.directory_sync = handle_sync(directory).code;
  return probe;
}

}  // namespace ploke
