#include "folded_name.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace ploke {
namespace {

constexpr uint32_t kKelvinSign = 0x212A;

struct Range {
  uint32_t first, last;
};
// Default_Ignorable_Code_Point.
constexpr Range kIgnorable[] = {
    {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x202A, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_ignorable(uint32_t point) {
  return std::any_of(std::begin(kIgnorable), std::end(kIgnorable),
                     [point](const Range& range) { return point >= range.first && point <= range.last; });
}

// Bytes of the character that begins with `lead`, by UTF-8's pattern alone; 1 where it is none.
size_t length_of(uint8_t lead) {
  if (lead >= 0xF0 && lead < 0xF8) return 4;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xC2 && lead < 0xE0 ? 2 : 1;
}

}  // namespace

bool is_folded(std::string_view name) {
  return std::none_of(name.begin(), name.end(),
                      [](char c) { return (c >= 'A' && c <= 'Z') || (static_cast<uint8_t>(c) & 0x80) != 0; });
}

std::string folded_name(std::string_view name) {
  std::string folded;
  folded.reserve(name.size());
  for (size_t at = 0; at < name.size();) {
    const char c = name[at];
    const size_t length = std::min(length_of(static_cast<uint8_t>(c)), name.size() - at);
    if (length == 1) {
      folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    } else {
      uint32_t point = static_cast<uint8_t>(c) & (0xFFu >> (length + 1));
      for (size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<uint8_t>(name[at + i]) & 0x3Fu);
      if (point == kKelvinSign) {
        folded.push_back('k');
      } else if (!is_ignorable(point)) {
        folded.append(name.substr(at, length));
      }
    }
    at += length;
  }
  return folded;
}

}  // namespace ploke
