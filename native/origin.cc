#include "origin.h"

#include <cerrno>

#include "utf8.h"

namespace ploke {
namespace {

// What no origin of ours exceeds: 1,000 characters are at most 3,000 bytes.
constexpr size_t kMaxValueBytes = 4096;

// What the value begins with where it is about this version of the file.
std::string version_text(const FileStatus& status) {
  return "1 " + std::to_string(status.inode) + ' ' + std::to_string(status.size) + ' ' +
         std::to_string(status.modified_ns) + ' ';
}

bool is_origin(std::string_view text) {
  return !text.empty() && text.find('\0') == std::string_view::npos && utf8_is_valid(text);
}

}  // namespace

SysError origin_store(const Handle& file, const FileStatus& written, std::string_view origin) {
  if (!is_origin(origin)) return SysError{EINVAL, Call::fsetxattr};
  return attribute_set(file, kOriginAttribute, version_text(written).append(origin));
}

void origin_drop(const Handle& file) {
  // Mostly there is none (ENODATA). One that stays does not speak of what is written.
  static_cast<void>(attribute_remove(file, kOriginAttribute));
}

Result<std::string> origin_load(const Handle& file, const FileStatus& status) {
  const Result<std::string> value = attribute_get(file, kOriginAttribute, kMaxValueBytes);
  if (!value.ok()) {
    // None, no file system for any, or a longer one than ours are (ERANGE, E2BIG).
    const int32_t code = value.error().code;
    const bool none = code == ENODATA || code == ENOTSUP || code == ERANGE || code == E2BIG;
    return none ? Result<std::string>(std::string()) : Result<std::string>(value.error());
  }
  const std::string about = version_text(status);
  if (value.value().compare(0, about.size(), about) != 0) return std::string();
  std::string origin = value.value().substr(about.size());
  return is_origin(origin) ? std::move(origin) : std::string();
}

}  // namespace ploke
