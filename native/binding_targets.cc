// Targets: arguments in, columns out.
#include <utility>

#include "binding_change.h"
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

Napi::Value text_or_undefined(Napi::Env env, const std::string& text) {
  return text.empty() ? env.Undefined() : text_value(env, text);
}

class OpenTargetsJob final : public Job {
 public:
  explicit OpenTargetsJob(Environment& environment) : environment_(environment) {}
  // `now`: on the calling thread, without a promise.
  template <bool kNow>
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override {
    request_.locks = &environment_.locks;
    outcome_ = targets_open(targets_.get(), items_, request_, &environment_.undurable,
                            [this] { return list_.cancel.requested(); });
  }

  Napi::Value finish(Napi::Env env) override {
    const size_t count = targets_->items.size();
    used_locks_.resize(count);
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
      for (size_t given = 0; given < given_.size(); ++given) {
        if (target.lock == request_.given[given]) used_locks_[i] = given_[given];
      }
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
    result.Set("blocked", static_cast<double>(outcome_.blocked));
    result.Set("blockedHere", outcome_.blocked_here);
    result.Set("usedLocks", to_typed(env, used_locks_));
    return result;
  }

 private:
  bool read_locks(const Napi::Object& request);

  Environment& environment_;
  PathList list_;
  std::vector<OpenTargetsItem> items_;
  OpenTargetsRequest request_;
  std::shared_ptr<TargetSet> targets_;
  OpenTargetsOutcome outcome_;
  std::vector<uint32_t> given_;  // the numbers of request_.given
  std::vector<uint32_t> used_locks_;
};

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
  job->request_.hash = request.Get("hash").ToBoolean();
  job->request_.contents = request.Get("contents").ToBoolean();
  job->targets_ = std::make_shared<TargetSet>(job->list_.set);
  job->targets_->max_file_bytes = saturate(max_file_bytes.As<Napi::Number>().DoubleValue());
  if (!kNow) return environment.submit(env, std::move(job));
  job->run();
  return job->finish(env);
}

void close_targets(const Napi::CallbackInfo& info) { static_cast<void>(release_handle<TargetSet>(info[0])); }

}  // namespace

void export_targets(Napi::Env env, Napi::Object exports) {
  exports.Set("openTargets", Napi::Function::New<OpenTargetsJob::submit<false>>(env, "openTargets"));
  exports.Set("openTargetsNow", Napi::Function::New<OpenTargetsJob::submit<true>>(env, "openTargetsNow"));
  exports.Set("closeTargets", Napi::Function::New<close_targets>(env, "closeTargets"));
}

}  // namespace ploke
