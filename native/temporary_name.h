// Names of our temporary files: `.ploke-io-tmp-<owner>-<random>-<state>`, owner and random 32 hex digits
// each. The name says whose it is, so that a sweep can ask whether that owner still lives, and owes nothing
// to the target's name, so that it fits NAME_MAX whatever the target is called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ploke {

constexpr size_t kTemporaryRandomBytes = 16;  // 128 bits; O_EXCL settles what chance would not
constexpr std::string_view kOwnerFolder = ".ploke-io";

// `owner` is 32 lower-case hex digits, `random` kTemporaryRandomBytes bytes. The state is 'w'.
std::string make_temporary_name(std::string_view owner, const uint8_t* random);

bool is_temporary_name(std::string_view name);
// 'w': never swapped in, so it may be deleted once its owner is dead. 'x': it may hold somebody's content. 0:
// not ours.
char temporary_state(std::string_view name);
// The owner's 32 hex digits, a view into `name`; empty where the name is not ours.
std::string_view temporary_owner(std::string_view name);

}  // namespace ploke
