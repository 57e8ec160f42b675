// Targets: arguments in, columns out.
#include <utility>

#include "binding_change.h"
#include "binding_commit.h"
#include "binding_look.h"
#include "slice.h"
#include "targets.h"

namespace ploke {
namespace {

bool is_bytes(const Napi::Value& value, size_t length) {
  if (!value.IsTypedArray()) return false;
  const auto array = value.As<Napi::TypedArray>();
  return array.TypedArrayType() == napi_uint8_array && array.ElementLength() == length;
}

class OpenTargetsJob final : public Job {
 public:
  explicit OpenTargetsJob(Environment& environment) : environment_(environment) {}
  // `now`: on the calling thread, without a promise.
  template <bool kNow>
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    request_.locks = &environment_.locks;
    const std::function<bool()> cancelled = [this] { return list_.cancel.requested(); };
    outcome_ = targets_open(targets_.get(), items_, request_, &environment_.undurable, cancelled);
    if (commits_ && outcome_.blocked < 0) {
      const std::vector<Replacement> items = committable_items(commit_.items(), commit_root_);
      const ChangeHost host = {environment_.workers,
                               environment_.undurable,
                               environment_.locks,
                               environment_.nameless,
                               cancelled,
                               &retired_};
      committed_ = commit_batch(*targets_, items, commit_.request(), host);
      for (const Replacement& item : items) {
        at_once_.push_back(static_cast<uint32_t>(item.target - targets_->items.data()));
      }
    }
    take_columns();
  }

  std::vector<Handle> retired() override { return std::move(retired_); }

  Napi::Value finish(Napi::Env env) override {
    const size_t count = errors_.size();
    BatchStatus status(count);
    Napi::Array hashes = Napi::Array::New(env, count);
    Napi::Array stamps = Napi::Array::New(env, count);
    Napi::Array contents;
    if (request_.contents) contents = Napi::Array::New(env, count);
    for (size_t i = 0; i < count; ++i) {
      const Napi::HandleScope scope(env);
      const auto index = static_cast<uint32_t>(i);
      status.set(i, errors_[i]);
      if (!errors_[i].ok()) continue;  // the columns stay undefined and 0
      if (!hashes_[i].empty()) hashes.Set(index, text_value(env, hashes_[i]));
      if (!stamps_[i].empty()) stamps.Set(index, text_value(env, stamps_[i]));
      if (!request_.contents || hashes_[i].empty()) continue;
      ByteBuffer& bytes = outcome_.contents[i];
      byte_lengths_[i] = static_cast<double>(bytes.size());
      contents.Set(index, to_bytes(env, bytes.data(), bytes.size()));
      bytes.release();
    }
    Napi::Object result = Napi::Object::New(env);
    status.write(env, result);
    result.Set("targets", wrap_handle<TargetSet>(env, std::move(targets_)));
    result.Set("types", to_typed(env, types_));
    result.Set("landedRoots", to_typed(env, landed_roots_));
    result.Set("byteLengths", to_typed(env, byte_lengths_));
    result.Set("hashes", hashes);
    result.Set("stamps", stamps);
    if (request_.contents) result.Set("contents", contents);
    if (!outcome_.unsynced.empty()) result.Set("unsynced", unsynced_value(env));
    result.Set("blocked", static_cast<double>(outcome_.blocked));
    if (!followed_.empty()) result.Set("followed", to_typed(env, followed_));
    if (!given_.empty()) result.Set("usedLocks", to_typed(env, used_locks_));
    if (commits_) {
      result.Set("atOnce", to_typed(env, at_once_));
      result.Set("committed", commit_columns(env, committed_));
    }
    return result;
  }

 private:
  bool read_locks(const Napi::Object& request);
  bool read_commit(const Napi::Object& request);
  Napi::Value unsynced_value(Napi::Env env) const;
  void take_columns();

