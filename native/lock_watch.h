// Tells of locked files that may have been replaced or removed. The system's own watch is in one source file
// per system.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "lock.h"
#include "platform.h"

namespace ploke {

// Its functions but the callback are called on one thread, that of JavaScript.
class LockWatch {
 public:
  // `changed` is called on a thread of the watch, with the number of a lock.
  explicit LockWatch(std::function<void(uint32_t)> changed) : changed_(std::move(changed)) {}
  LockWatch(const LockWatch&) = delete;
  LockWatch& operator=(const LockWatch&) = delete;
  ~LockWatch() { stop(); }

  // Watches the file that the lock is on now; a lock that is watched already is so on its new file from then
  // on.
  SysError add(uint32_t number, const HeldLock& lock);
  void remove(uint32_t number);
  void stop();

 private:
  SysError start();
  void run(int events, int wake);
  void end_thread(std::unique_lock<std::mutex>* guard);
  void tell(int watch);
  void remove_locked(uint32_t number);

  const std::function<void(uint32_t)> changed_;
  std::mutex mutex_;
  Handle events_;
  Handle wake_;
  std::vector<Thread> thread_;
  bool stopping_ = false;
  std::map<int, std::set<uint32_t>> by_watch_;
  std::map<uint32_t, int> by_number_;
  std::atomic<bool> watches_{false};  // whether by_number_ has any
};

}  // namespace ploke
