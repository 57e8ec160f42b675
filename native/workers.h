// Threads of one environment (main thread or worker thread of Node). Jobs run on job threads; a job that has
// many files to sync spreads them over the sync threads. libuv's pool is never used. Started when first
// needed, joined in stop().
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "platform.h"

namespace ploke {

class Workers {
 public:
  static constexpr size_t kJobThreads = 4;
  static constexpr size_t kSyncThreads = 8;

  Workers() = default;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() { stop(); }

  // Runs `job` on a job thread, first in first out. False after stop(), or where the system gives not even
  // one thread: the job was not taken.
  bool post(std::function<void()> job);

  // Runs body(0) … body(count - 1) on the sync threads and the calling job thread; returns when all have run.
  // Never call it from a sync thread. Several jobs may spread at once: each gets on by itself where the sync
  // threads are busy.
  void spread(size_t count, const std::function<void(size_t)>& body);

  // Lets running and queued jobs end, then joins every thread. Idempotent. Jobs should look at stopping(),
  // and those that have not begun should not.
  void stop();
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

 private:
  struct Pool {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> queue;
    std::vector<Thread> threads;
    size_t idle = 0;
    bool stopping = false;
  };
  static bool enqueue(Pool& pool, size_t limit, const char* name, std::function<void()> job);
  static void run(Pool& pool);
  static void join(Pool& pool);

  std::atomic<bool> stopping_{false};
  Pool jobs_;
  Pool syncs_;
};

}  // namespace ploke
