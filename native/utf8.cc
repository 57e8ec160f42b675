#include "utf8.h"

#include <cstring>

namespace ploke {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080u;

// Number of bytes below 0x80 at the beginning, in steps of 32, then 8: most source text is nothing else.
// Plain words instead of vector instructions: at 20 GB/s this is not what a reader waits for.
size_t ascii_prefix(const uint8_t* data, size_t size) {
  size_t at = 0;
  for (; size - at >= 32; at += 32) {
    uint64_t words[4];
    std::memcpy(words, data + at, sizeof words);
    if ((words[0] | words[1] | words[2] | words[3]) & kHighBits) break;
  }
  for (; size - at >= 8; at += 8) {
    uint64_t word;
    std::memcpy(&word, data + at, sizeof word);
    if (word & kHighBits) break;
  }
  while (at < size && data[at] < 0x80) at++;
  return at;
}

// Bytes that the first byte of a character announces; 0: no character begins so.
size_t announced_length(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;  // a continuation, or an overlong form of two bytes
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;  // F5 and more lie above U+10FFFF
}

// Length of the character at `data`; 0: there is none, or not all of it.
size_t character_length(const uint8_t* data, size_t size) {
  const uint8_t first = data[0];
  const size_t length = announced_length(first);
  if (length < 2) return length;
  if (length > size) return 0;
  // Unicode 15.0, table 3-7: the second byte's range depends on the first where the shortest form, the
  // surrogates or the end of the code space are at stake.
  const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (data[1] < low || data[1] > high) return 0;
  if (length > 2 && !utf8_is_continuation(data[2])) return 0;
  if (length > 3 && !utf8_is_continuation(data[3])) return 0;
  return length;
}

// Bytes at the beginning that are whole characters.
size_t valid_prefix(const uint8_t* data, size_t size) {
  size_t at = 0;
  while (at < size) {
    at += ascii_prefix(data + at, size - at);
    // Characters beyond ASCII come in runs: stay with them before skipping words again.
    while (at < size && data[at] >= 0x80) {
      const size_t length = character_length(data + at, size - at);
      if (length == 0) return at;
      at += length;
    }
  }
  return at;
}

}  // namespace

Utf8Check utf8_check(const uint8_t* data, size_t size) {
  const size_t ascii = ascii_prefix(data, size);
  if (ascii == size) return {true, true};
  return {valid_prefix(data + ascii, size - ascii) == size - ascii, false};
}

bool utf8_is_ascii(const uint8_t* data, size_t size) { return ascii_prefix(data, size) == size; }

void Utf8Stream::feed(const uint8_t* data, size_t size) {
  if (!valid_) return;
  while (pending_size_ > 0 && size > 0) {
    pending_[pending_size_++] = *data++;
    size--;
    if (pending_size_ < announced_length(pending_[0])) continue;
    valid_ = character_length(pending_, pending_size_) == pending_size_;
    if (!valid_) return;
    pending_size_ = 0;
  }
  const size_t whole = valid_prefix(data, size);
  const size_t rest = size - whole;
  if (rest == 0) return;
  // What is left is the beginning of a character that the next piece ends, or wrong. A wrong beginning that
  // is kept is found out when it is complete.
  if (rest >= announced_length(data[whole])) {
    valid_ = false;
    return;
  }
  std::memcpy(pending_, data + whole, rest);
  pending_size_ = rest;
}

std::string utf8_escape(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  std::string text;
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t length = character_length(data + at, bytes.size() - at);
    if (length > 0) {
      text.append(bytes.substr(at, length));
      at += length;
    } else {
      text.append("\\x");
      text.push_back(kDigits[data[at] >> 4]);
      text.push_back(kDigits[data[at] & 15]);
      at++;
    }
  }
  return text;
}

}  // namespace ploke
