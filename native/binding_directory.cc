// Directories, owner files, sweeps and the probe: arguments in, columns out.
#include <string>
#include <utility>

#include "binding_change.h"
#include "binding_look.h"
#include "directories.h"
#include "owner.h"
#include "probe.h"
#include "remove_tree.h"
#include "sweep.h"

namespace ploke {
namespace {

// What the results of both directory batches have.
void write_changes(Napi::Env env, const std::vector<ChangeOutcome>& outcomes, Napi::Object result) {
  BatchStatus status(outcomes.size());
  std::vector<uint16_t> flags(outcomes.size());
  std::vector<int32_t> detail(outcomes.size());
  for (size_t i = 0; i < outcomes.size(); ++i) {
    status.set(i, outcomes[i].error);
    flags[i] = outcomes[i].flags;
    detail[i] = outcomes[i].detail;
  }
  status.write(env, result);
  result.Set("flags", to_typed(env, flags));
  result.Set("detail", to_typed(env, detail));
}

ChangeOutcome cancelled_outcome() {
  ChangeOutcome outcome;
  outcome.error = SysError{ECANCELED, Call::none};
  return outcome;
}

class DirectoryJob : public Job {
 public:
  explicit DirectoryJob(Environment& environment) : environment_(environment) {}

  // Empty, with an exception pending, where the request is malformed.
  Napi::Object read(const Napi::CallbackInfo& info) {
    const Napi::Object request = read_request(info, &list_);
    if (request.IsEmpty() || read_durability(request, &durability_)) return request;
    refuse(info.Env(), "a directory batch needs durability");
    return Napi::Object();
  }

 protected:
  bool cancelled() const { return list_.cancel.requested(); }

  Environment& environment_;
  PathList list_;
  Durability durability_ = Durability::strict;
  std::vector<ChangeOutcome> outcomes_;
};

class CreateDirectoriesJob final : public DirectoryJob {
 public:
  using DirectoryJob::DirectoryJob;
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    Environment& environment = Environment::of(env);
    auto job = std::make_unique<CreateDirectoriesJob>(environment);
    const Napi::Object request = job->read(info);
    if (request.IsEmpty()) return env.Undefined();
    const Napi::Value mode = request.Get("mode");
    if (!mode.IsNumber()) return refuse(env, "createDirectories needs a mode");
    job->mode_ = mode.As<Napi::Number>().Int32Value();
    job->parents_ = is_true(request.Get("parents"));
    return environment.submit(env, std::move(job));
  }

  void run() override {
    const Resolver resolver(list_.set);
    DirectoryCreator creator(resolver, &environment_.undurable, durability_, parents_, mode_);
    for (size_t i = 0; i < list_.count(); ++i) {
      DirectoryOutcome outcome;
      static_cast<ChangeOutcome&>(outcome) = cancelled_outcome();
      if (!cancelled()) outcome = creator.create(list_.roots[i], list_.paths[i]);
      created_.push_back(outcome.created ? 1 : 0);
      outcomes_.push_back(outcome);
    }
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    write_changes(env, outcomes_, result);
    result.Set("created", to_typed(env, created_));
    return result;
  }

 private:
  bool parents_ = false;
  int32_t mode_ = -1;
  std::vector<uint8_t> created_;
};

class RemoveDirectoriesJob final : public DirectoryJob {
 public:
  using DirectoryJob::DirectoryJob;
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    Environment& environment = Environment::of(env);
    auto job = std::make_unique<RemoveDirectoriesJob>(environment);
    const Napi::Object request = job->read(info);
    if (request.IsEmpty()) return env.Undefined();
    job->recursive_ = is_true(request.Get("recursive"));
    return environment.submit(env, std::move(job));
  }

  void run() override {
    const Resolver resolver(list_.set);
    const ChangeHost host = {environment_.workers, environment_.undurable, environment_.locks,
                             environment_.nameless, [this] { return cancelled(); }};
    for (size_t i = 0; i < list_.count(); ++i) {
      RemoveOutcome outcome;
      static_cast<ChangeOutcome&>(outcome) = cancelled_outcome();
      if (!cancelled()) {
        outcome = directory_remove(resolver, list_.roots[i], list_.paths[i], recursive_, durability_, host);
      }
      removed_.push_back(static_cast<double>(outcome.removed));
      outcomes_.push_back(outcome);
    }
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    write_changes(env, outcomes_, result);
    result.Set("removed", to_typed(env, removed_));
    return result;
  }

 private:
  bool recursive_ = false;
  std::vector<double> removed_;
};

class OpenOwnerJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<OpenOwnerJob>();
    const std::shared_ptr<const RootSet> set = unwrap_handle<const RootSet>(env, info[0]);
    if (set == nullptr) return env.Undefined();
    if (!info[1].IsNumber() || !info[2].IsString()) return refuse(env, "openOwner needs a root and an id");
    const uint32_t root = info[1].As<Napi::Number>().Uint32Value();
    job->id_ = info[2].As<Napi::String>().Utf8Value();
    if (root >= set->roots.size() || !is_owner_id(job->id_)) {
      return refuse(env, "openOwner needs a root of its set and 32 hex digits");
    }
    job->root_ = set->roots[root];
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    Result<std::shared_ptr<Owner>> owner = Owner::open(root_, id_);
    error_ = owner.error();
    if (owner.ok()) owner_ = owner.take();
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    result.Set("status", error_.code);
    result.Set("syscall", static_cast<uint32_t>(error_.call));
    result.Set("owner", owner_ == nullptr ? env.Undefined() : wrap_handle<Owner>(env, std::move(owner_)));
    return result;
  }

 private:
  std::shared_ptr<const Root> root_;
  std::string id_;
  SysError error_;
  std::shared_ptr<Owner> owner_;
};

class CloseOwnerJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<CloseOwnerJob>();
    job->owner_ = release_handle<Owner>(info[0]);
    if (env.IsExceptionPending()) return env.Undefined();
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    if (owner_ != nullptr) owner_->close();
  }
  Napi::Value finish(Napi::Env env) override { return env.Undefined(); }

 private:
  std::shared_ptr<Owner> owner_;  // none: it was closed before
};

template <bool kRoots>
class SweepJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<SweepJob>();
    if (read_request(info, &job->list_).IsEmpty()) return env.Undefined();
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    const Resolver resolver(list_.set);
    Sweep sweep(resolver);
    status_ = BatchStatus(list_.count());
    swept_.resize(list_.count());
    for (size_t i = 0; i < list_.count(); ++i) {
      SysError error = {ECANCELED, Call::none};
      if (!list_.cancel.requested()) {
        error = kRoots ? sweep.root(list_.roots[i], list_.paths[i], &swept_[i])
                       : sweep.directory(list_.roots[i], list_.paths[i], &swept_[i]);
      }
      status_.set(i, error);
    }
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    status_.write(env, result);
    std::vector<uint32_t> removed;
    Napi::Array recovered = Napi::Array::New(env);
    for (uint32_t i = 0; i < swept_.size(); ++i) {
      removed.push_back(swept_[i].removed);
      for (const std::string& name : swept_[i].recovered) {
        Napi::Object kept = Napi::Object::New(env);
        kept.Set("index", i);
        kept.Set("name", name);
        recovered.Set(recovered.Length(), kept);
      }
    }
    result.Set("removed", to_typed(env, removed));
    result.Set("recovered", recovered);
    return result;
  }

 private:
  PathList list_;
  BatchStatus status_;
  std::vector<Swept> swept_;
};

Napi::Value flag_or_null(Napi::Env env, const std::optional<bool>& flag) {
  return flag ? Napi::Value(Napi::Boolean::New(env, *flag)) : env.Null();
}

class ProbeJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<ProbeJob>();
    if (read_request(info, &job->list_).IsEmpty()) return env.Undefined();
    if (job->list_.count() != 1) return refuse(env, "probeDirectory takes one path");
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    const Resolver resolver(list_.set);
    const Result<Handle> directory =
        resolver.open(list_.roots[0], list_.paths[0], OpenMode::directory, LastName::follow);
    error_ = directory.error();
    if (!directory.ok()) return;
    const Result<Probe> probe = directory_probe(directory.value());
    error_ = probe.error();
    if (probe.ok()) probe_ = probe.value();
    kernel_resolution_ = beneath_available();
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    result.Set("status", error_.code);
    result.Set("syscall", static_cast<uint32_t>(error_.call));
    result.Set("magic", static_cast<double>(probe_.mount.magic));
    result.Set("type", Napi::String::New(env, probe_.mount.type));
    result.Set("remote", Napi::Boolean::New(env, probe_.mount.remote));
    result.Set("mountId", static_cast<double>(probe_.mount.mount_id));
    result.Set("device", std::to_string(probe_.device));
    result.Set("kernelResolution", kernel_resolution_);
    result.Set("exclusiveRename", flag_or_null(env, probe_.exclusive_rename));
    result.Set("exchangeRename", flag_or_null(env, probe_.exchange_rename));
    result.Set("directorySync", probe_.directory_sync);
    result.Set("caseSensitive", flag_or_null(env, probe_.case_sensitive));
    return result;
  }

 private:
  PathList list_;
  SysError error_;
  Probe probe_;
  bool kernel_resolution_ = false;
};

}  // namespace

void export_directories(Napi::Object exports) {
  export_function(exports, "createDirectories", CreateDirectoriesJob::submit);
  export_function(exports, "removeDirectories", RemoveDirectoriesJob::submit);
  export_function(exports, "openOwner", OpenOwnerJob::submit);
  export_function(exports, "closeOwner", CloseOwnerJob::submit);
  export_function(exports, "sweepRoots", SweepJob<true>::submit);
  export_function(exports, "sweepDirectories", SweepJob<false>::submit);
  export_function(exports, "probeDirectory", ProbeJob::submit);
}

}  // namespace ploke
