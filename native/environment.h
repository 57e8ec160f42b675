// State of one Node environment, and the one way from a JavaScript call to a job on a thread and back to its
// promise. Include only from binding*.cc: it is the Node-API side.
#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "binding_function.h"
#include "directory_watch.h"
#include "durability.h"
#include "environment_handles.h"
#include "lock_store.h"
#include "lock_wait.h"
#include "lock_watch.h"
#include "roots.h"
#include "workers.h"

namespace ploke {

// A piece of work: `run` on a job thread (no Node-API), then `finish` on the JavaScript thread, which makes
// the result that resolves the promise. If `rejected` says so after `run`, the promise rejects with finish's
// value instead.
class Job {
 public:
  virtual ~Job() = default;
  virtual void run() = 0;
  virtual Napi::Value finish(Napi::Env env) = 0;
  virtual bool rejected() const { return false; }
  // After `run`: handles that the job's thread closes when the JavaScript thread is on its way to `finish`,
  // since nothing in the answer hangs on that and it takes long.
  virtual std::vector<Handle> retired() { return {}; }
};

// A job that waits for a lock.
class WaitJob : public Job {
 public:
  void run() override {}
  // Whether an interruption means that it must end.
  virtual void wait(const LockWaits::Cancelled& cancelled) = 0;
  virtual void refuse(SysError error) = 0;  // it could not be begun
};

class Environment {
 public:
  static Environment& of(Napi::Env env);  // instance data
  static void install(Napi::Env env);     // made at load; cleanup hook stops running jobs

  // Queues the job and returns its promise. The event loop stays alive until it is settled. The job is always
  // destroyed on the JavaScript thread.
  Napi::Value submit(Napi::Env env, std::unique_ptr<Job> job);
  // The same for a job that waits, on a thread of its own, which `cancel_wait` with its number interrupts.
  Napi::Value submit_wait(Napi::Env env, std::unique_ptr<WaitJob> job, uint32_t number);
  // A promise that resolves when the jobs whose promises were told have closed what they retired.
  Napi::Value settle_jobs(Napi::Env env);

  // Called with the number of a watched lock; replaces the one before.
  void listen(Napi::Env env, Napi::Function listener);

  Workers workers;
  // In this order: what comes later may refer to what comes before.
  const std::shared_ptr<LockTable> lock_table = std::make_shared<LockTable>();
  LockTable& locks = *lock_table;  // of the calls of this environment
  LockStore lock_store;
  // By the numbers that tryLock is given; JavaScript thread only.
  std::vector<std::weak_ptr<const RootSet>> lock_sets;
  // What tryLock leaves behind, once it was asked for.
  Napi::Reference<Napi::Float64Array> kept_lock_numbers;
  double* lock_numbers = nullptr;
  LockWaits lock_waits;
  LockWatch lock_watch;
  // Those that may be open yet; JavaScript thread only.
  std::vector<std::weak_ptr<DirectoryWatch>> watches;
  UndurableDirectories undurable;  // directories made here whose entry in their parent is not yet synced
  // Whether files that are made without a name can be given one here; see replace.h.
  std::atomic<bool> nameless{true};
  HandleLink handles;  // what JavaScript holds; JavaScript thread only

 private:
  struct Impl;
  explicit Environment(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

// Looked at by job threads between items; written by JavaScript (element 0 of an Int32Array kept alive by the
// job). The end of the environment cancels every job, whether it was given a flag or not.
class CancelFlag {
 public:
  CancelFlag() = default;
  explicit CancelFlag(Napi::Value value);  // null or undefined: by nobody but the environment's end
  bool requested() const {
    if (workers_ != nullptr && workers_->stopping()) return true;
    return data_ != nullptr && __atomic_load_n(data_, __ATOMIC_RELAXED) != 0;
  }

 private:
  Napi::Reference<Napi::Int32Array> keep_;
  const int32_t* data_ = nullptr;
  const Workers* workers_ = nullptr;  // of the environment, which outlives its jobs
};

// The packed paths of a batch.
struct PathList {
  std::shared_ptr<const RootSet> set;
  std::vector<char> text;               // NUL-joined; a vector, because moving one never moves its bytes
  std::vector<std::string_view> paths;  // views into text
  std::vector<uint8_t> roots;
  CancelFlag cancel;
  size_t count() const { return paths.size(); }
};
// Reads the members of PathBatch from a request object. The layout is trusted as far as lengths agree; a
// disagreement throws a TypeError and returns false (a bug on our side of the boundary).
bool read_path_list(Napi::Env env, Napi::Object request, PathList* list);

// Whether a member of a request is `true`. One that could not be read, because the worker is being
// terminated, is empty: node-addon-api's conversions would end the process then.
bool is_true(const Napi::Value& value);

// Failure columns of a batch.
struct BatchStatus {
  std::vector<int32_t> status;
  std::vector<uint8_t> calls;
  explicit BatchStatus(size_t count = 0) : status(count, 0), calls(count, 0) {}
  void set(size_t index, SysError error) {
    status[index] = error.code;
    calls[index] = static_cast<uint8_t>(error.call);
  }
  void write(Napi::Env env, Napi::Object result) const;  // adds `status` and `syscalls`
};

// Typed arrays copied from vectors (no external buffers: Electron's memory cage refuses them).
Napi::Value to_typed(Napi::Env env, const std::vector<int32_t>& values);
Napi::Value to_typed(Napi::Env env, const std::vector<uint8_t>& values);
Napi::Value to_typed(Napi::Env env, const std::vector<uint16_t>& values);
Napi::Value to_typed(Napi::Env env, const std::vector<uint32_t>& values);
Napi::Value to_typed(Napi::Env env, const std::vector<double>& values);
Napi::Value to_bytes(Napi::Env env, const void* data, size_t size);             // Uint8Array of its own
Napi::Value to_text(Napi::Env env, const char* data, size_t size, bool ascii);  // one-byte string where ascii

// Opaque handles: an External that owns a shared_ptr<T>; `release` takes it out, so that what it holds can be
// freed before the garbage collector comes. A root is a `const Root`, a set of roots a `const RootSet`.
template <class T>
Napi::Value wrap_handle(Napi::Env env, std::shared_ptr<T> value);
// A value of another type, a handle of another kind or a released one throws a TypeError and gives nullptr.
template <class T>
std::shared_ptr<T> unwrap_handle(Napi::Env env, Napi::Value value);
// nullptr without an exception where it was released before.
template <class T>
std::shared_ptr<T> release_handle(Napi::Value value);

// Each file of functions adds its own to the export table.
void export_roots(Napi::Object exports);        // binding_roots.cc: roots, sets, identify, limits, names
void export_reads(Napi::Object exports);        // binding_read.cc: read, stat, stamps, list, streams
void export_targets(Napi::Object exports);      // binding_targets.cc
void export_commits(Napi::Object exports);      // binding_commit.cc: commit, remove, rename
void export_locks(Napi::Object exports);        // binding_lock.cc: locks, waits
void export_records(Napi::Object exports);      // binding_record.cc
void export_directories(Napi::Object exports);  // binding_directory.cc: directories, owner, sweep, probe
void export_watches(Napi::Object exports);      // binding_watch.cc: watches of directories
void export_diagnoses(Napi::Object exports);    // binding_diagnose.cc: what doctor asks

}  // namespace ploke
