// The addon's entry: state of the environment and the export table.
#include "environment.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  ploke::Environment::install(env);
  if (env.IsExceptionPending()) return exports;
  ploke::export_roots(env, exports);
  ploke::export_reads(env, exports);
  ploke::export_targets(env, exports);
  ploke::export_commits(env, exports);
  ploke::export_locks(env, exports);
  ploke::export_records(env, exports);
  ploke::export_directories(env, exports);
  ploke::export_watches(env, exports);
  ploke::export_diagnoses(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(ploke_io, initialise)
