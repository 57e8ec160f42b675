// What holders of locks write down: arguments in, records out.
#include <algorithm>
#include <string>
#include <utility>

#include "binding_look.h"
#include "owner.h"

namespace ploke {
namespace {

// A plain name that owner.cc takes for a record of this owner.
bool is_record_name(const std::string& name, std::string_view owner) {
  const std::string start = "lock-" + std::string(owner) + "-";
  const auto is_plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; };
  return name.size() > start.size() && name.size() < 200 && name.compare(0, start.size(), start) == 0 &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(start.size()), name.end(), is_plain);
}

class RecordJob final : public Job {
 public:
  RecordJob(std::shared_ptr<Owner> owner, std::string name)
      : owner_(std::move(owner)), name_(std::move(name)) {}

  template <bool kWrite>
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    std::shared_ptr<Owner> owner = unwrap_handle<Owner>(env, info[0]);
    if (owner == nullptr) return env.Undefined();
    if (!info[1].IsString() || (kWrite && !info[2].IsString()))
      return refuse(env, "a record has a name and a text");
    std::string name = info[1].As<Napi::String>().Utf8Value();
    if (!is_record_name(name, owner->id())) return refuse(env, "no such name of a record");
    auto job = std::make_unique<RecordJob>(std::move(owner), std::move(name));
    if (kWrite) job->text_ = info[2].As<Napi::String>().Utf8Value();
    job->writes_ = kWrite;
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    if (!writes_) {
      owner_->remove_record(name_);
    } else if (text_.size() > kRecordBytes) {
      error_ = SysError{kTooLarge, Call::none};
    } else {
      error_ = owner_->write_record(name_, text_);
    }
  }

  Napi::Value finish(Napi::Env env) override {
    return writes_ ? Napi::Value(Napi::Number::New(env, error_.code)) : env.Undefined();
  }

 private:
  std::shared_ptr<Owner> owner_;
  std::string name_;
  std::string text_;
  bool writes_ = false;
  SysError error_;
};

class RecordsJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<RecordsJob>();
    job->set_ = unwrap_handle<const RootSet>(env, info[0]);
    if (job->set_ == nullptr) return env.Undefined();
    job->root_ = info[1].IsNumber() ? info[1].As<Napi::Number>().Uint32Value() : UINT32_MAX;
    if (job->root_ >= job->set_->roots.size()) return refuse(env, "records are of a root");
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    Result<std::vector<LockRecord>> found = lock_records(set_->roots[root_]->directory);
    // None can be told: to whoever asks, it is as if there were none.
    if (found.ok()) records_ = found.take();
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Array result = Napi::Array::New(env, records_.size());
    for (uint32_t i = 0; i < records_.size(); ++i) {
      Napi::Object record = Napi::Object::New(env);
      record.Set("name", records_[i].name);
      record.Set("text", records_[i].text);
      result.Set(i, record);
    }
    return result;
  }

 private:
  std::shared_ptr<const RootSet> set_;
  uint32_t root_ = 0;
  std::vector<LockRecord> records_;
};

}  // namespace

void export_records(Napi::Object exports) {
  export_function(exports, "writeLockRecord", RecordJob::submit<true>);
  export_function(exports, "removeLockRecord", RecordJob::submit<false>);
  export_function(exports, "readLockRecords", RecordsJob::submit);
}

}  // namespace ploke
