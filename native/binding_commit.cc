// Commits, removals and renames: arguments in, columns out.
#include <utility>

#include "binding_change.h"
#include "binding_look.h"
#include "commit_batch.h"
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

Napi::Value text_or_undefined(Napi::Env env, const std::string& text) {
  return text.empty() ? env.Undefined() : text_value(env, text);
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
    const ChangeHost host = {environment_.workers, environment_.undurable, environment_.locks,
                             [this] { return cancel_.requested(); }};
    outcomes_ = commit_batch(*targets_, items_, request_, host);
  }

  Napi::Value finish(Napi::Env env) override {
    const size_t count = outcomes_.size();
    BatchStatus status(count);
    std::vector<uint8_t> flags(count);
    std::vector<int32_t> detail(count);
    Napi::Array hashes = Napi::Array::New(env, count);
    Napi::Array stamps = Napi::Array::New(env, count);
    Napi::Array recovered = Napi::Array::New(env, count);
    for (size_t i = 0; i < count; ++i) {
      const Napi::HandleScope scope(env);
      const CommitOutcome& outcome = outcomes_[i];
      recovered.Set(static_cast<uint32_t>(i), names_value(env, outcome.recovered));
      status.set(i, outcome.error);
      flags[i] = outcome.flags;
      detail[i] = outcome.detail;
      hashes.Set(static_cast<uint32_t>(i), text_or_undefined(env, outcome.hash));
      stamps.Set(static_cast<uint32_t>(i), text_or_undefined(env, outcome.stamp));
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

 private:
  bool read_items(const Napi::Array& items);

  Environment& environment_;
  std::shared_ptr<TargetSet> targets_;
  std::vector<Replacement> items_;
  // Keeps the bytes of the items alive. Nobody writes to them meanwhile: TypeScript hands over bytes of its
  // own.
  std::vector<Napi::ObjectReference> keep_;
  CommitRequest request_;
  CancelFlag cancel_;
  std::vector<CommitOutcome> outcomes_;
};

bool CommitJob::read_items(const Napi::Array& items) {
  const Napi::Env env = items.Env();
  const uint32_t count = items.Length();
  items_.reserve(count);
  keep_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    const Napi::HandleScope scope(env);
    const Napi::Value value = items.Get(i);
    if (!value.IsObject()) return false;
    const auto item = value.As<Napi::Object>();
    const Napi::Value index = item.Get("index");
    const Napi::Value data = item.Get("data");
    const Napi::Value mode = item.Get("mode");
    if (!index.IsNumber() || !mode.IsNumber() || !data.IsTypedArray() ||
        data.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
      return false;
    }
    const uint32_t target = index.As<Napi::Number>().Uint32Value();
    if (target >= targets_->items.size()) return false;
    const auto bytes = data.As<Napi::Uint8Array>();
    Replacement replacement;
    replacement.target = &targets_->items[target];
    replacement.data = bytes.Data();
    replacement.size = bytes.ByteLength();
    replacement.mode = mode.As<Napi::Number>().Int32Value();
    replacement.create = item.Get("create").ToBoolean();
    replacement.expected_hash = read_hash(item);
    replacement.swap = item.Get("swap").ToBoolean();
    items_.push_back(std::move(replacement));
    keep_.push_back(Napi::Persistent(data.As<Napi::Object>()));
  }
  return !env.IsExceptionPending();
}

Napi::Value CommitJob::submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) return refuse(env, "a batch is an object");
  const auto request = info[0].As<Napi::Object>();
  Environment& environment = Environment::of(env);
  auto job = std::make_unique<CommitJob>(environment);
  job->targets_ = unwrap_handle<TargetSet>(env, request.Get("targets"));
  if (job->targets_ == nullptr) return env.Undefined();
  const Napi::Value items = request.Get("items");
  const Napi::Value owner = request.Get("owner");
  if (!items.IsArray() || !owner.IsString() || !read_durability(request, &job->request_.durability) ||
      !job->read_items(items.As<Napi::Array>())) {
    return refuse(env, "commitBatch needs items of its targets, owner and durability");
  }
  job->request_.owner = owner.As<Napi::String>().Utf8Value();
  if (!is_owner_id(job->request_.owner)) return refuse(env, "an owner is 32 hex digits");
  job->request_.preserve_metadata = request.Get("preserveMetadata").ToBoolean();
  job->request_.in_place = request.Get("inPlace").ToBoolean();
  job->cancel_ = CancelFlag(request.Get("cancel"));
  return environment.submit(env, std::move(job));
}

class EntryJob final : public Job {
 public:
  explicit EntryJob(Environment& environment) : environment_(environment) {}
  template <bool kRename>
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    const ChangeHost host = {environment_.workers, environment_.undurable, environment_.locks,
                             [this] { return cancel_.requested(); }};
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
  job->replace_ = request.Get("replace").ToBoolean();
  job->request_.expected_hash = read_hash(request);
  const Napi::Value owner = request.Get("owner");
  if (!owner.IsString()) return refuse(env, "a commit needs an owner");
  job->request_.owner = owner.As<Napi::String>().Utf8Value();
  if (!is_owner_id(job->request_.owner)) return refuse(env, "an owner is 32 hex digits");
  job->cancel_ = CancelFlag(request.Get("cancel"));
  return environment.submit(env, std::move(job));
}

}  // namespace

void export_commits(Napi::Env env, Napi::Object exports) {
  exports.Set("commitBatch", Napi::Function::New<CommitJob::submit>(env, "commitBatch"));
  exports.Set("removeEntry", Napi::Function::New<EntryJob::submit<false>>(env, "removeEntry"));
  exports.Set("renameEntry", Napi::Function::New<EntryJob::submit<true>>(env, "renameEntry"));
}

}  // namespace ploke
