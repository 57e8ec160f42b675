// Targets, commits, removals and renames: arguments in, columns out.
#include <algorithm>
#include <utility>

#include "binding_change.h"
#include "binding_look.h"
#include "commit_batch.h"
#include "entry_commit.h"
#include "owner.h"
#include "slice.h"
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

bool is_bytes(const Napi::Value& value, size_t length) {
  if (!value.IsTypedArray()) return false;
  const auto array = value.As<Napi::TypedArray>();
  return array.TypedArrayType() == napi_uint8_array && array.ElementLength() == length;
}

std::string read_hash(const Napi::Object& request) {
  const Napi::Value value = request.Get("expectedHash");
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

Napi::Value text_or_undefined(Napi::Env env, const std::string& text) {
  return text.empty() ? env.Undefined() : text_value(env, text);
}

class OpenTargetsJob final : public Job {
 public:
  explicit OpenTargetsJob(Environment& environment) : environment_(environment) {}
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    outcome_ = targets_open(targets_.get(), items_, request_, &environment_.undurable,
                            [this] { return list_.cancel.requested(); });
  }

  Napi::Value finish(Napi::Env env) override {
    const size_t count = targets_->items.size();
    BatchStatus status(count);
    std::vector<uint8_t> types(count), landed_roots(count);
    std::vector<double> byte_lengths(count);
    Napi::Array hashes = Napi::Array::New(env, count);
    Napi::Array stamps = Napi::Array::New(env, count);
    Napi::Array contents = Napi::Array::New(env, count);
    for (size_t i = 0; i < count; ++i) {
      const Napi::HandleScope scope(env);
      const Target& target = targets_->items[i];
      const auto index = static_cast<uint32_t>(i);
      status.set(i, target.error);
      if (!target.error.ok()) continue;  // the columns stay undefined and 0
      types[i] = static_cast<uint8_t>(target.status.type);
      landed_roots[i] = target.parent->landed_root;
      byte_lengths[i] = static_cast<double>(target.status.size);
      hashes.Set(index, text_or_undefined(env, target.hash));
      stamps.Set(index, text_or_undefined(env, target.stamp));
      if (!request_.contents || target.hash.empty()) continue;
      ByteBuffer& bytes = outcome_.contents[i];
      byte_lengths[i] = static_cast<double>(bytes.size());
      contents.Set(index, to_bytes(env, bytes.data(), bytes.size()));
      bytes.release();
    }
    Napi::Object result = Napi::Object::New(env);
    status.write(env, result);
    result.Set("targets", wrap_handle<TargetSet>(env, std::move(targets_)));
    result.Set("types", to_typed(env, types));
    result.Set("landedRoots", to_typed(env, landed_roots));
    result.Set("byteLengths", to_typed(env, byte_lengths));
    result.Set("hashes", hashes);
    result.Set("stamps", stamps);
    result.Set("contents", contents);
    Napi::Array unsynced = Napi::Array::New(env, outcome_.unsynced.size());
    for (uint32_t i = 0; i < outcome_.unsynced.size(); ++i) unsynced.Set(i, outcome_.unsynced[i]);
    result.Set("unsynced", unsynced);
    return result;
  }

 private:
  Environment& environment_;
  PathList list_;
  std::vector<OpenTargetsItem> items_;
  OpenTargetsRequest request_;
  std::shared_ptr<TargetSet> targets_;
  OpenTargetsOutcome outcome_;
};

Napi::Value OpenTargetsJob::submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  auto job = std::make_unique<OpenTargetsJob>(environment);
  const Napi::Object request = read_request(info, &job->list_);
  if (request.IsEmpty()) return env.Undefined();
  const size_t count = job->list_.count();
  const Napi::Value modes = request.Get("modes");
  const Napi::Value parents = request.Get("createParents");
  const Napi::Value max_file_bytes = request.Get("maxFileBytes");
  if (!is_bytes(modes, count) || !is_bytes(parents, count) || !max_file_bytes.IsNumber() ||
      !read_durability(request, &job->request_.durability)) {
    return refuse(env, "openTargets needs modes, createParents, maxFileBytes and durability");
  }
  const uint8_t* mode = modes.As<Napi::Uint8Array>().Data();
  const uint8_t* create_parents = parents.As<Napi::Uint8Array>().Data();
  job->items_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (mode[i] > static_cast<uint8_t>(TargetMode::entry)) return refuse(env, "no such target mode");
    job->items_[i] = {job->list_.roots[i], job->list_.paths[i], static_cast<TargetMode>(mode[i]),
                      create_parents[i] != 0};
  }
  job->request_.hash = request.Get("hash").ToBoolean();
  job->request_.contents = request.Get("contents").ToBoolean();
  job->targets_ = std::make_shared<TargetSet>(job->list_.set);
  job->targets_->max_file_bytes = saturate(max_file_bytes.As<Napi::Number>().DoubleValue());
  return environment.submit(env, std::move(job));
}

void close_targets(const Napi::CallbackInfo& info) { static_cast<void>(release_handle<TargetSet>(info[0])); }

class CommitJob final : public Job {
 public:
  explicit CommitJob(Environment& environment) : environment_(environment) {}
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    const ChangeHost host = {environment_.workers, environment_.undurable,
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
    for (size_t i = 0; i < count; ++i) {
      const Napi::HandleScope scope(env);
      const CommitOutcome& outcome = outcomes_[i];
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
  job->cancel_ = CancelFlag(request.Get("cancel"));
  return environment.submit(env, std::move(job));
}

class EntryJob final : public Job {
 public:
  explicit EntryJob(Environment& environment) : environment_(environment) {}
  template <bool kRename>
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    const ChangeHost host = {environment_.workers, environment_.undurable,
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
  job->cancel_ = CancelFlag(request.Get("cancel"));
  return environment.submit(env, std::move(job));
}

}  // namespace

void export_commits(Napi::Env env, Napi::Object exports) {
  exports.Set("openTargets", Napi::Function::New<OpenTargetsJob::submit>(env, "openTargets"));
  exports.Set("closeTargets", Napi::Function::New<close_targets>(env, "closeTargets"));
  exports.Set("commitBatch", Napi::Function::New<CommitJob::submit>(env, "commitBatch"));
  exports.Set("removeEntry", Napi::Function::New<EntryJob::submit<false>>(env, "removeEntry"));
  exports.Set("renameEntry", Napi::Function::New<EntryJob::submit<true>>(env, "renameEntry"));
}

}  // namespace ploke
