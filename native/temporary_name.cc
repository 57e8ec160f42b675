#include "temporary_name.h"

namespace ploke {
namespace {

constexpr std::string_view kPrefix = ".ploke-io-tmp-";
constexpr size_t kIdDigits = 32;
constexpr size_t kOwnerAt = kPrefix.size();
constexpr size_t kRandomAt = kOwnerAt + kIdDigits + 1;
constexpr size_t kStateAt = kRandomAt + kIdDigits + 1;

bool is_id(std::string_view digits) {
  for (char digit : digits) {
    if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'))) return false;
  }
  return true;
}

}  // namespace

std::string make_temporary_name(std::string_view owner, const uint8_t* random) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string name;
  name.reserve(kStateAt + 1);
  name.append(kPrefix).append(owner).push_back('-');
  for (size_t i = 0; i < kTemporaryRandomBytes; i++) {
    name.push_back(kDigits[random[i] >> 4]);
    name.push_back(kDigits[random[i] & 15]);
  }
  name.append("-w");
  return name;
}

char temporary_state(std::string_view name) {
  if (name.size() <= kStateAt || name.substr(0, kPrefix.size()) != kPrefix) return 0;
  if (name[kRandomAt - 1] != '-' || name[kStateAt - 1] != '-') return 0;
  if (!is_id(name.substr(kOwnerAt, kIdDigits)) || !is_id(name.substr(kRandomAt, kIdDigits))) return 0;
  const char state = name[kStateAt];
  if (state == 'w') return name.size() == kStateAt + 1 ? state : 0;
  // State x is followed by fields of its own.
  if (state == 'x') return name.size() == kStateAt + 1 || name[kStateAt + 1] == '-' ? state : 0;
  return 0;
}

bool is_temporary_name(std::string_view name) { return temporary_state(name) != 0; }

std::string_view temporary_owner(std::string_view name) {
  return is_temporary_name(name) ? name.substr(kOwnerAt, kIdDigits) : std::string_view();
}

}  // namespace ploke
