// Roots, sets of roots, identity keys, and what is asked about the process.
#include <algorithm>
#include <string>

#include "binding_look.h"
#include "environment.h"
#include "resolve.h"

namespace ploke {

namespace {

Napi::Value broken(Napi::Env env, const char* message) {
  if (!env.IsExceptionPending()) Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
  return env.Undefined();
}

Napi::Value syscall_names(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto count = static_cast<uint32_t>(Call::count_);
  Napi::Array names = Napi::Array::New(env, count);
  for (uint32_t index = 0; index < count; ++index)
    names.Set(index, Napi::String::New(env, call_names()[index]));
  return names;
}

Napi::Value process_limits(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const DescriptorFacts facts = descriptor_facts();
  const auto number = [env](int64_t value) -> Napi::Value {
    return value < 0 ? env.Null() : Napi::Value(Napi::Number::New(env, static_cast<double>(value)));
  };
  Napi::Object result = Napi::Object::New(env);
  result.Set("softOpenFiles", number(facts.soft_limit));
  result.Set("openDescriptors", number(facts.open));
  return result;
}

std::string identity(uint64_t device, uint64_t inode) {
  return std::to_string(device) + ":" + std::to_string(inode);
}

class OpenRootJob : public Job {
 public:
  explicit OpenRootJob(std::string path) : path_(std::move(path)) {}
  void run() override {
    Result<std::shared_ptr<const Root>> root = root_describe(path_.c_str());
    if (root.ok()) {
      root_ = root.take();
    } else {
      error_ = root.error();
    }
  }
  bool rejected() const override { return !error_.ok(); }
  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    if (!error_.ok()) {
      result.Set("status", Napi::Number::New(env, error_.code));
      result.Set("syscall", Napi::Number::New(env, static_cast<double>(error_.call)));
      return result;
    }
    const std::string& path = root_->canonical_path;
    result.Set("canonicalPath", to_text(env, path.data(), path.size(), false));
    result.Set("identity", Napi::String::New(env, identity(root_->device, root_->inode)));
    result.Set("type", Napi::String::New(env, root_->mount.type));
    result.Set("remote", Napi::Boolean::New(env, root_->mount.remote));
    result.Set("root", wrap_handle<const Root>(env, std::move(root_)));
    return result;
  }

 private:
  const std::string path_;
  std::shared_ptr<const Root> root_;
  SysError error_;
};

Napi::Value open_root(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsString()) return broken(env, "openRoot needs a path");
  std::string path = info[0].As<Napi::String>().Utf8Value();
  if (path_root(path).empty() || path.find('\0') != std::string::npos) {
    return broken(env, "openRoot needs an absolute path");
  }
  return Environment::of(env).submit(env, std::make_unique<OpenRootJob>(std::move(path)));
}

Napi::Value close_root(const Napi::CallbackInfo& info) {
  release_handle<const Root>(info[0]);
  return info.Env().Undefined();
}

bool read_spelling(Napi::Env env, Napi::Value value, size_t roots, Spelling* spelling) {
  if (!value.IsObject()) return false;
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Value path = object.Get("path");
  const Napi::Value root = object.Get("root");
  const Napi::Value prefix = object.Get("prefix");
  if (env.IsExceptionPending() || !path.IsString() || !root.IsNumber() || !prefix.IsString()) return false;
  const uint32_t index = root.As<Napi::Number>().Uint32Value();
  if (index >= roots) return false;
  spelling->path = path.As<Napi::String>().Utf8Value();
  spelling->root = static_cast<uint8_t>(index);
  spelling->prefix = prefix.As<Napi::String>().Utf8Value();
  return !path_root(spelling->path).empty();
}

Napi::Value create_root_set(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) return broken(env, "createRootSet needs an object");
  const Napi::Object spec = info[0].As<Napi::Object>();
  const Napi::Value roots = spec.Get("roots");
  const Napi::Value spellings = spec.Get("spellings");
  const Napi::Value symlinks = spec.Get("symlinks");
  const Napi::Value hard_links = spec.Get("allowHardLinks");
  const Napi::Value mounts = spec.Get("allowMounts");
  if (env.IsExceptionPending() || !roots.IsArray() || !spellings.IsArray() || !symlinks.IsNumber() ||
      !hard_links.IsBoolean() || !mounts.IsBoolean()) {
    return broken(env, "createRootSet needs roots, spellings, symlinks, allowHardLinks and allowMounts");
  }
  auto set = std::make_shared<RootSet>();
  const Napi::Array root_list = roots.As<Napi::Array>();
  if (root_list.Length() > 256) return broken(env, "a set holds at most 256 roots");  // an index is one byte
  for (uint32_t index = 0; index < root_list.Length(); ++index) {
    std::shared_ptr<const Root> root = unwrap_handle<const Root>(env, root_list.Get(index));
    if (root == nullptr) return env.Undefined();
    set->roots.push_back(std::move(root));
  }
  const Napi::Array spelling_list = spellings.As<Napi::Array>();
  for (uint32_t index = 0; index < spelling_list.Length(); ++index) {
    Spelling spelling;
    if (!read_spelling(env, spelling_list.Get(index), set->roots.size(), &spelling)) {
      return broken(env, "a spelling needs an absolute path, a root of the set and a prefix");
    }
    // The longest first; of the same length in the order given.
    const auto shorter =
        std::find_if(set->spellings.begin(), set->spellings.end(),
                     [&spelling](const Spelling& other) { return other.path.size() < spelling.path.size(); });
    set->spellings.insert(shorter, std::move(spelling));
  }
  const uint32_t policy = symlinks.As<Napi::Number>().Uint32Value();
  if (policy > static_cast<uint32_t>(Symlinks::deny)) return broken(env, "unknown symlink policy");
  set->symlinks = static_cast<Symlinks>(policy);
  set->allow_hard_links = hard_links.As<Napi::Boolean>().Value();
  set->allow_mounts = mounts.As<Napi::Boolean>().Value();
  return wrap_handle<const RootSet>(env, std::move(set));
}

