// Commits, removals and renames: arguments in, columns out.
#include "binding_commit.h"

#include <utility>

#include "binding_change.h"
#include "binding_look.h"
#include "entry_commit.h"
#include "owner.h"
#include "targets.h"

namespace ploke {

bool read_durability(const Napi::Object& request, Durability* durability) {
  const Napi::Value value = request.Get("durability");
  if (!value.IsNumber()) return false;
  const uint32_t number = value.As<Napi::Number>().Uint32Value();
  if (number > static_cast<uint32_t>(Durability::none)) return false;
  *durability = static_cast<Durability>(number);
  return true;
}

namespace {

std::string read_hash(const Napi::Object& request) {
  const Napi::Value value = request.Get("expectedHash");
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

// Names of files are bytes; what of them is no UTF-8 is replaced, as in every text that is made of them.
Napi::Value names_value(Napi::Env env, const std::vector<std::string>& names) {
  Napi::Array array = Napi::Array::New(env, names.size());
  for (uint32_t i = 0; i < names.size(); ++i) array.Set(i, Napi::String::New(env, names[i]));
  return array;
}

class CommitJob final : public Job {
 public:
  explicit CommitJob(Environment& environment) : environment_(environment) {}
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    const ChangeHost host = {environment_.workers,
                             environment_.undurable,
                             environment_.locks,
                             environment_.nameless,
                             [this] { return cancel_.requested(); },
                             &retired_};
    outcomes_ = commit_batch(*targets_, arguments_.items(), arguments_.request(), host);
  }

  std::vector<Handle> retired() override { return std::move(retired_); }
  Napi::Value finish(Napi::Env env) override { return commit_columns(env, outcomes_); }

 private:
  Environment& environment_;
  std::shared_ptr<TargetSet> targets_;
  CommitArguments arguments_;
  CancelFlag cancel_;
  std::vector<CommitOutcome> outcomes_;
  std::vector<Handle> retired_;
};

Napi::Value CommitJob::submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) return refuse(env, "a batch is an object");
  const auto request = info[0].As<Napi::Object>();
  Environment& environment = Environment::of(env);
  auto job = std::make_unique<CommitJob>(environment);
  job->targets_ = unwrap_handle<TargetSet>(env, request.Get("targets"));
  if (job->targets_ == nullptr) return env.Undefined();
  Durability durability = Durability::strict;
  if (!read_durability(request, &durability) || !job->arguments_.read(request, durability, *job->targets_)) {
    return refuse(env, "commitBatch needs items of its targets, an owner of 32 hex digits, and durability");
  }
  job->cancel_ = CancelFlag(request.Get("cancel"));
  return environment.submit(env, std::move(job));
}

Napi::Value settle_jobs(const Napi::CallbackInfo& info) {
  return Environment::of(info.Env()).settle_jobs(info.Env());
}

class EntryJob final : public Job {
 public:
  explicit EntryJob(Environment& environment) : environment_(environment) {}
  template <bool kRename>
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    const ChangeHost host = {environment_.workers, environment_.undurable, environment_.locks,
                             environment_.nameless, [this] { return cancel_.requested(); }};
    outcome_ = to_ == nullptr ? entry_commit_remove(*targets_, *from_, request_, host)
                              : entry_commit_rename(*targets_, *from_, *to_, replace_, request_, host);
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    result.Set("status", outcome_.error.code);
    result.Set("syscall", static_cast<uint32_t>(outcome_.error.call));
    result.Set("flags", static_cast<uint32_t>(outcome_.flags));
    result.Set("detail", outcome_.detail);
    result.Set("recovered", names_value(env, outcome_.recovered));
    result.Set("stamp", outcome_.stamp.empty() ? env.Undefined() : text_value(env, outcome_.stamp));
    return result;
  }

 private:
  const Target* target(const Napi::Value& index) const {
    if (!index.IsNumber()) return nullptr;
    const uint32_t number = index.As<Napi::Number>().Uint32Value();
    return number < targets_->items.size() ? &targets_->items[number] : nullptr;
  }

  Environment& environment_;
  std::shared_ptr<TargetSet> targets_;
  const Target* from_ = nullptr;
  const Target* to_ = nullptr;  // nullptr: `from_` is removed
  bool replace_ = false;
  EntryRequest request_;
  CancelFlag cancel_;
  ChangeOutcome outcome_;
};