  Environment& environment_;
  PathList list_;
  std::vector<OpenTargetsItem> items_;
  OpenTargetsRequest request_;
  std::shared_ptr<TargetSet> targets_;
  OpenTargetsOutcome outcome_;
  std::vector<uint32_t> given_;  // the numbers of request_.given
  // What is committed without a decision of JavaScript's, see CommitAtOnce in src/native/change-batches.ts.
  bool commits_ = false;
  uint8_t commit_root_ = 0;
  CommitArguments commit_;
  std::vector<uint32_t> at_once_;
  std::vector<CommitOutcome> committed_;
  std::vector<Handle> retired_;
  // The answer, taken from the targets on the job's thread, so that they can be closed there.
  std::vector<SysError> errors_;
  std::vector<uint8_t> types_, landed_roots_;
  std::vector<double> byte_lengths_;
  std::vector<std::string> hashes_, stamps_;
  std::vector<uint32_t> used_locks_;
  std::vector<uint32_t> followed_;  // items whose last name is a link
};

void OpenTargetsJob::take_columns() {
  const size_t count = targets_->items.size();
  errors_.resize(count);
  types_.resize(count);
  landed_roots_.resize(count);
  byte_lengths_.resize(count);
  hashes_.resize(count);
  stamps_.resize(count);
  used_locks_.resize(count);
  size_t failed = 0;
  for (size_t i = 0; i < count; ++i) {
    const Target& target = targets_->items[i];
    errors_[i] = target.error;
    if (!target.error.ok()) {
      ++failed;
      continue;
    }
    for (size_t given = 0; given < given_.size(); ++given) {
      if (target.lock == request_.given[given]) used_locks_[i] = given_[given];
    }
    if (target.last == LastName::follow) followed_.push_back(static_cast<uint32_t>(i));
    types_[i] = static_cast<uint8_t>(target.status.type);
    landed_roots_[i] = target.parent->landed_root;
    byte_lengths_[i] = static_cast<double>(target.status.size);
    hashes_[i] = target.hash;
    stamps_[i] = target.stamp;
  }
  // Nothing is left to be done with them.
  if (commits_ && at_once_.size() + failed == count) targets_->items.clear();
}

Napi::Value OpenTargetsJob::unsynced_value(Napi::Env env) const {
  Napi::Array unsynced = Napi::Array::New(env, outcome_.unsynced.size());
  for (uint32_t i = 0; i < outcome_.unsynced.size(); ++i) unsynced.Set(i, outcome_.unsynced[i]);
  return unsynced;
}

bool OpenTargetsJob::read_commit(const Napi::Object& request) {
  const Napi::Value value = request.Get("commit");
  if (value.IsNull() || value.IsUndefined()) return true;
  if (!value.IsObject()) return false;
  const auto commit = value.As<Napi::Object>();
  const Napi::Value root = commit.Get("landedRoot");
  if (!root.IsNumber()) return false;
  commits_ = true;
  commit_root_ = static_cast<uint8_t>(root.As<Napi::Number>().Uint32Value());
  return commit_.read(commit, request_.durability, *targets_);
}

bool OpenTargetsJob::read_locks(const Napi::Object& request) {
  const Napi::Value kind = request.Get("lock");
  const Napi::Value given = request.Get("given");
  if (!kind.IsNumber() || !given.IsTypedArray() ||
      given.As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array) {
    return false;
  }
  const uint32_t number = kind.As<Napi::Number>().Uint32Value();
  if (number > static_cast<uint32_t>(LockKind::advisory)) return false;
  request_.lock = static_cast<LockKind>(number);
  const auto numbers = given.As<Napi::Uint32Array>();
  for (size_t i = 0; i < numbers.ElementLength(); ++i) {
    // One that was released meanwhile is none: its file is then locked anew, or found to be taken.
    std::shared_ptr<HeldLock> lock = environment_.lock_store.find(numbers[i]);
    if (lock == nullptr) continue;
    given_.push_back(numbers[i]);
    request_.given.push_back(std::move(lock));
  }
  return true;
}

template <bool kNow>
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
  if (!job->read_locks(request)) return refuse(env, "openTargets needs lock and given");
  job->request_.hash = is_true(request.Get("hash"));
  job->request_.contents = is_true(request.Get("contents"));
  job->targets_ = std::make_shared<TargetSet>(job->list_.set);
  job->targets_->max_file_bytes = saturate(max_file_bytes.As<Napi::Number>().DoubleValue());
  job->targets_->items.resize(count);
  if (!job->read_commit(request)) return refuse(env, "openTargets has a commit that is none");
  if (!kNow) return environment.submit(env, std::move(job));
  job->run();
  return job->finish(env);
}

void close_targets(const Napi::CallbackInfo& info) { static_cast<void>(release_handle<TargetSet>(info[0])); }

}  // namespace

void export_targets(Napi::Object exports) {
  export_function(exports, "openTargets", OpenTargetsJob::submit<false>);
  export_function(exports, "openTargetsNow", OpenTargetsJob::submit<true>);
  export_function(exports, "closeTargets", close_targets);
}

}  // namespace ploke
