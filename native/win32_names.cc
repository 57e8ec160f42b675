// Names: UTF-8 outside, UTF-16 inside, and what is no name at all.
#include <cerrno>
#include <cwchar>

#include "win32.h"

namespace ploke {
namespace {

constexpr size_t kMaxComponentUnits = 255;  // of NTFS, ReFS, exFAT and FAT alike

constexpr bool is_high(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
constexpr bool is_low(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// The code point at `*at`, which then stands behind it. False: overlong, cut off, or above U+10FFFF.
bool next_code_point(std::string_view bytes, size_t* at, uint32_t* code) {
  const auto byte = [&](size_t index) { return static_cast<uint8_t>(bytes[index]); };
  const uint8_t first = byte(*at);
  const size_t length = first < 0x80                     ? 1
                        : first >= 0xc2 && first <= 0xdf ? 2
                        : (first & 0xf0) == 0xe0         ? 3
                        : first >= 0xf0 && first <= 0xf4 ? 4
                                                         : 0;
  if (length == 0 || bytes.size() - *at < length) return false;
  *code = length == 1 ? first : first & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(*at + i) & 0xc0) != 0x80) return false;
    *code = *code << 6 | (byte(*at + i) & 0x3fu);
  }
  *at += length;
  const bool overlong = (length == 3 && *code < 0x800) || (length == 4 && *code < 0x10000);
  return !overlong && *code <= 0x10ffff;
}

void append_code_point(uint32_t code, std::string* bytes) {
  const auto append = [bytes](uint32_t byte) { bytes->push_back(static_cast<char>(byte)); };
  if (code < 0x80) return append(code);
  if (code < 0x800) {
    append(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      append(0xe0 | code >> 12);
    } else {
      append(0xf0 | code >> 18);
      append(0x80 | (code >> 12 & 0x3f));
    }
    append(0x80 | (code >> 6 & 0x3f));
  }
  append(0x80 | (code & 0x3f));
}

bool same_ignoring_case(std::wstring_view one, std::wstring_view other) {
  return one.size() == other.size() &&
         ::CompareStringOrdinal(one.data(), static_cast<int>(one.size()), other.data(),
                                static_cast<int>(other.size()), TRUE) == CSTR_EQUAL;
}

// "Naming Files, Paths, and Namespaces" of Microsoft: reserved in every directory, and with any extension.
// Relative to a handle NtCreateFile would make ordinary files of such names, which no other program could
// then open or delete.
bool is_device(std::wstring_view name) {
  std::wstring_view base = name.substr(0, name.find(L'.'));
  while (!base.empty() && base.back() == L' ') base.remove_suffix(1);
  for (const std::wstring_view device : {L"CON", L"PRN", L"AUX", L"NUL", L"CONIN$", L"CONOUT$"}) {
    if (same_ignoring_case(base, device)) return true;
  }
  if (base.size() != 4) return false;
  const std::wstring_view port = base.substr(0, 3);
  if (!same_ignoring_case(port, L"COM") && !same_ignoring_case(port, L"LPT")) return false;
  const wchar_t digit = base[3];
  return (digit >= L'1' && digit <= L'9') || digit == 0xb9 || digit == 0xb2 || digit == 0xb3;
}

bool is_name(std::wstring_view name) {
  for (const wchar_t unit : name) {
    if (unit < 0x20 || std::wcschr(L"<>:\"/\\|?*", unit) != nullptr) return false;
  }
  // The Win32 layer cuts dots and spaces off the end, so that everybody else would mean another file by it.
  return !name.empty() && name.back() != L'.' && name.back() != L' ' && !is_device(name);
}

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool to_wide(std::string_view bytes, std::wstring* wide) {
  wide->clear();
  wide->reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    uint32_t code = 0;
    if (!next_code_point(bytes, &at, &code)) return false;
    if (code < 0x10000) {
      // A pair has one spelling, the four bytes of its code point.
      if (is_low(code) && !wide->empty() && is_high(wide->back())) return false;
      wide->push_back(static_cast<wchar_t>(code));
    } else {
      wide->push_back(static_cast<wchar_t>(0xd800 + ((code - 0x10000) >> 10)));
      wide->push_back(static_cast<wchar_t>(0xdc00 + (code & 0x3ff)));
    }
  }
  return true;
}

