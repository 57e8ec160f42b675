#include "temporary_name.h"

#include <algorithm>

#include "sha256.h"

namespace ploke {
namespace {

constexpr std::string_view kPrefix = ".ploke-io-tmp-";
constexpr size_t kIdDigits = 32;
constexpr size_t kOwnerAt = kPrefix.size();
constexpr size_t kRandomAt = kOwnerAt + kIdDigits + 1;
constexpr size_t kStateAt = kRandomAt + kIdDigits + 1;
constexpr size_t kOldAt = kStateAt + 2;
constexpr size_t kNewAt = kOldAt + TemporaryFields::kHashDigits + 1;
constexpr size_t kNameAt = kNewAt + TemporaryFields::kHashDigits + 1;
constexpr size_t kWholeSize = kNameAt + TemporaryFields::kNameDigits;
constexpr std::string_view kHashPrefix = "sha256-";
constexpr size_t kNameMax = 255;
constexpr char kDigits[] = "0123456789abcdef";

bool is_hex(std::string_view digits) {
  return std::all_of(digits.begin(), digits.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string hash_field(std::string_view hash) {
  if (hash.empty()) return std::string(TemporaryFields::kHashDigits, '0');
  return std::string(hash.substr(kHashPrefix.size(), TemporaryFields::kHashDigits));
}

bool has_fields(std::string_view name) {
  return name.size() == kWholeSize && name[kOldAt - 1] == '-' && name[kNewAt - 1] == '-' &&
         name[kNameAt - 1] == '-' && is_hex(name.substr(kOldAt, TemporaryFields::kHashDigits)) &&
         is_hex(name.substr(kNewAt, TemporaryFields::kHashDigits)) && is_hex(name.substr(kNameAt));
}

}  // namespace

std::string temporary_name_hash(std::string_view name) {
  Sha256 hasher;
  const std::string text = hash_text(hasher.of(name.data(), name.size()));
  return text.substr(kHashPrefix.size(), TemporaryFields::kNameDigits);
}

TemporaryFields temporary_fields(std::string_view old_hash, std::string_view new_hash,
                                 std::string_view name) {
  return {hash_field(old_hash), hash_field(new_hash), temporary_name_hash(name)};
}

std::string make_temporary_name(std::string_view owner, const uint8_t* random, TemporaryState state) {
  std::string name;
  name.reserve(kWholeSize);
  name.append(kPrefix).append(owner).push_back('-');
  for (size_t i = 0; i < kTemporaryRandomBytes; i++) {
    name.push_back(kDigits[random[i] >> 4]);
    name.push_back(kDigits[random[i] & 15]);
  }
  name.push_back('-');
  name.push_back(static_cast<char>(state));
  return name;
}

std::string temporary_name_in(std::string_view name, TemporaryState state, const TemporaryFields& fields) {
  std::string result(name.substr(0, kStateAt));
  result.push_back(static_cast<char>(state));
  result.append("-").append(fields.old_hash);
  result.append("-").append(fields.new_hash);
  result.append("-").append(fields.name_hash);
  return result;
}

TemporaryState temporary_state(std::string_view name) {
  if (name.size() <= kStateAt || name.substr(0, kPrefix.size()) != kPrefix) return TemporaryState::none;
  if (name[kRandomAt - 1] != '-' || name[kStateAt - 1] != '-') return TemporaryState::none;
  if (!is_hex(name.substr(kOwnerAt, kIdDigits)) || !is_hex(name.substr(kRandomAt, kIdDigits))) {
    return TemporaryState::none;
  }
  const auto state = static_cast<TemporaryState>(name[kStateAt]);
  switch (state) {
    case TemporaryState::written:
    case TemporaryState::not_local:
      return name.size() == kStateAt + 1 ? state : TemporaryState::none;
    case TemporaryState::swapped:
    case TemporaryState::backup:
      return has_fields(name) ? state : TemporaryState::none;
    default:
      return TemporaryState::none;
  }
}

bool is_temporary_name(std::string_view name) { return temporary_state(name) != TemporaryState::none; }

std::string_view temporary_owner(std::string_view name) {
  return is_temporary_name(name) ? name.substr(kOwnerAt, kIdDigits) : std::string_view();
}

TemporaryFields temporary_fields_of(std::string_view name) {
  return {std::string(name.substr(kOldAt, TemporaryFields::kHashDigits)),
          std::string(name.substr(kNewAt, TemporaryFields::kHashDigits)), std::string(name.substr(kNameAt))};
}

std::string make_recovered_name(std::string_view name, uint32_t random) {
  std::string end(name.empty() ? "ploke-io-recovered-" : ".ploke-io-recovered-");
  for (int shift = 28; shift >= 0; shift -= 4) end.push_back(kDigits[random >> shift & 15]);
  size_t keep = std::min(name.size(), kNameMax - end.size());
  // Not in the middle of a character: the bytes that go on with one are 10xxxxxx.
  while (keep < name.size() && keep > 0 && (static_cast<uint8_t>(name[keep]) & 0xc0) == 0x80) --keep;
  return std::string(name.substr(0, keep)).append(end);
}

}  // namespace ploke
