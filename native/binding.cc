// The addon's entry: state of the environment and the export table.
#include "environment.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  ploke::Environment::install(env);
  if (env.IsExceptionPending()) return exports;
  ploke::export_roots(exports);
  ploke::export_reads(exports);
  ploke::export_targets(exports);
  ploke::export_commits(exports);
  ploke::export_locks(exports);
  ploke::export_records(exports);
  ploke::export_directories(exports);
  ploke::export_watches(exports);
  ploke::export_diagnoses(exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(ploke_io, initialise)
