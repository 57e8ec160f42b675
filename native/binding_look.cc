// statBatch, originBatch and listBatch: arguments in, columns out.
#include "binding_look.h"

#include <optional>

#include "list_batch.h"
#include "origin_batch.h"
#include "stat_batch.h"
#include "utf8.h"

namespace ploke {

Napi::Value refuse(Napi::Env env, const char* message) {
  if (!env.IsExceptionPending()) Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
  return env.Undefined();
}

Napi::Object read_request(const Napi::CallbackInfo& info, PathList* list) {
  if (!info[0].IsObject()) {
    refuse(info.Env(), "a batch is an object");
    return Napi::Object();
  }
  const auto request = info[0].As<Napi::Object>();
  return read_path_list(info.Env(), request, list) ? request : Napi::Object();
}

BatchPaths batch_paths(PathList* list) {
  return BatchPaths{Resolver(list->set), std::move(list->paths), std::move(list->roots),
                    [list] { return list->cancel.requested(); }};
}

bool is_float64_array(const Napi::Value& value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float64_array;
}

Napi::Value text_value(Napi::Env env, const std::string& ascii) {
  return to_text(env, ascii.data(), ascii.size(), true);
}

namespace {

class StatJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<StatJob>();
    const Napi::Object request = read_request(info, &job->list_);
    if (request.IsEmpty()) return env.Undefined();
    job->batch_.emplace(batch_paths(&job->list_), is_true(request.Get("followLinks")));
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override { batch_->run(); }

  Napi::Value finish(Napi::Env env) override {
    const std::vector<StatBatch::Item>& items = batch_->items();
    BatchStatus status(items.size());
    std::vector<uint8_t> types;
    std::vector<double> numbers;  // STAT_WIDTH in src/native/look-batches.ts
    numbers.reserve(items.size() * 5);
    Napi::Array stamps = Napi::Array::New(env, items.size());
    for (size_t i = 0; i < items.size(); i++) {
      const FileStatus& file = items[i].status;
      const bool found = items[i].error.ok();
      status.set(i, items[i].error);
      types.push_back(static_cast<uint8_t>(found ? file.type : EntryType::missing));
      numbers.push_back(static_cast<double>(file.size));
      numbers.push_back(file.mode);
      numbers.push_back(file.modified_ms);
      numbers.push_back(file.created_ms);
      numbers.push_back(static_cast<double>(file.link_count));
      stamps.Set(static_cast<uint32_t>(i), found ? text_value(env, items[i].stamp) : env.Undefined());
    }
    Napi::Object result = Napi::Object::New(env);
    status.write(env, result);
    result.Set("types", to_typed(env, types));
    result.Set("numbers", to_typed(env, numbers));
    result.Set("stamps", stamps);
    return result;
  }

 private:
  PathList list_;
  std::optional<StatBatch> batch_;
};

class OriginJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<OriginJob>();
    if (read_request(info, &job->list_).IsEmpty()) return env.Undefined();
    job->batch_.emplace(batch_paths(&job->list_));
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override { batch_->run(); }

  Napi::Value finish(Napi::Env env) override {
    const std::vector<OriginBatch::Item>& items = batch_->items();
    BatchStatus status(items.size());
    Napi::Array origins = Napi::Array::New(env, items.size());
    Napi::Array stamps = Napi::Array::New(env, items.size());
    for (size_t i = 0; i < items.size(); i++) {
      const Napi::HandleScope scope(env);
      const auto index = static_cast<uint32_t>(i);
      const auto& [error, origin, stamp] = items[i];
      status.set(i, error);
      if (!origin.empty()) origins.Set(index, to_text(env, origin.data(), origin.size(), false));
      if (!stamp.empty()) stamps.Set(index, text_value(env, stamp));
    }
    Napi::Object result = Napi::Object::New(env);
    status.write(env, result);
    result.Set("origins", origins);
    result.Set("stamps", stamps);
    return result;
  }

 private:
  PathList list_;
  std::optional<OriginBatch> batch_;
};

class ListJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<ListJob>();
    const Napi::Object request = read_request(info, &job->list_);
    if (request.IsEmpty()) return env.Undefined();
    ListRequest wanted;
    wanted.stamps = is_true(request.Get("stamps"));
    wanted.no_follow = is_true(request.Get("noFollow"));
    const Napi::Value watch = request.Get("watch");
    if (!watch.IsEmpty() && !watch.IsUndefined()) {
      wanted.watch = unwrap_handle<DirectoryWatch>(env, watch);
      if (wanted.watch == nullptr) return env.Undefined();
    }
    job->stamps_ = wanted.stamps;
    job->watched_ = wanted.watch != nullptr;
    job->identities_ = job->watched_ || is_true(request.Get("identities"));
    job->batch_.emplace(batch_paths(&job->list_), std::move(wanted));
    return Environment::of(env).submit(env, std::move(job));
  }

  // The columns are packed here rather than in finish(): a directory may have any number of entries.
  void run() override {
    batch_->run();
    names_.reserve(batch_->name_bytes());
    for (const ListBatch::Directory& directory : batch_->directories()) {
      watches_.push_back(directory.watch);
      counts_.push_back(static_cast<uint32_t>(directory.entries.size()));
      for (const ListBatch::Entry& entry : directory.entries) {
        if (!types_.empty()) names_.push_back('\0');
        names_.append(entry.name);
        types_.push_back(static_cast<uint8_t>(entry.status.type));
        byte_lengths_.push_back(static_cast<double>(entry.status.size));
        modified_ms_.push_back(entry.status.modified_ms);
      }
    }
    ascii_ = utf8_is_ascii(reinterpret_cast<const uint8_t*>(names_.data()), names_.size());
  }

  Napi::Value finish(Napi::Env env) override {
    const std::vector<ListBatch::Directory>& directories = batch_->directories();
    BatchStatus status(directories.size());
    Napi::Array unrepresentable = Napi::Array::New(env);
    Napi::Array with_temporaries = Napi::Array::New(env);
    Napi::Array stamps = Napi::Array::New(env, stamps_ ? types_.size() : 0);
    Napi::Array identities = Napi::Array::New(env, identities_ ? directories.size() : 0);
    uint32_t next_stamp = 0;
    for (size_t i = 0; i < directories.size(); i++) {
      const Napi::HandleScope scope(env);
      const Napi::Number index = Napi::Number::New(env, static_cast<double>(i));
      status.set(i, directories[i].error);
      for (const std::string& name : directories[i].unrepresentable) {
        Napi::Object entry = Napi::Object::New(env);
        entry.Set("index", index);
        entry.Set("name", to_text(env, name.data(), name.size(), false));
        unrepresentable.Set(unrepresentable.Length(), entry);
      }
      if (directories[i].has_temporary) with_temporaries.Set(with_temporaries.Length(), index);
      if (identities_) {
        const std::string& identity = directories[i].identity;
        identities.Set(index, identity.empty() ? env.Undefined() : text_value(env, identity));
      }
      if (!stamps_) continue;
      for (const ListBatch::Entry& entry : directories[i].entries) {
        stamps.Set(next_stamp++, text_value(env, entry.stamp));
      }
    }
    Napi::Object result = Napi::Object::New(env);
    status.write(env, result);
    result.Set("counts", to_typed(env, counts_));
    result.Set("names", to_text(env, names_.data(), names_.size(), ascii_));
    result.Set("types", to_typed(env, types_));
    result.Set("byteLengths", to_typed(env, byte_lengths_));
    result.Set("modifiedMs", to_typed(env, modified_ms_));
    result.Set("stamps", stamps_ ? Napi::Value(stamps) : env.Null());
    result.Set("watches", watched_ ? to_typed(env, watches_) : env.Null());
    result.Set("identities", identities_ ? Napi::Value(identities) : env.Null());
    result.Set("unrepresentable", unrepresentable);
    result.Set("withTemporaries", with_temporaries);
    return result;
  }

 private:
  PathList list_;
  bool stamps_ = false;
  bool watched_ = false;
  bool identities_ = false;
  std::optional<ListBatch> batch_;
  std::string names_;
  bool ascii_ = false;
  std::vector<uint32_t> counts_;
  std::vector<uint8_t> types_;
  std::vector<double> byte_lengths_, modified_ms_;
  std::vector<int32_t> watches_;
};

}  // namespace

void export_looks(Napi::Object exports) {
  export_function(exports, "statBatch", StatJob::submit);
  export_function(exports, "originBatch", OriginJob::submit);
  export_function(exports, "listBatch", ListJob::submit);
  export_cache(exports);
  export_known(exports);
}

}  // namespace ploke
