// The probes of `ploke-io doctor`: see src/native/addon.ts.
#include <string>
#include <utility>

#include "binding_look.h"
#include "diagnose.h"
#include "resolve.h"
#include "sha256.h"

namespace ploke {
namespace {

class DiagnoseJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<DiagnoseJob>();
    if (read_request(info, &job->list_).IsEmpty()) return env.Undefined();
    if (job->list_.count() != 1) return refuse(env, "diagnoseDirectory takes one path");
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    const Resolver resolver(list_.set);
    const Result<Handle> directory =
        resolver.open(list_.roots[0], list_.paths[0], OpenMode::directory, LastName::follow);
    error_ = directory.error();
    if (directory.ok()) diagnosis_ = directory_diagnose(directory.value());
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    const auto set = [&](const char* name, int32_t code) {
      result.Set(name, code == kNotAsked ? env.Null() : Napi::Value(Napi::Number::New(env, code)));
    };
    set("status", error_.code);
    set("syscall", static_cast<int32_t>(error_.call));
    result.Set("name", Napi::String::New(env, diagnosis_.name));
    set("made", diagnosis_.made);
    set("fileSync", diagnosis_.file_sync);
    set("directorySync", diagnosis_.directory_sync);
    set("replace", diagnosis_.replace);
    result.Set("replacedWhole", diagnosis_.replaced_whole);
    set("nameless", diagnosis_.nameless);
    set("lockFirst", diagnosis_.lock_first);
    set("lockSecond", diagnosis_.lock_second);
    set("lockAfter", diagnosis_.lock_after);
    set("recordLock", diagnosis_.record_lock);
    Napi::Array stamps = Napi::Array::New(env, diagnosis_.stamps_ns.size());
    for (uint32_t index = 0; index < diagnosis_.stamps_ns.size(); ++index) {
      stamps.Set(index, std::to_string(diagnosis_.stamps_ns[index]));
    }
    result.Set("stampsNs", stamps);
    return result;
  }

 private:
  PathList list_;
  SysError error_;
  Diagnosis diagnosis_;
};

Napi::Value hash_is_host(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), sha256_is_host());
}

}  // namespace

void export_diagnoses(Napi::Object exports) {
  export_function(exports, "diagnoseDirectory", DiagnoseJob::submit);
  export_function(exports, "hashIsHost", hash_is_host);
}

}  // namespace ploke
