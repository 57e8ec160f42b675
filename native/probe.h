// What a directory's file system can do, found out by doing it where that is the only way.
#pragma once

#include <cstdint>
#include <optional>

#include "platform.h"

namespace ploke {

struct Probe {
  MountFacts mount;
  uint64_t device = 0;
  std::optional<bool> exclusive_rename;  // empty: nothing may be written here, or it went wrong otherwise
  std::optional<bool> exchange_rename;
  int32_t directory_sync = 0;  // errno of fsync
  std::optional<bool> case_sensitive;
};

// `directory` is a handle of its own (OpenMode::directory).
Result<Probe> directory_probe(const Handle& directory);

}  // namespace ploke
