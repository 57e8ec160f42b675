// UTF-8 as the Unicode standard defines it (table 3-7): no surrogates, no overlong forms, nothing above
// U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ploke {

// A string of more bytes cannot be made in V8 (String::kMaxLength, which NewFromUtf8 compares with the byte
// count).
constexpr uint64_t kMaxTextBytes = sizeof(void*) == 4 ? (1u << 28) - 16 : (1u << 29) - 24;

struct Utf8Check {
  bool valid = false;
  bool ascii = false;  // bytes below 0x80 only, NUL included
};
Utf8Check utf8_check(const uint8_t* data, size_t size);
bool utf8_is_ascii(const uint8_t* data, size_t size);
inline bool utf8_is_valid(std::string_view text) {
  return utf8_check(reinterpret_cast<const uint8_t*>(text.data()), text.size()).valid;
}

// The same over a text that comes in pieces, cut anywhere.
class Utf8Stream {
 public:
  void feed(const uint8_t* data, size_t size);
  // After the last piece.
  bool valid() const { return valid_ && pending_size_ == 0; }

 private:
  bool valid_ = true;
  uint8_t pending_[4] = {};
  size_t pending_size_ = 0;
};

// A byte that goes on with a character instead of beginning one.
inline bool utf8_is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The text with `\xNN` for each byte that is not part of a character. For showing only: it cannot be turned
// back.
std::string utf8_escape(std::string_view bytes);

}  // namespace ploke
