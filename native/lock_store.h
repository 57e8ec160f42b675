// The locks that JavaScript holds, by number.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "lock.h"

namespace ploke {

class LockStore {
 public:
  // A number that is never used twice; 0 is none.
  uint32_t add(std::shared_ptr<HeldLock> lock);
  std::shared_ptr<HeldLock> find(uint32_t number);
  std::shared_ptr<HeldLock> take(uint32_t number);
  void clear();

 private:
  std::mutex mutex_;  // waits add from their own threads
  uint32_t last_ = 0;
  std::map<uint32_t, std::shared_ptr<HeldLock>> locks_;
};

}  // namespace ploke
