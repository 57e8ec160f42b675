// What a directory's file system does with files, locks and times, found out by having it do so: what
// `ploke-io doctor` tells. The probe that operations need, which is cheaper, is in probe.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform.h"

namespace ploke {

// What could not be asked, because something before it failed.
constexpr int32_t kNotAsked = -1000;

// Codes are errnos, 0 for what was done.
struct Diagnosis {
  // Of a file that was made, written and removed; "" with `made` above 0: none could be.
  std::string name;
  int32_t made = 0;
  int32_t file_sync = kNotAsked;
  int32_t directory_sync = kNotAsked;
  // Renaming one file over another that is open.
  int32_t replace = kNotAsked;
  bool replaced_whole = false;  // the name shows the new content, and who had it open the old one
  int32_t nameless = kNotAsked;
  // flock by one descriptor, by a second one meanwhile, by the second one afterwards; the other kind of lock
  // by the second one while the first holds its flock.
  int32_t lock_first = kNotAsked;
  int32_t lock_second = kNotAsked;
  int32_t lock_after = kNotAsked;
  int32_t record_lock = kNotAsked;
  // The time of modification after each of many quick writes.
  std::vector<int64_t> stamps_ns;
};

// `directory` is a handle of its own (OpenMode::directory). What it makes is gone when it returns.
Diagnosis directory_diagnose(const Handle& directory);

}  // namespace ploke
