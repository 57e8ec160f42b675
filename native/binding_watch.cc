// Directory watches: opened, taken from, closed.
#include <algorithm>
#include <utility>

#include "binding_look.h"
#include "directory_watch.h"

namespace ploke {
namespace {

// Wakes JavaScript. Called by the thread of a watch, and destroyed after that was joined.
class Listener {
 public:
  explicit Listener(napi_threadsafe_function function) : function_(function) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  // abort: a call that waits in the queue does not come after the watch was closed.
  ~Listener() {
    if (function_ != nullptr) napi_release_threadsafe_function(function_, napi_tsfn_abort);
  }

  // After napi_closing a thread-safe function may be gone: it must never be called again (Node-API
  // reference).
  void call() {
    if (function_ == nullptr) return;
    if (napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking) == napi_closing) {
      function_ = nullptr;
    }
  }

  static void tell(napi_env raw_env, napi_value listener, void*, void*) {
    if (raw_env == nullptr || listener == nullptr) return;
    const Napi::Env env(raw_env);
    const Napi::HandleScope scope(env);
    Napi::Function(env, listener).Call(std::initializer_list<napi_value>{});
  }

 private:
  napi_threadsafe_function function_;
};

Napi::Value open_watch(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsFunction()) return refuse(env, "a listener is a function");
  napi_threadsafe_function function = nullptr;
  const napi_status status =
      napi_create_threadsafe_function(env, info[0], nullptr, Napi::String::New(env, "ploke-io-watch"), 0, 1,
                                      nullptr, nullptr, nullptr, Listener::tell, &function);
  if (status != napi_ok) {
    Napi::Error::New(env, "ploke-io: no thread-safe function").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  napi_unref_threadsafe_function(env, function);
  Result<std::shared_ptr<DirectoryWatch>> opened =
      DirectoryWatch::open([listener = std::make_shared<Listener>(function)] { listener->call(); });
  if (!opened.ok()) return Napi::Number::New(env, opened.error().code);
  // Those that were collected or closed are of no interest to the environment's end.
  std::vector<std::weak_ptr<DirectoryWatch>>& watches = Environment::of(env).watches;
  const auto is_gone = [](const std::weak_ptr<DirectoryWatch>& watch) { return watch.expired(); };
  watches.erase(std::remove_if(watches.begin(), watches.end(), is_gone), watches.end());
  watches.push_back(opened.value());
  return wrap_handle(env, opened.take());
}

Napi::Value take_watch(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<DirectoryWatch> watch = unwrap_handle<DirectoryWatch>(env, info[0]);
  if (watch == nullptr) return env.Undefined();
  const WatchRecords records = watch->take();
  Napi::Object result = Napi::Object::New(env);
  result.Set("watches", to_typed(env, records.watches));
  result.Set("masks", to_typed(env, records.masks));
  result.Set("cookies", to_typed(env, records.cookies));
  result.Set("names", to_text(env, records.names.data(), records.names.size(), false));
  result.Set("overflow", records.overflow);
  result.Set("error", records.error);
  return result;
}

Napi::Value remove_watches(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<DirectoryWatch> watch = unwrap_handle<DirectoryWatch>(env, info[0]);
  if (watch == nullptr) return env.Undefined();
  if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    return refuse(env, "watches are an Int32Array");
  }
  const auto watches = info[1].As<Napi::Int32Array>();
  watch->remove(watches.Data(), watches.ElementLength());
  return env.Undefined();
}

// On a job thread: the kernel takes down each watch by itself, of which there may be a hundred thousand.
class CloseJob final : public Job {
 public:
  explicit CloseJob(std::shared_ptr<DirectoryWatch> watch) : watch_(std::move(watch)) {}
  void run() override {
    if (watch_ != nullptr) watch_->close();
  }
  Napi::Value finish(Napi::Env env) override { return env.Undefined(); }

 private:
  const std::shared_ptr<DirectoryWatch> watch_;
};

Napi::Value close_watch(const Napi::CallbackInfo& info) {
  return Environment::of(info.Env())
      .submit(info.Env(), std::make_unique<CloseJob>(release_handle<DirectoryWatch>(info[0])));
}

}  // namespace

void export_watches(Napi::Object exports) {
  export_function(exports, "openWatch", open_watch);
  export_function(exports, "takeWatch", take_watch);
  export_function(exports, "removeWatches", remove_watches);
  export_function(exports, "closeWatch", close_watch);
}

}  // namespace ploke
