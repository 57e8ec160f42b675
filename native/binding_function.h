// What the export table is made of. Include only from binding*.cc: it is the Node-API side.
#pragma once

#include <napi.h>

namespace ploke {

using ValueFunction = Napi::Value (*)(const Napi::CallbackInfo& info);
using VoidFunction = void (*)(const Napi::CallbackInfo& info);

// Adds a function to the table. Node calls one callback for all of them, which is given the address of the
// one that is meant: Napi::Function::New would be repeated for each, half a kilobyte at a time. A failure
// leaves an exception pending, which fails the loading of the addon.
void export_function(Napi::Object exports, const char* name, ValueFunction function);
void export_function(Napi::Object exports, const char* name, VoidFunction function);

}  // namespace ploke
