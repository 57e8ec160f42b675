// What the export table is made of. Include only from binding*.cc: it is the Node-API side.
#pragma once

#include <napi.h>

namespace ploke {

using ValueFunction = Napi::Value (*)(const Napi::CallbackInfo& info);
using VoidFunction = void (*)(const Napi::CallbackInfo& info);

// A failure leaves an exception pending, which fails the loading of the addon.
void export_callback(Napi::Object exports, const char* name, napi_callback callback);

template <ValueFunction function>
napi_value value_callback(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  return function(info);
}

template <VoidFunction function>
napi_value void_callback(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  function(info);
  return nullptr;
}

// Adds a function to the table. Napi::Function::New would be repeated for each, half a kilobyte at a time.
template <ValueFunction function>
void export_function(Napi::Object exports, const char* name) {
  export_callback(exports, name, value_callback<function>);
}
template <VoidFunction function>
void export_function(Napi::Object exports, const char* name) {
  export_callback(exports, name, void_callback<function>);
}

}  // namespace ploke
