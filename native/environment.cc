#include "environment.h"

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

namespace ploke {

namespace {

// A job on its way, and the promise it settles. Made, settled and destroyed on the JavaScript thread only:
// job threads hold no more than a plain pointer while they run it.
struct Pending {
  std::unique_ptr<Job> job;
  napi_deferred deferred = nullptr;
};

// nullptr where no promise can be made, because the worker is being terminated: nobody is there to wait for
// it. Not node-addon-api's Deferred, whose promise is then an uninitialised pointer.
std::unique_ptr<Pending> pending_of(Napi::Env env, std::unique_ptr<Job> job, napi_value* promise) {
  auto pending = std::make_unique<Pending>();
  if (napi_create_promise(env, &pending->deferred, promise) != napi_ok) return nullptr;
  pending->job = std::move(job);
  return pending;
}

void settle(Napi::Env env, Pending& pending) {
  const Napi::HandleScope scope(env);
  const Napi::Value value = pending.job->finish(env);
  const bool rejected = pending.job->rejected();
  pending.job.reset();
  // Their statuses tell of nothing but a worker that is being terminated.
  if (env.IsExceptionPending()) {
    static_cast<void>(napi_reject_deferred(env, pending.deferred, env.GetAndClearPendingException().Value()));
  } else if (rejected) {
    static_cast<void>(napi_reject_deferred(env, pending.deferred, value));
  } else if (!value.IsEmpty()) {
    static_cast<void>(napi_resolve_deferred(env, pending.deferred, value));
  }
}

// An array is empty where none could be made: out of memory (an exception is pending), or a worker is being
// terminated (no exception can be).
template <class Array, class T>
Napi::Value copied(Napi::Env env, const std::vector<T>& values) {
  Array array = Array::New(env, values.size());
  if (array.IsEmpty()) return env.Undefined();
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(T));
  return array;
}

bool malformed(Napi::Env env, const char* message) {
  if (!env.IsExceptionPending()) Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
  return false;
}

}  // namespace

// Shared with the job threads: what is finished waits here for the JavaScript thread. The thread-safe
// function only wakes it. Its own queue carries nothing, so that nothing is lost in it when the environment
// ends.
struct Environment::Impl {
  std::mutex mutex;
  std::deque<std::unique_ptr<Pending>> finished;
  size_t closing = 0;  // jobs that are finished and have not closed all they retired; guarded by mutex
  std::condition_variable closed;
  napi_threadsafe_function wake = nullptr;
  napi_threadsafe_function lock_listener = nullptr;  // guarded by mutex
  bool open = true;    // guarded by mutex; false: `wake` must not be called any more
  size_t pending = 0;  // JavaScript thread only

  void complete(Pending* pending_job) {
    const std::lock_guard<std::mutex> lock(mutex);
    finished.emplace_back(pending_job);
    // After napi_closing a thread-safe function may be gone: it must never be called again (Node-API
    // reference).
    if (open && napi_call_threadsafe_function(wake, nullptr, napi_tsfn_nonblocking) == napi_closing)
      open = false;
  }

  void complete(Pending* pending_job, std::vector<Handle> retired) {
    if (retired.empty()) return complete(pending_job);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      ++closing;
    }
    complete(pending_job);
    retired.clear();
    const std::lock_guard<std::mutex> lock(mutex);
    if (--closing == 0) closed.notify_all();
  }

  void wait_until_closed() {
    std::unique_lock<std::mutex> lock(mutex);
    closed.wait(lock, [this] { return closing == 0; });
  }

  std::unique_ptr<Pending> next() {
    const std::lock_guard<std::mutex> lock(mutex);
    if (finished.empty()) return nullptr;
    std::unique_ptr<Pending> first = std::move(finished.front());
    finished.pop_front();
    return first;
  }

  // One job a call: Node runs microtasks after each, so a continuation can submit more before the next is
  // settled.
  static void woken(napi_env raw_env, napi_value, void* context, void*) {
    if (raw_env == nullptr) return;  // the environment ends; ended() has seen to the rest
    Impl& self = *static_cast<Impl*>(context);
    const Napi::Env env(raw_env);
    const std::unique_ptr<Pending> pending_job = self.next();
    if (pending_job == nullptr) return;
    if (--self.pending == 0) napi_unref_threadsafe_function(env, self.wake);
    settle(env, *pending_job);
  }

  // Cleanup hook. Waits for the running jobs, which end where they look at their cancel flag next: they use
  // handles and memory of this environment. Hooks run last in, first out, so this one comes before the
  // thread-safe function's own and before references are torn down.
  static void ended(void* argument) {
    Environment& environment = *static_cast<Environment*>(argument);
    for (const std::weak_ptr<DirectoryWatch>& each : environment.watches) {
      if (const std::shared_ptr<DirectoryWatch> watch = each.lock()) watch->close();
    }
    environment.lock_waits.stop();
    environment.workers.stop();
    environment.lock_watch.stop();
    Impl& self = *environment.impl_;
    while (self.next() != nullptr) {
    }
    environment.handles.release_all();
    environment.lock_store.clear();
    bool release;
    napi_threadsafe_function listener;
    {
      const std::lock_guard<std::mutex> lock(self.mutex);
      release = std::exchange(self.open, false);
      listener = std::exchange(self.lock_listener, nullptr);
    }
    if (release) napi_release_threadsafe_function(self.wake, napi_tsfn_release);
    if (listener != nullptr) napi_release_threadsafe_function(listener, napi_tsfn_release);
  }

  // On the watch's thread. What the queue cannot take is not lost for good: whoever uses the lock checks it.
  void lock_changed(uint32_t number) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (lock_listener == nullptr) return;
    void* data = reinterpret_cast<void*>(static_cast<uintptr_t>(number));
    if (napi_call_threadsafe_function(lock_listener, data, napi_tsfn_nonblocking) == napi_closing) {
      lock_listener = nullptr;
    }
  }

  static void tell_listener(napi_env raw_env, napi_value listener, void*, void* data) {
    if (raw_env == nullptr || listener == nullptr) return;
    const Napi::Env env(raw_env);
    const Napi::HandleScope scope(env);
    const auto number = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(data));
    Napi::Function(env, listener).Call({Napi::Number::New(env, number)});
  }
};

