// Names of our temporary files: `.ploke-io-tmp-<owner>-<random>-<state>`, owner and random 32 hex digits
// each. The name says whose it is, so that a sweep can ask whether that owner still lives, and what it may
// hold. It owes nothing to the target's name, so that it fits NAME_MAX whatever the target is called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ploke {

constexpr size_t kTemporaryRandomBytes = 16;  // 128 bits; O_EXCL settles what chance would not
constexpr std::string_view kOwnerFolder = ".ploke-io";

// The last part of the name.
enum class TemporaryState : char {
  none = 0,        // not ours
  written = 'w',   // never swapped in: deletable once its owner is dead
  swapped = 'x',   // may hold somebody else's version; carries TemporaryFields
  backup = 'b',    // the old version of a file that is written in place; carries TemporaryFields
  not_local = 'n'  // where locks do not reach everybody who sees the file: never touched by a sweep
};

// What a file may hold that is not somebody else's version: hex digits of the contents' SHA-256, and of the
// target's name, by which a sweep finds it.
struct TemporaryFields {
  static constexpr size_t kHashDigits = 40;
  static constexpr size_t kNameDigits = 16;
  std::string old_hash;  // kHashDigits
  std::string new_hash;  // kHashDigits; all zeros: there is to be none
  std::string name_hash;
};
// From `sha256-…` texts ("": none) and the target's name.
TemporaryFields temporary_fields(std::string_view old_hash, std::string_view new_hash, std::string_view name);
std::string temporary_name_hash(std::string_view name);

// `owner` is 32 lower-case hex digits, `random` kTemporaryRandomBytes bytes.
std::string make_temporary_name(std::string_view owner, const uint8_t* random,
                                TemporaryState state = TemporaryState::written);
// The same file's name in a state that carries fields.
std::string temporary_name_in(std::string_view name, TemporaryState state, const TemporaryFields& fields);

bool is_temporary_name(std::string_view name);
TemporaryState temporary_state(std::string_view name);
// The owner's 32 hex digits, a view into `name`; empty where the name is not ours.
std::string_view temporary_owner(std::string_view name);
TemporaryFields temporary_fields_of(std::string_view name);  // of one that carries them

// `<name>.ploke-io-recovered-<8 hex digits>`, cut so that it fits NAME_MAX; `name` may be empty.
std::string make_recovered_name(std::string_view name, uint32_t random);

}  // namespace ploke
