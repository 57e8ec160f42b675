#include "workers.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace ploke {

namespace {

// One call of spread(). Helpers that come late find no index left and never touch `body`, which is gone by
// then.
struct Spread {
  const std::function<void(size_t)>* body;
  size_t count;
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable done;
  size_t finished = 0;

  void run(size_t index) {
    (*body)(index);
    const std::lock_guard<std::mutex> lock(mutex);
    if (++finished == count) done.notify_all();
  }

  void work() {
    for (size_t index = next.fetch_add(1); index < count; index = next.fetch_add(1)) run(index);
  }
};

}  // namespace

bool Workers::enqueue(Pool& pool, size_t limit, const char* name, std::function<void()> job) {
  const std::lock_guard<std::mutex> lock(pool.mutex);
  if (pool.stopping) return false;
  if (pool.queue.size() >= pool.idle && pool.threads.size() < limit) {
    Result<Thread> thread = Thread::start([&pool] { run(pool); }, name);
    if (thread.ok()) pool.threads.push_back(thread.take());
    if (pool.threads.empty()) return false;
  }
  pool.queue.push_back(std::move(job));
  pool.wake.notify_one();
  return true;
}

void Workers::run(Pool& pool) {
  std::unique_lock<std::mutex> lock(pool.mutex);
  for (;;) {
    ++pool.idle;
    pool.wake.wait(lock, [&pool] { return pool.stopping || !pool.queue.empty(); });
    --pool.idle;
    if (pool.queue.empty()) return;  // stopping, and nothing is left
    std::function<void()> job = std::move(pool.queue.front());
    pool.queue.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds is let go outside the lock
    lock.lock();
  }
}

void Workers::join(Pool& pool) {
  {
    const std::lock_guard<std::mutex> lock(pool.mutex);
    pool.stopping = true;
  }
  pool.wake.notify_all();
  // No thread is added once `stopping` is set, so the list is ours.
  for (Thread& thread : pool.threads) thread.join();
  pool.threads.clear();
}

bool Workers::post(std::function<void()> job) {
  return enqueue(jobs_, kJobThreads, "ploke-io-job", std::move(job));
}

void Workers::spread(size_t count, const std::function<void(size_t)>& body) {
  if (count == 0) return;
  if (count == 1) return body(0);
  const auto state = std::make_shared<Spread>();
  state->body = &body;
  state->count = count;
  // The first is the caller's: a helper that is quicker would leave it to wait for the one that takes
  // longest.
  state->next.store(1);
  for (size_t helper = 0; helper < std::min(kSyncThreads, count - 1); ++helper) {
    if (!enqueue(syncs_, kSyncThreads, "ploke-io-sync", [state] { state->work(); })) break;
  }
  state->run(0);
  state->work();
  std::unique_lock<std::mutex> lock(state->mutex);
  state->done.wait(lock, [&state] { return state->finished == state->count; });
}

void Workers::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  join(jobs_);  // first: running jobs may still spread
  join(syncs_);
}

}  // namespace ploke
