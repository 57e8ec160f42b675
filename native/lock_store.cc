#include "lock_store.h"

#include <utility>

namespace ploke {

uint32_t LockStore::add(std::shared_ptr<HeldLock> lock) {
  const std::lock_guard<std::mutex> guard(mutex_);
  // After four thousand million locks it begins anew, where no lock that is still held has the number.
  do ++last_;
  while (last_ == 0 || locks_.count(last_) != 0);
  locks_.emplace(last_, std::move(lock));
  return last_;
}

std::shared_ptr<HeldLock> LockStore::find(uint32_t number) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = locks_.find(number);
  return found == locks_.end() ? nullptr : found->second;
}

std::shared_ptr<HeldLock> LockStore::take(uint32_t number) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = locks_.find(number);
  if (found == locks_.end()) return nullptr;
  std::shared_ptr<HeldLock> lock = std::move(found->second);
  locks_.erase(found);
  return lock;
}

void LockStore::clear() {
  const std::lock_guard<std::mutex> guard(mutex_);
  locks_.clear();
}

}  // namespace ploke
