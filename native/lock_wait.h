// Threads that wait for locks, each in flock(2) and for nothing else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "lock.h"
#include "platform.h"

namespace ploke {

class LockWaits {
 public:
  static constexpr size_t kMost = 128;
  using Cancelled = std::function<bool()>;

  LockWaits() = default;
  LockWaits(const LockWaits&) = delete;
  LockWaits& operator=(const LockWaits&) = delete;
  ~LockWaits() { stop(); }

  // Runs `body` on a thread of its own, then `tell`, when it does not count as a wait any more. kBusy: there
  // are too many already; EAGAIN: no thread, or no signal to end it with.
  SysError start(uint32_t number, std::function<void(const Cancelled& cancelled)> body,
                 std::function<void()> tell);
  // Has the body of this number end. Never waits.
  void cancel(uint32_t number);
  // Ends and joins all.
  void stop();

 private:
  struct Wait {
    Thread thread;
    std::atomic<bool> cancelled{false};
    bool over = false;  // guarded by mutex_
  };
  void join_over(std::unique_lock<std::mutex>* lock);
  void interrupt_cancelled();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint32_t, std::shared_ptr<Wait>> waits_;
  // Interrupts those that were cancelled again and again: a signal that comes a moment before the system call
  // is lost.
  std::vector<Thread> interrupter_;
  bool stopping_ = false;
};

// Waits until the lock on a name's file is to be had, exclusively or not, and takes it. The file may be
// replaced meanwhile: then it goes on with the new one. kLocked: a call of this environment holds it.
// ECANCELED after a cancellation; what a name that leads to no regular file is told by lock_open.
Result<std::shared_ptr<HeldLock>> lock_wait_for(LockTable& table, const HeldLock::Place& place,
                                                bool exclusive, bool local,
                                                const LockWaits::Cancelled& cancelled);

}  // namespace ploke