std::string to_bytes(std::wstring_view wide) {
  std::string bytes;
  bytes.reserve(wide.size());
  for (size_t i = 0; i < wide.size(); ++i) {
    uint32_t code = static_cast<uint16_t>(wide[i]);
    if (is_high(code) && i + 1 < wide.size() && is_low(static_cast<uint16_t>(wide[i + 1]))) {
      code = 0x10000 + ((code - 0xd800) << 10) + (static_cast<uint16_t>(wide[++i]) - 0xdc00u);
    }
    append_code_point(code, &bytes);
  }
  return bytes;
}

SysError component(const char* name, std::wstring* wide) {
  const std::string_view bytes(name);
  wide->clear();
  if (bytes == ".") return {};
  if (!to_wide(bytes, wide) || !is_name(*wide)) return SysError{EINVAL, Call::none};
  return wide->size() > kMaxComponentUnits ? SysError{ENAMETOOLONG, Call::none} : SysError{};
}

std::string path_bytes(std::wstring_view verbatim) {
  constexpr std::wstring_view kVerbatim = L"\\\\?\\";
  constexpr std::wstring_view kUnc = L"UNC\\";
  const bool is_verbatim = verbatim.substr(0, kVerbatim.size()) == kVerbatim;
  if (is_verbatim) verbatim.remove_prefix(kVerbatim.size());
  std::string path;
  if (is_verbatim && same_ignoring_case(verbatim.substr(0, kUnc.size()), kUnc)) {
    path = "//" + to_bytes(verbatim.substr(kUnc.size()));
  } else {
    path = to_bytes(verbatim);
    const bool is_drive = path.size() >= 2 && is_letter(path[0]) && path[1] == ':';
    if (is_drive && path[0] >= 'a') path[0] = static_cast<char>(path[0] - 'a' + 'A');
    if (is_verbatim && !is_drive) path.insert(0, "//?/");
  }
  for (char& c : path) {
    if (c == '\\') c = '/';
  }
  return path;
}

// "C:/", "//host/share", "//?/Volume{…}/", "//?/" for what else the object manager may know, and "/", which
// names no volume and so nothing that could be opened.
std::string_view path_root(std::string_view path) {
  const auto is_slash = [path](size_t at) {
    return at < path.size() && (path[at] == '/' || path[at] == '\\');
  };
  const auto next_slash = [&](size_t at) {
    while (at < path.size() && !is_slash(at)) ++at;
    return at;
  };
  if (path.size() >= 2 && is_letter(path[0]) && path[1] == ':') return path.substr(0, is_slash(2) ? 3 : 0);
  if (!is_slash(0) || !is_slash(1)) return path.substr(0, is_slash(0) ? 1 : 0);
  const bool is_object = path.size() > 2 && (path[2] == '?' || path[2] == '.') && is_slash(3);
  if (is_object) {
    const size_t end = next_slash(4);
    const bool is_volume = path[2] == '?' && path.substr(4, 7) == "Volume{" && end < path.size();
    return path.substr(0, is_volume ? end + 1 : 4);
  }
  return path.substr(0, next_slash(next_slash(2) + 1));
}

// As the volume compares them: by its upper-case table, never by a locale. Where a directory tells case apart
// this still counts as the same name: it decides only whether the text of a link means a root, which is then
// entered by its own handle.
bool same_component(std::string_view one, std::string_view other) {
  if (one == other) return true;
  std::wstring wide_one, wide_other;
  return to_wide(one, &wide_one) && to_wide(other, &wide_other) && same_ignoring_case(wide_one, wide_other);
}

}  // namespace ploke