Environment::Environment(std::shared_ptr<Impl> impl)
    : lock_watch([state = impl.get()](uint32_t number) { state->lock_changed(number); }),
      impl_(std::move(impl)) {}

Environment& Environment::of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

void Environment::install(Napi::Env env) {
  auto impl = std::make_shared<Impl>();
  const napi_status status =
      napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "ploke-io"), 0, 1,
                                      nullptr, nullptr, impl.get(), Impl::woken, &impl->wake);
  if (status != napi_ok) {
    Napi::Error::New(env, "ploke-io: no thread-safe function").ThrowAsJavaScriptException();
    return;
  }
  napi_unref_threadsafe_function(env, impl->wake);
  auto* environment = new Environment(std::move(impl));
  env.SetInstanceData(environment);
  napi_add_env_cleanup_hook(env, Impl::ended, environment);
}

Napi::Value Environment::submit(Napi::Env env, std::unique_ptr<Job> job) {
  napi_value promise = nullptr;
  std::unique_ptr<Pending> own = pending_of(env, std::move(job), &promise);
  if (own == nullptr) return Napi::Value();
  Pending* pending_job = own.get();
  const bool taken = workers.post([impl = impl_, pending_job, this] {
    // Nobody waits for what has not begun when the environment ends: ended() only destroys it.
    if (!workers.stopping()) pending_job->job->run();
    impl->complete(pending_job, pending_job->job->retired());
  });
  if (!taken) {
    const Napi::Error error = Napi::Error::New(env, "no thread can be had for native work");
    error.Set("code", Napi::String::New(env, "EAGAIN"));
    static_cast<void>(napi_reject_deferred(env, own->deferred, error.Value()));
    return Napi::Value(env, promise);
  }
  static_cast<void>(own.release());  // comes back through complete()
  if (impl_->pending++ == 0) napi_ref_threadsafe_function(env, impl_->wake);
  return Napi::Value(env, promise);
}

Napi::Value Environment::submit_wait(Napi::Env env, std::unique_ptr<WaitJob> job, uint32_t number) {
  WaitJob* waiting = job.get();
  napi_value promise = nullptr;
  std::unique_ptr<Pending> own = pending_of(env, std::move(job), &promise);
  if (own == nullptr) return Napi::Value();
  Pending* pending_job = own.get();
  const SysError started = lock_waits.start(
      number, [waiting](const LockWaits::Cancelled& cancelled) { waiting->wait(cancelled); },
      [impl = impl_, pending_job] { impl->complete(pending_job); });
  if (!started.ok()) {
    waiting->refuse(started);
    settle(env, *own);
    return Napi::Value(env, promise);
  }
  static_cast<void>(own.release());  // comes back through complete()
  if (impl_->pending++ == 0) napi_ref_threadsafe_function(env, impl_->wake);
  return Napi::Value(env, promise);
}

Napi::Value Environment::settle_jobs(Napi::Env env) {
  class SettleJob final : public Job {
   public:
    explicit SettleJob(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
    void run() override { impl_->wait_until_closed(); }
    Napi::Value finish(Napi::Env finished) override { return finished.Undefined(); }

   private:
    const std::shared_ptr<Impl> impl_;
  };
  return submit(env, std::make_unique<SettleJob>(impl_));
}

void Environment::listen(Napi::Env env, Napi::Function listener) {
  napi_threadsafe_function function = nullptr;
  const napi_status status =
      napi_create_threadsafe_function(env, listener, nullptr, Napi::String::New(env, "ploke-io-lock"), 0, 1,
                                      nullptr, nullptr, nullptr, Impl::tell_listener, &function);
  if (status != napi_ok) {
    Napi::Error::New(env, "ploke-io: no thread-safe function").ThrowAsJavaScriptException();
    return;
  }
  napi_unref_threadsafe_function(env, function);
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  std::swap(impl_->lock_listener, function);
  if (function != nullptr) napi_release_threadsafe_function(function, napi_tsfn_release);
}

namespace {

napi_value call_value(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  return reinterpret_cast<ValueFunction>(info.Data())(info);
}

napi_value call_void(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  reinterpret_cast<VoidFunction>(info.Data())(info);
  return nullptr;
}

void export_callback(Napi::Object exports, const char* name, napi_callback callback, void* data) {
  const Napi::Env env = exports.Env();
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function) != napi_ok) {
    Napi::Error::New(env).ThrowAsJavaScriptException();
    return;
  }
  exports.Set(name, function);
}

}  // namespace

