#include "commit_batch.h"

#include <cerrno>
#include <map>
#include <utility>

#include "stamp.h"

namespace ploke {
namespace {

class GroupCommit {
 public:
  GroupCommit(const TargetSet& targets, const std::vector<Replacement>& items, const CommitRequest& request,
              const ChangeHost& host)
      : targets_(targets), items_(items), request_(request), host_(host) {
    context_.owner = request.owner;
    context_.preserve_metadata = request.preserve_metadata;
    context_.sync = request.durability != Durability::none;
    staged_.resize(items.size());
    outcomes_.resize(items.size());
  }

  std::vector<CommitOutcome> run() {
    stage();
    sync_files();
    swap();
    sync_directories();
    settle();
    return std::move(outcomes_);
  }

 private:
  bool alive(size_t i) const { return outcomes_[i].error.ok(); }
  bool committed(size_t i) const { return (outcomes_[i].flags & kCommitted) != 0; }
  void fail(size_t i, SysError error) {
    outcomes_[i].error = error;
    replacement_discard(items_[i], &staged_[i]);
  }

  void stage();
  void sync_files();
  void swap();
  void sync_directories();
  void settle();

  const TargetSet& targets_;
  const std::vector<Replacement>& items_;
  const CommitRequest& request_;
  const ChangeHost& host_;
  StageContext context_;
  std::vector<StagedFile> staged_;
  std::vector<CommitOutcome> outcomes_;
  std::vector<SysError> synced_;  // of each committed item: what its directories answered
};

void GroupCommit::stage() {
  for (size_t i = 0; i < items_.size(); ++i) {
    const Target& target = *items_[i].target;
    SysError error = target.error;
    if (error.ok() && host_.cancelled()) error = SysError{ECANCELED, Call::none};
    if (error.ok()) error = syncable_check(*target.parent, request_.durability);
    if (error.ok()) error = replacement_stage(items_[i], &context_, &staged_[i]);
    if (!error.ok()) outcomes_[i].error = targets_.resolver.judge(target.root, error);
  }
}

void GroupCommit::sync_files() {
  if (request_.durability == Durability::none) return;
  std::vector<size_t> files;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (alive(i)) files.push_back(i);
  }
  // The device is busy with all of them before anybody waits for one.
  if (files.size() > 1) {
    for (const size_t i : files) handle_start_writeback(staged_[i].file);
  }
  std::vector<SysError> answers(files.size());
  host_.workers.spread(files.size(), [&](size_t n) { answers[n] = handle_sync(staged_[files[n]].file); });
  // After a failure the kernel may have dropped the pages and call the next fsync(2) a success: never again
  // on this descriptor.
  for (size_t n = 0; n < files.size(); ++n) {
    if (!answers[n].ok()) fail(files[n], answers[n]);
  }
}

void GroupCommit::swap() {
  const bool cancelled = host_.cancelled();
  // From here on a request to stop comes too late: each item says what became of it.
  for (size_t i = 0; i < items_.size(); ++i) {
    if (!alive(i)) continue;
    if (cancelled) {
      fail(i, SysError{ECANCELED, Call::none});
      continue;
    }
    const Target& target = *items_[i].target;
    CommitOutcome& outcome = outcomes_[i];
    const int64_t now_ns = clock_now_ns();
    const SysError error = replacement_swap(targets_, items_[i], &context_, &staged_[i]);
    if (!error.ok()) {
      outcome.error = targets_.resolver.judge(target.root, error);
      continue;
    }
    outcome.flags = kCommitted | staged_[i].flags;
    outcome.hash = std::move(staged_[i].hash);
    // At once and by the clock of before the rename: what somebody writes into the file from now on must not
    // pass for what we wrote.
    const Result<FileStatus> status = handle_status(staged_[i].file);
    if (status.ok()) outcome.stamp = stamp_format(status.value(), now_ns, target.parent->fine_stamps);
  }
}

void GroupCommit::sync_directories() {
  synced_.resize(items_.size());
  if (request_.durability == Durability::none) return;
  std::vector<const TargetParent*> parents;
  std::map<const TargetParent*, size_t> index;
  for (size_t i = 0; i < items_.size(); ++i) {
    const TargetParent* parent = items_[i].target->parent.get();
    if (committed(i) && index.emplace(parent, parents.size()).second) parents.push_back(parent);
  }
  std::vector<SysError> answers(parents.size());
  host_.workers.spread(parents.size(), [&](size_t n) { answers[n] = parent_sync(*parents[n]); });
  for (size_t i = 0; i < items_.size(); ++i) {
    if (committed(i)) synced_[i] = answers[index[items_[i].target->parent.get()]];
  }
}

void GroupCommit::settle() {
  if (request_.durability == Durability::none) return;
  AncestorSettler settler(host_.undurable, targets_.resolver);
  // Names in one directory hang on the same ancestors.
  std::map<const TargetParent*, SysError> known;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (!committed(i)) continue;
    if (synced_[i].ok()) {
      const Target& target = *items_[i].target;
      const auto found = known.find(target.parent.get());
      synced_[i] =
          found != known.end() ? found->second : settler.settle(target.root, target.path, target.last);
      known.emplace(target.parent.get(), synced_[i]);
    }
    judge_durability(request_.durability, synced_[i], &outcomes_[i]);
  }
}

}  // namespace

std::vector<CommitOutcome> commit_batch(const TargetSet& targets, const std::vector<Replacement>& items,
                                        const CommitRequest& request, const ChangeHost& host) {
  return GroupCommit(targets, items, request, host).run();
}

}  // namespace ploke
