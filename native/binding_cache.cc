// Caches of contents: see src/native/addon.ts.
#include <string>

#include "binding_look.h"
#include "content_cache.h"
#include "slice.h"

namespace ploke {
namespace {

Napi::Value create_cache(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsNumber()) return refuse(env, "createContentCache needs a number of bytes");
  const uint64_t max_bytes = saturate(info[0].As<Napi::Number>().DoubleValue());
  return wrap_handle(env, std::make_shared<ContentCache>(max_bytes));
}

Napi::Value forget_content(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto cache = unwrap_handle<ContentCache>(env, info[0]);
  if (cache == nullptr) return env.Undefined();
  if (!info[1].IsString()) return refuse(env, "forgetContent needs a stamp");
  const KnownStamp stamp = stamp_parse(info[1].As<Napi::String>().Utf8Value());
  if (stamp.known) cache->forget(stamp);
  return env.Undefined();
}

Napi::Value cache_counts(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto cache = unwrap_handle<ContentCache>(env, info[0]);
  if (cache == nullptr) return env.Undefined();
  const ContentCache::Counts counts = cache->counts();
  Napi::Object result = Napi::Object::New(env);
  const auto set = [&](const char* name, uint64_t count) {
    result.Set(name, Napi::Number::New(env, static_cast<double>(count)));
  };
  set("hits", counts.hits);
  set("misses", counts.misses);
  set("stale", counts.stale);
  set("evictions", counts.evictions);
  set("bytes", counts.bytes);
  set("entries", counts.entries);
  return result;
}

void clear_cache(const Napi::CallbackInfo& info) {
  const auto cache = unwrap_handle<ContentCache>(info.Env(), info[0]);
  if (cache != nullptr) cache->clear();
}

}  // namespace

void export_cache(Napi::Object exports) {
  export_function(exports, "createContentCache", create_cache);
  export_function(exports, "forgetContent", forget_content);
  export_function(exports, "contentCacheCounts", cache_counts);
  export_function(exports, "clearContentCache", clear_cache);
}

}  // namespace ploke