Napi::Value close_root_set(const Napi::CallbackInfo& info) {
  release_handle<const RootSet>(info[0]);
  return info.Env().Undefined();
}

std::string identity_key(const Resolver::Deepest& deepest) {
  return identity(deepest.directory.device, deepest.directory.inode) + "/" + deepest.rest;
}

// One path, on the calling thread: the type's digit, the size, a colon and the key; or undefined.
Napi::Value identify_now(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<const RootSet> set = unwrap_handle<const RootSet>(env, info[0]);
  if (set == nullptr) return env.Undefined();
  const uint32_t root = info[1].IsNumber() ? info[1].As<Napi::Number>().Uint32Value() : UINT32_MAX;
  if (root >= set->roots.size() || !info[2].IsString())
    return refuse(env, "identifyNow needs set, root and path");
  const std::string path = info[2].As<Napi::String>().Utf8Value();
  const LastName last = is_true(info[3]) ? LastName::follow : LastName::keep;
  const Resolver resolver(set);
  Identifier identifier(resolver);
  const Result<Resolver::Deepest> found = identifier.identify(static_cast<uint8_t>(root), path, last);
  if (!found.ok()) return env.Undefined();
  const char digit = static_cast<char>('0' + static_cast<int>(found.value().type));
  const std::string text = digit + std::to_string(found.value().size) + ":" + identity_key(found.value());
  return to_text(env, text.data(), text.size(), false);
}

class IdentifyJob : public Job {
 public:
  IdentifyJob(PathList list, std::vector<uint8_t> follow_last)
      : list_(std::move(list)),
        follow_last_(std::move(follow_last)),
        status_(list_.count()),
        keys_(list_.count()),
        types_(list_.count(), 0) {}

  void run() override {
    const Resolver resolver(list_.set);
    Identifier identifier(resolver);
    for (size_t index = 0; index < list_.count(); ++index) {
      if (list_.cancel.requested()) {
        status_.set(index, SysError{ECANCELED, Call::none});
        continue;
      }
      const LastName last = follow_last_[index] != 0 ? LastName::follow : LastName::keep;
      const Result<Resolver::Deepest> found =
          identifier.identify(list_.roots[index], list_.paths[index], last);
      if (!found.ok()) {
        status_.set(index, found.error());
        continue;
      }
      const Resolver::Deepest& deepest = found.value();
      keys_[index] = identity_key(deepest);
      types_[index] = static_cast<uint8_t>(deepest.type);
    }
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    status_.write(env, result);
    Napi::Array keys = Napi::Array::New(env, keys_.size());
    for (uint32_t index = 0; index < keys_.size(); ++index) {
      const std::string& key = keys_[index];
      keys.Set(index, key.empty() ? env.Undefined() : to_text(env, key.data(), key.size(), false));
    }
    result.Set("keys", keys);
    result.Set("types", to_typed(env, types_));
    return result;
  }

 private:
  const PathList list_;
  const std::vector<uint8_t> follow_last_;
  BatchStatus status_;
  std::vector<std::string> keys_;
  std::vector<uint8_t> types_;
};

Napi::Value identify_batch(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) return broken(env, "identifyBatch needs a batch");
  const Napi::Object batch = info[0].As<Napi::Object>();
  PathList list;
  if (!read_path_list(env, batch, &list)) return env.Undefined();
  const Napi::Value follow_last = batch.Get("followLast");
  if (!follow_last.IsTypedArray() ||
      follow_last.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array ||
      follow_last.As<Napi::TypedArray>().ElementLength() != list.count()) {
    return broken(env, "identifyBatch needs followLast for each path");
  }
  const auto bytes = follow_last.As<Napi::Uint8Array>();
  std::vector<uint8_t> flags(bytes.Data(), bytes.Data() + bytes.ElementLength());
  return Environment::of(env).submit(env, std::make_unique<IdentifyJob>(std::move(list), std::move(flags)));
}

}  // namespace

void export_roots(Napi::Object exports) {
  export_function(exports, "syscallNames", syscall_names);
  export_function(exports, "processLimits", process_limits);
  export_function(exports, "openRoot", open_root);
  export_function(exports, "closeRoot", close_root);
  export_function(exports, "createRootSet", create_root_set);
  export_function(exports, "closeRootSet", close_root_set);
  export_function(exports, "identifyNow", identify_now);
  export_function(exports, "identifyBatch", identify_batch);
}

}  // namespace ploke
