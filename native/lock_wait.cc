#include "lock_wait.h"

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace ploke {
namespace {

constexpr std::chrono::milliseconds kBetweenInterruptions(2);
// Where whoever waits must not have the file open, since its holder could not replace it then.
constexpr std::chrono::milliseconds kBetweenLooks(10);

}  // namespace

SysError LockWaits::start(uint32_t number, std::function<void(const Cancelled& cancelled)> body,
                          std::function<void()> tell) {
  std::unique_lock<std::mutex> lock(mutex_);
  join_over(&lock);
  if (stopping_) return SysError{ECANCELED, Call::none};
  if (waits_.size() >= kMost || waits_.count(number) != 0) return SysError{kBusy, Call::flock};
  auto wait = std::make_shared<Wait>();
  Result<Thread> thread = Thread::start(
      [this, wait, body = std::move(body), tell = std::move(tell)] {
        // Without it the body would wait for ever: then it is as if it were cancelled at once.
        if (!Thread::accept_interrupts().ok()) wait->cancelled = true;
        body([&wait] { return wait->cancelled.load(); });
        {
          const std::lock_guard<std::mutex> guard(mutex_);
          wait->over = true;
          changed_.notify_all();
        }
        tell();
      },
      "ploke-io-lock");
  if (!thread.ok()) return thread.error();
  wait->thread = thread.take();
  waits_.emplace(number, std::move(wait));
  return {};
}

void LockWaits::cancel(uint32_t number) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto found = waits_.find(number);
  if (found == waits_.end()) return;
  found->second->cancelled = true;
  if (interrupter_.empty() && !stopping_) {
    Result<Thread> thread = Thread::start([this] { interrupt_cancelled(); }, "ploke-io-lock");
    if (thread.ok()) interrupter_.push_back(thread.take());
  }
  changed_.notify_all();
  // The one signal that is sent here ends nearly every wait.
  if (!found->second->over) found->second->thread.interrupt();
}

void LockWaits::interrupt_cancelled() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    bool any = false;
    for (const auto& [number, wait] : waits_) {
      if (!wait->cancelled || wait->over) continue;
      any = true;
      wait->thread.interrupt();
    }
    if (any) {
      changed_.wait_for(lock, kBetweenInterruptions);
    } else {
      changed_.wait(lock);
    }
  }
}

// A thread that said that it is over needs a moment to end, and no lock of ours.
void LockWaits::join_over(std::unique_lock<std::mutex>* lock) {
  std::vector<std::shared_ptr<Wait>> over;
  for (auto next = waits_.begin(); next != waits_.end();) {
    if (next->second->over) {
      over.push_back(std::move(next->second));
      next = waits_.erase(next);
    } else {
      ++next;
    }
  }
  if (over.empty()) return;
  lock->unlock();
  for (const auto& wait : over) wait->thread.join();
  lock->lock();
}

void LockWaits::stop() {
  std::unique_lock<std::mutex> lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  for (const auto& [number, wait] : waits_) wait->cancelled = true;
  while (!waits_.empty()) {
    for (const auto& [number, wait] : waits_) {
      if (!wait->over) wait->thread.interrupt();
    }
    join_over(&lock);
    if (!waits_.empty()) changed_.wait_for(lock, kBetweenInterruptions);
  }
  std::vector<Thread> interrupter = std::exchange(interrupter_, {});
  lock.unlock();
  for (Thread& thread : interrupter) thread.join();
}

Result<std::shared_ptr<HeldLock>> lock_wait_for(LockTable& table, const HeldLock::Place& place,
                                                bool exclusive, bool local,
                                                const LockWaits::Cancelled& cancelled) {
  const bool looks = rename_needs_closed_target(*place.parent);
  while (!cancelled()) {
    Result<Handle> file = lock_open(*place.parent, place.name.c_str(), exclusive, local);
    if (!file.ok()) return file.error();
    const Result<FileStatus> status = handle_status(file.value());
    if (!status.ok()) return status.error();
    if (status.value().type != EntryType::file) return SysError{kChanged, Call::fstat};
    SysError waited = looks ? lock_try(file.value(), exclusive) : lock_wait(file.value(), exclusive);
    if (looks && waited.code == EWOULDBLOCK) {
      file.value().close();
      std::this_thread::sleep_for(kBetweenLooks);
      continue;
    }
    while (waited.code == EINTR && !cancelled()) waited = lock_wait(file.value(), exclusive);
    if (waited.code == EINTR) break;
    if (!waited.ok()) return lock_unsupported(waited) ? SysError{kLockUnsupported, waited.call} : waited;
    Result<std::shared_ptr<HeldLock>> lock = HeldLock::adopt(table, file.take(), place, exclusive);
    if (lock.ok() || lock.error().code != kChanged) return lock;
  }
  return SysError{ECANCELED, Call::none};
}

}  // namespace ploke