void export_function(Napi::Object exports, const char* name, ValueFunction function) {
  export_callback(exports, name, call_value, reinterpret_cast<void*>(function));
}

void export_function(Napi::Object exports, const char* name, VoidFunction function) {
  export_callback(exports, name, call_void, reinterpret_cast<void*>(function));
}

CancelFlag::CancelFlag(Napi::Value value) {
  if (value.IsEmpty()) return;  // the request could not be read: an exception is pending
  workers_ = &Environment::of(value.Env()).workers;
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) return;
  const auto array = value.As<Napi::Int32Array>();
  if (array.ElementLength() == 0) return;
  keep_ = Napi::Persistent(array);
  data_ = array.Data();
}

bool read_path_list(Napi::Env env, Napi::Object request, PathList* list) {
  list->set = unwrap_handle<const RootSet>(env, request.Get("set"));
  if (list->set == nullptr) return false;
  const Napi::Value count = request.Get("count");
  const Napi::Value paths = request.Get("paths");
  const Napi::Value roots = request.Get("roots");
  if (!count.IsNumber() || !paths.IsString() || !roots.IsTypedArray() ||
      roots.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    return malformed(env, "a batch needs count, paths and roots");
  }
  const size_t expected = count.As<Napi::Number>().Uint32Value();
  const auto bytes = roots.As<Napi::Uint8Array>();
  if (bytes.ElementLength() != expected) return malformed(env, "a batch needs a root for each path");
  list->roots.assign(bytes.Data(), bytes.Data() + expected);
  for (const uint8_t root : list->roots) {
    if (root >= list->set->roots.size())
      return malformed(env, "a batch names a root that its set does not have");
  }
  size_t length = 0;
  napi_get_value_string_utf8(env, paths, nullptr, 0, &length);
  list->text.resize(length + 1);  // Node-API ends it with a NUL
  napi_get_value_string_utf8(env, paths, list->text.data(), list->text.size(), &length);
  list->text.resize(length);
  list->paths.clear();
  list->paths.reserve(expected);
  std::string_view rest(list->text.data(), list->text.size());
  while (list->paths.size() < expected) {
    const size_t end = rest.find('\0');
    list->paths.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  const size_t separators = expected == 0 ? 0 : expected - 1;
  size_t used = separators;
  for (const std::string_view path : list->paths) used += path.size();
  if (list->paths.size() != expected || used != list->text.size()) {
    return malformed(env, "a batch has another number of paths than it says");
  }
  list->cancel = CancelFlag(request.Get("cancel"));
  return !env.IsExceptionPending();
}

bool is_true(const Napi::Value& value) { return value.IsBoolean() && value.As<Napi::Boolean>().Value(); }

void BatchStatus::write(Napi::Env env, Napi::Object result) const {
  result.Set("status", to_typed(env, status));
  result.Set("syscalls", to_typed(env, calls));
}

Napi::Value to_typed(Napi::Env env, const std::vector<int32_t>& values) {
  return copied<Napi::Int32Array>(env, values);
}
Napi::Value to_typed(Napi::Env env, const std::vector<uint8_t>& values) {
  return copied<Napi::Uint8Array>(env, values);
}
Napi::Value to_typed(Napi::Env env, const std::vector<uint16_t>& values) {
  return copied<Napi::Uint16Array>(env, values);
}
Napi::Value to_typed(Napi::Env env, const std::vector<uint32_t>& values) {
  return copied<Napi::Uint32Array>(env, values);
}
Napi::Value to_typed(Napi::Env env, const std::vector<double>& values) {
  return copied<Napi::Float64Array>(env, values);
}

Napi::Value to_bytes(Napi::Env env, const void* data, size_t size) {
  Napi::Uint8Array array = Napi::Uint8Array::New(env, size);
  if (array.IsEmpty()) return env.Undefined();
  if (size > 0) std::memcpy(array.Data(), data, size);
  return array;
}

Napi::Value to_text(Napi::Env env, const char* data, size_t size, bool ascii) {
  napi_value text = nullptr;
  const napi_status status = ascii ? napi_create_string_latin1(env, data, size, &text)
                                   : napi_create_string_utf8(env, data, size, &text);
  if (status == napi_ok) return Napi::Value(env, text);
  // Above V8's longest string (about 512 MiB) the call fails without an exception of its own.
  Napi::Error::New(env).ThrowAsJavaScriptException();
  return env.Undefined();
}

}  // namespace ploke
