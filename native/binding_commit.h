// A group commit between JavaScript and commit_batch: arguments in, columns out. Node-API side.
#pragma once

#include <vector>

#include "commit_batch.h"
#include "environment.h"

namespace ploke {

// What of a `CommitBatch` (src/native/change-batches.ts) a job needs. It keeps the bytes of the items alive:
// nobody writes to them meanwhile, because TypeScript hands over bytes of its own.
class CommitArguments {
 public:
  // The items are of `targets`, whose list has its full length already and keeps it. False: the request is
  // malformed, and a TypeError may be pending.
  bool read(const Napi::Object& request, Durability durability, const TargetSet& targets);
  const std::vector<Replacement>& items() const { return items_; }
  const CommitRequest& request() const { return request_; }

 private:
  std::vector<Replacement> items_;
  std::vector<Napi::ObjectReference> keep_;
  CommitRequest request_;
};

// A `CommitBatchResult`.
Napi::Object commit_columns(Napi::Env env, const std::vector<CommitOutcome>& outcomes);

}  // namespace ploke
