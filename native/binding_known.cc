// Known paths and stamps, and compareKnown: arguments in, columns out. See src/native/addon.ts.
#include <utility>

#include "binding_look.h"
#include "known_files.h"
#include "stat_batch.h"

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
  Napi::Value finish(Napi::Env env) override { return to_typed(env, paths_->chunk_ends()); }

 private:
  std::shared_ptr<KnownPaths> paths_;
};

Napi::Value create_stamps(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) return refuse(info.Env(), "createKnownStamps needs a count");
  auto stamps = std::make_shared<KnownStamps>();
  stamps->stamps.resize(info[0].As<Napi::Number>().Uint32Value());
  return wrap_handle(info.Env(), std::move(stamps));
}

// Stamps joined with NUL, to be put where `place_of` says; false where there is no such place.
template <class PlaceOf>
bool put_stamps(const std::vector<char>& text, KnownStamps* into, PlaceOf place_of) {
  std::string_view rest(text.data(), text.size());
  for (size_t i = 0;; i++) {
    const size_t end = rest.find('\0');
    const size_t place = place_of(i);
    if (place >= into->stamps.size()) return false;
    into->stamps[place] = stamp_parse(rest.substr(0, end));
    if (end == std::string_view::npos) return true;
    rest.remove_prefix(end + 1);
  }
}

Napi::Value set_stamps(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto stamps = unwrap_handle<KnownStamps>(env, info[0]);
  if (stamps == nullptr) return env.Undefined();
  if (!info[1].IsNumber() || !info[2].IsString())
    return refuse(env, "setKnownStamps needs a position and stamps");
  const size_t first = info[1].As<Napi::Number>().Uint32Value();
  const bool done = put_stamps(text_of(env, info[2]), stamps.get(), [first](size_t i) { return first + i; });
  return done ? env.Undefined() : refuse(env, "setKnownStamps has more stamps than there are places");
}

Napi::Value copy_stamps(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto stamps = unwrap_handle<KnownStamps>(env, info[0]);
  if (stamps == nullptr) return env.Undefined();
  if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array ||
      !info[2].IsString()) {
    return refuse(env, "copyKnownStamps needs positions and stamps");
  }
  const auto positions = info[1].As<Napi::Uint32Array>();
  auto copy = std::make_shared<KnownStamps>(*stamps);
  const size_t count = positions.ElementLength();
  const bool done =
      count == 0 || put_stamps(text_of(env, info[2]), copy.get(), [&positions, count](size_t i) -> size_t {
        return i < count ? positions[i] : SIZE_MAX;
      });
  return done ? wrap_handle(env, std::move(copy)) : refuse(env, "copyKnownStamps needs a position a stamp");
}

class CompareKnownJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!info[0].IsObject()) return refuse(env, "a batch is an object");
    const auto request = info[0].As<Napi::Object>();
    auto job = std::make_unique<CompareKnownJob>();
    job->set_ = unwrap_handle<const RootSet>(env, request.Get("set"));
    if (job->set_ == nullptr) return env.Undefined();
    job->paths_ = unwrap_handle<KnownPaths>(env, request.Get("paths"));
    if (job->paths_ == nullptr) return env.Undefined();
    job->stamps_ = unwrap_handle<KnownStamps>(env, request.Get("stamps"));
    if (job->stamps_ == nullptr) return env.Undefined();
    const Napi::Value from = request.Get("from");
    const Napi::Value to = request.Get("to");
    if (!from.IsNumber() || !to.IsNumber()) return refuse(env, "compareKnown needs from and to");
    job->from_ = from.As<Napi::Number>().Uint32Value();
    job->to_ = to.As<Napi::Number>().Uint32Value();
    if (!job->paths_->sealed() || job->from_ > job->to_ || job->to_ > job->paths_->count() ||
        job->stamps_->stamps.size() != job->paths_->count() ||
        (job->to_ > job->from_ && job->paths_->last_root() >= job->set_->roots.size())) {
      return refuse(env, "compareKnown needs sealed paths, a stamp for each, and roots that the set has");
    }
    job->cancel_ = CancelFlag(request.Get("cancel"));
    if (env.IsExceptionPending()) return env.Undefined();
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    std::vector<KnownStamp> stamps;
    BatchPaths items{Resolver(set_), {}, {}, [this] { return cancel_.requested(); }};
    for (size_t place = from_; place < to_; place++) {
      const KnownPaths::Item& item = paths_->at(place);
      items.paths.push_back(item.path);
      items.roots.push_back(item.root);
      stamps.push_back(stamps_->stamps[item.position]);
    }
    CompareStamps batch(std::move(items), std::move(stamps));
    batch.run();
    for (size_t i = 0; i < batch.items().size(); i++) {
      const CompareStamps::Item& item = batch.items()[i];
      if (item.error.ok() && item.state == StampState::same) continue;
      positions_.push_back(paths_->at(from_ + i).position);
      states_.push_back(static_cast<uint8_t>(item.state));
      status_.status.push_back(item.error.code);
      status_.calls.push_back(static_cast<uint8_t>(item.error.call));
    }
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    status_.write(env, result);
    result.Set("positions", to_typed(env, positions_));
    result.Set("states", to_typed(env, states_));
    return result;
  }

 private:
  std::shared_ptr<const RootSet> set_;
  std::shared_ptr<KnownPaths> paths_;
  std::shared_ptr<KnownStamps> stamps_;
  size_t from_ = 0, to_ = 0;
  CancelFlag cancel_;
  std::vector<uint32_t> positions_;
  std::vector<uint8_t> states_;
  BatchStatus status_;
};

}  // namespace

void export_known(Napi::Env env, Napi::Object exports) {
  exports.Set("createKnownPaths", Napi::Function::New(env, create_paths, "createKnownPaths"));
  exports.Set("addKnownPaths", Napi::Function::New(env, add_paths, "addKnownPaths"));
  exports.Set("sealKnownPaths", Napi::Function::New(env, SealJob::submit, "sealKnownPaths"));
  exports.Set("createKnownStamps", Napi::Function::New(env, create_stamps, "createKnownStamps"));
  exports.Set("setKnownStamps", Napi::Function::New(env, set_stamps, "setKnownStamps"));
  exports.Set("copyKnownStamps", Napi::Function::New(env, copy_stamps, "copyKnownStamps"));
  exports.Set("compareKnown", Napi::Function::New(env, CompareKnownJob::submit, "compareKnown"));
}

}  // namespace ploke