template <bool kRename>
Napi::Value EntryJob::submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) return refuse(env, "a commit is an object");
  const auto request = info[0].As<Napi::Object>();
  Environment& environment = Environment::of(env);
  auto job = std::make_unique<EntryJob>(environment);
  job->targets_ = unwrap_handle<TargetSet>(env, request.Get("targets"));
  if (job->targets_ == nullptr) return env.Undefined();
  job->from_ = job->target(request.Get("index"));
  if (kRename) job->to_ = job->target(request.Get("toIndex"));
  if (job->from_ == nullptr || (kRename && job->to_ == nullptr) ||
      !read_durability(request, &job->request_.durability)) {
    return refuse(env, "a commit needs indexes of its targets and durability");
  }
  job->replace_ = is_true(request.Get("replace"));
  job->request_.expected_hash = read_hash(request);
  const Napi::Value owner = request.Get("owner");
  if (!owner.IsString()) return refuse(env, "a commit needs an owner");
  job->request_.owner = owner.As<Napi::String>().Utf8Value();
  if (!is_owner_id(job->request_.owner)) return refuse(env, "an owner is 32 hex digits");
  job->cancel_ = CancelFlag(request.Get("cancel"));
  return environment.submit(env, std::move(job));
}

}  // namespace

bool CommitArguments::read(const Napi::Object& request, Durability durability, const TargetSet& targets) {
  const Napi::Env env = request.Env();
  const Napi::Value value = request.Get("items");
  const Napi::Value owner = request.Get("owner");
  if (!value.IsArray() || !owner.IsString()) return false;
  const auto items = value.As<Napi::Array>();
  const uint32_t count = items.Length();
  items_.reserve(count);
  keep_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    const Napi::HandleScope scope(env);
    const Napi::Value given = items.Get(i);
    if (!given.IsObject()) return false;
    const auto item = given.As<Napi::Object>();
    const Napi::Value index = item.Get("index");
    const Napi::Value data = item.Get("data");
    const Napi::Value mode = item.Get("mode");
    if (!index.IsNumber() || !mode.IsNumber() || !data.IsTypedArray() ||
        data.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
      return false;
    }
    const uint32_t target = index.As<Napi::Number>().Uint32Value();
    if (target >= targets.items.size()) return false;
    const auto bytes = data.As<Napi::Uint8Array>();
    Replacement replacement;
    replacement.target = &targets.items[target];
    replacement.data = bytes.Data();
    replacement.size = bytes.ByteLength();
    replacement.mode = mode.As<Napi::Number>().Int32Value();
    replacement.create = is_true(item.Get("create"));
    replacement.remove = is_true(item.Get("remove"));
    replacement.expected_hash = read_hash(item);
    replacement.swap = is_true(item.Get("swap"));
    items_.push_back(std::move(replacement));
    keep_.push_back(Napi::Persistent(data.As<Napi::Object>()));
  }
  request_.owner = owner.As<Napi::String>().Utf8Value();
  request_.durability = durability;
  request_.preserve_metadata = is_true(request.Get("preserveMetadata"));
  request_.in_place = is_true(request.Get("inPlace"));
  const Napi::Value origin = request.Get("origin");
  if (origin.IsString()) request_.origin = origin.As<Napi::String>().Utf8Value();
  return is_owner_id(request_.owner) && !env.IsExceptionPending();
}

Napi::Object commit_columns(Napi::Env env, const std::vector<CommitOutcome>& outcomes) {
  const size_t count = outcomes.size();
  BatchStatus status(count);
  std::vector<uint16_t> flags(count);
  std::vector<int32_t> detail(count);
  Napi::Array hashes = Napi::Array::New(env, count);
  Napi::Array stamps = Napi::Array::New(env, count);
  Napi::Array recovered = Napi::Array::New(env, count);
  for (size_t i = 0; i < count; ++i) {
    const Napi::HandleScope scope(env);
    const CommitOutcome& outcome = outcomes[i];
    const auto index = static_cast<uint32_t>(i);
    status.set(i, outcome.error);
    flags[i] = outcome.flags;
    detail[i] = outcome.detail;
    if (!outcome.hash.empty()) hashes.Set(index, text_value(env, outcome.hash));
    if (!outcome.stamp.empty()) stamps.Set(index, text_value(env, outcome.stamp));
    if (!outcome.recovered.empty()) recovered.Set(index, names_value(env, outcome.recovered));
  }
  Napi::Object result = Napi::Object::New(env);
  status.write(env, result);
  result.Set("flags", to_typed(env, flags));
  result.Set("detail", to_typed(env, detail));
  result.Set("hashes", hashes);
  result.Set("stamps", stamps);
  result.Set("recovered", recovered);
  return result;
}

void export_commits(Napi::Object exports) {
  export_function(exports, "commitBatch", CommitJob::submit);
  export_function(exports, "settleJobs", settle_jobs);
  export_function(exports, "removeEntry", EntryJob::submit<false>);
  export_function(exports, "renameEntry", EntryJob::submit<true>);
}

}  // namespace ploke
