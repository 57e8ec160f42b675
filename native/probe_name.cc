#include "probe_name.h"

#include <cerrno>

#include "temporary_name.h"

namespace ploke {

ProbeName::~ProbeName() {
  if (made_) static_cast<void>(entry_remove(directory_, text_.c_str(), false));
}

SysError ProbeName::choose() {
  uint8_t random[2 * kTemporaryRandomBytes];
  if (!random_fill(random, sizeof random)) return {EIO, Call::getrandom};
  constexpr char kDigits[] = "0123456789abcdef";
  std::string owner;
  for (size_t i = 0; i < kTemporaryRandomBytes; ++i) {
    owner.push_back(kDigits[random[i] >> 4]);
    owner.push_back(kDigits[random[i] & 15]);
  }
  text_ = make_temporary_name(owner, random + kTemporaryRandomBytes);
  return {};
}

Result<Handle> ProbeName::make() {
  const SysError chosen = choose();
  if (!chosen.ok()) return chosen;
  Result<Handle> file = entry_open(directory_, text_.c_str(), OpenMode::create);
  made_ = file.ok();
  return file;
}

void ProbeName::moved_to(ProbeName* other) {
  made_ = false;
  other->made_ = true;
}

}  // namespace ploke
