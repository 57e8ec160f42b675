// Known paths and states, and scanKnown: arguments in, columns out. See src/native/addon.ts.
#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "binding_look.h"
#include "known_files.h"
#include "known_scan.h"

namespace ploke {
namespace {

Napi::Value create_paths(const Napi::CallbackInfo& info) {
  return wrap_handle(info.Env(), std::make_shared<KnownPaths>());
}

std::vector<char> text_of(Napi::Env env, const Napi::Value& value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::vector<char> text(length + 1);  // Node-API ends it with a NUL
  napi_get_value_string_utf8(env, value, text.data(), text.size(), &length);
  text.resize(length);
  return text;
}

Napi::Value add_paths(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto paths = unwrap_handle<KnownPaths>(env, info[0]);
  if (paths == nullptr) return env.Undefined();
  if (!info[1].IsString() || !info[2].IsTypedArray() ||
      info[2].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    return refuse(env, "addKnownPaths needs paths and roots");
  }
  const auto roots = info[2].As<Napi::Uint8Array>();
  if (!paths->add(text_of(env, info[1]), roots.Data(), roots.ElementLength())) {
    return refuse(env, "addKnownPaths needs as many paths as roots, and no list that is sealed");
  }
  return env.Undefined();
}

class SealJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<SealJob>();
    job->paths_ = unwrap_handle<KnownPaths>(env, info[0]);
    if (job->paths_ == nullptr) return env.Undefined();
    if (job->paths_->sealed()) return refuse(env, "the paths are sealed");
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override { paths_->seal(); }
  Napi::Value finish(Napi::Env env) override { return env.Undefined(); }

 private:
  std::shared_ptr<KnownPaths> paths_;
};

Napi::Value create_states(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) return refuse(info.Env(), "createKnownStates needs a count");
  return wrap_handle(info.Env(), std::make_shared<KnownStates>(info[0].As<Napi::Number>().Uint32Value()));
}

// One at each position: hashes one after another, stamps joined with NUL.
bool put_states(KnownStates* states, const Napi::Uint32Array& positions, const std::vector<char>& hashes,
                const std::vector<char>& stamps) {
  std::string_view hash(hashes.data(), hashes.size());
  std::string_view stamp(stamps.data(), stamps.size());
  const size_t count = positions.ElementLength();
  if (hash.size() != count * kHashTextBytes) return false;
  for (size_t i = 0; i < count; i++) {
    const size_t end = stamp.find('\0');
    if ((end == std::string_view::npos) != (i + 1 == count)) return false;
    if (!states->set(positions[i], hash.substr(0, kHashTextBytes), stamp.substr(0, end))) return false;
    hash.remove_prefix(kHashTextBytes);
    stamp.remove_prefix(end == std::string_view::npos ? stamp.size() : end + 1);
  }
  return true;
}

Napi::Value set_states(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto states = unwrap_handle<KnownStates>(env, info[0]);
  if (states == nullptr) return env.Undefined();
  const bool typed =
      info[1].IsTypedArray() && info[1].As<Napi::TypedArray>().TypedArrayType() == napi_uint32_array;
  if (!typed || !info[2].IsString() || !info[3].IsString() ||
      !put_states(states.get(), info[1].As<Napi::Uint32Array>(), text_of(env, info[2]),
                  text_of(env, info[3]))) {
    return refuse(env, "setKnownStates needs positions that there are, with a hash and a stamp each");
  }
  return env.Undefined();
}

Napi::Value copy_states(const Napi::CallbackInfo& info) {
  const auto states = unwrap_handle<KnownStates>(info.Env(), info[0]);
  if (states == nullptr) return info.Env().Undefined();
  return wrap_handle(info.Env(), std::make_shared<KnownStates>(states->copy()));
}

class KnownScanJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!info[0].IsObject()) return refuse(env, "a batch is an object");
    const auto batch = info[0].As<Napi::Object>();
    KnownScanRequest request;
    request.set = unwrap_handle<const RootSet>(env, batch.Get("set"));
    if (request.set == nullptr) return env.Undefined();
    request.paths = unwrap_handle<KnownPaths>(env, batch.Get("paths"));
    if (request.paths == nullptr) return env.Undefined();
    request.states = unwrap_handle<KnownStates>(env, batch.Get("states"));
    if (request.states == nullptr) return env.Undefined();
    if (!request.paths->sealed() || request.states->count() != request.paths->count() ||
        (request.paths->count() > 0 && request.paths->last_root() >= request.set->roots.size())) {
      return refuse(env, "scanKnown needs sealed paths, a state for each, and roots that the set has");
    }
    const Napi::Value next = batch.Get("nextChunk");
    if (!next.IsTypedArray() || next.As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array ||
        next.As<Napi::Uint32Array>().ElementLength() == 0) {
      return refuse(env, "scanKnown needs nextChunk");
    }
    const Napi::Value places = batch.Get("places");
    if (places.IsTypedArray() && places.As<Napi::TypedArray>().TypedArrayType() == napi_uint32_array) {
      const auto numbers = places.As<Napi::Uint32Array>();
      request.places.assign(numbers.Data(), numbers.Data() + numbers.ElementLength());
    }
    const auto is_place = [&request](uint32_t place) { return place < request.paths->count(); };
    if (!std::all_of(request.places.begin(), request.places.end(), is_place)) {
      return refuse(env, "scanKnown has no such place");
    }
    request.by_content = is_true(batch.Get("content"));
    auto job = std::make_unique<KnownScanJob>();
    job->cancel_ = CancelFlag(batch.Get("cancel"));
    job->next_chunk_ = Napi::Persistent(next.As<Napi::Uint32Array>());
    static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "an element is one");
    request.next_chunk = reinterpret_cast<std::atomic<uint32_t>*>(next.As<Napi::Uint32Array>().Data());
    if (env.IsExceptionPending()) return env.Undefined();
    request.cancelled = [job = job.get()] { return job->cancel_.requested(); };
    job->scan_.emplace(std::move(request));
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override { scan_->run(); }

  Napi::Value finish(Napi::Env env) override {
    const std::vector<KnownScan::Found>& found = scan_->found();
    BatchStatus status(found.size());
    std::vector<uint32_t> places, positions;
    std::vector<uint8_t> findings;
    Napi::Array hashes = Napi::Array::New(env, found.size());
    Napi::Array stamps = Napi::Array::New(env, found.size());
    for (size_t i = 0; i < found.size(); i++) {
      const Napi::HandleScope scope(env);
      places.push_back(found[i].place);
      positions.push_back(found[i].position);
      findings.push_back(static_cast<uint8_t>(found[i].finding));
      status.set(i, found[i].error);
      const auto index = static_cast<uint32_t>(i);
      const bool changed = found[i].finding == KnownFinding::changed;
      hashes.Set(index, changed ? text_value(env, hash_text(found[i].hash)) : env.Undefined());
      const bool failed = found[i].finding == KnownFinding::failed;
      stamps.Set(index, failed ? env.Undefined() : text_value(env, found[i].stamp));
    }
    Napi::Object result = Napi::Object::New(env);
    status.write(env, result);
    result.Set("ended", scan_->ended());
    result.Set("left", to_typed(env, scan_->left()));
    result.Set("places", to_typed(env, places));
    result.Set("positions", to_typed(env, positions));
    result.Set("findings", to_typed(env, findings));
    result.Set("hashes", hashes);
    result.Set("stamps", stamps);
    result.Set("filesRead", static_cast<double>(scan_->files_read()));
    result.Set("bytesRead", static_cast<double>(scan_->bytes_read()));
    return result;
  }

 private:
  CancelFlag cancel_;
  Napi::Reference<Napi::Uint32Array> next_chunk_;  // kept for what the scan points to
  std::optional<KnownScan> scan_;
};

}  // namespace

void export_known(Napi::Object exports) {
  export_function(exports, "createKnownPaths", create_paths);
  export_function(exports, "addKnownPaths", add_paths);
  export_function(exports, "sealKnownPaths", SealJob::submit);
  export_function(exports, "createKnownStates", create_states);
  export_function(exports, "setKnownStates", set_states);
  export_function(exports, "copyKnownStates", copy_states);
  export_function(exports, "scanKnown", KnownScanJob::submit);
}

}  // namespace ploke
