// What binding_read.cc and binding_look.cc share. Node-API side.
#pragma once

#include "batch_paths.h"
#include "environment.h"

namespace ploke {

void export_looks(Napi::Object exports);  // statBatch, listBatch, …
void export_cache(Napi::Object exports);  // binding_cache.cc
void export_known(Napi::Object exports);  // binding_known.cc: known paths and stamps

// The request object, its paths read into `list`; empty, with an exception pending, where it is malformed.
Napi::Object read_request(const Napi::CallbackInfo& info, PathList* list);
// Takes the views out of the list, whose text must stay where it is.
BatchPaths batch_paths(PathList* list);
Napi::Value refuse(Napi::Env env, const char* message);  // throws a TypeError: the call is broken
bool is_float64_array(const Napi::Value& value);
Napi::Value text_value(Napi::Env env, const std::string& ascii);

}  // namespace ploke
