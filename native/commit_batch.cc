#include "commit_batch.h"

#include <cerrno>
#include <map>
#include <utility>

#include "entry_commit.h"
#include "in_place.h"
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
    context_.origin = request.origin;
    context_.sync = syncs();
    context_.locks = &host.locks;
    context_.nameless = &host.nameless;
    staged_.resize(items.size());
    in_place_.resize(items.size());
    placed_.resize(items.size());
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
  bool syncs() const { return request_.durability != Durability::none; }
  void fail(size_t i, SysError error) {
    outcomes_[i].error = error;
    replacement_discard(items_[i], &staged_[i]);
  }

  // Whether it has to be written in place, and may be.
  bool writes_in_place(SysError error) const {
    return request_.in_place && (error.code == kManyNames || error.code == EBUSY);
  }
  void write_in_place(size_t i);
  void stage();
  void sync_files();
  void swap();
  void sync_directories();
  Handle hand_on(size_t i);
  void settle();

  const TargetSet& targets_;
  const std::vector<Replacement>& items_;
  const CommitRequest& request_;
  const ChangeHost& host_;
  StageContext context_;
  std::vector<StagedFile> staged_;
  std::vector<bool> in_place_;  // to be written in place
  std::vector<CommitOutcome> outcomes_;
  std::vector<FileStatus> placed_;  // of each version that was renamed into place
  std::vector<SysError> synced_;    // of each committed item: what its directories answered
};

void GroupCommit::stage() {
  for (size_t i = 0; i < items_.size(); ++i) {
    const Target& target = *items_[i].target;
    SysError error = target.error;
    if (error.ok() && host_.cancelled()) error = SysError{ECANCELED, Call::none};
    if (error.ok()) error = syncable_check(*target.parent, request_.durability);
    if (error.ok() && !items_[i].remove) error = replacement_stage(items_[i], &context_, &staged_[i]);
    in_place_[i] = writes_in_place(error);
    if (!error.ok() && !in_place_[i]) outcomes_[i].error = targets_.resolver.judge(target.root, error);
  }
}

void GroupCommit::sync_files() {
  if (!syncs()) return;
  std::vector<size_t> files;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (alive(i) && !in_place_[i] && !items_[i].remove) files.push_back(i);
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
    if (in_place_[i]) {
      write_in_place(i);
      continue;
    }
    if (items_[i].remove) {
      const EntryRequest request = {request_.durability, items_[i].expected_hash, request_.owner};
      static_cast<ChangeOutcome&>(outcome) =
          entry_remove_now(targets_, target, request, [] { return false; });
      continue;
    }
    const int64_t now_ns = clock_now_ns();
    const SysError error = replacement_swap(targets_, items_[i], &context_, &staged_[i]);
    outcome.recovered = std::move(staged_[i].recovered);
    if (!error.ok() && !staged_[i].in_place && writes_in_place(error)) {
      write_in_place(i);
      continue;
    }
    if (!error.ok() && !staged_[i].in_place) {
      outcome.error = targets_.resolver.judge(target.root, error);
      outcome.flags = staged_[i].flags & kSwappedBack;
      continue;
    }
    outcome.error = error;
    outcome.flags = kCommitted | staged_[i].flags;
    outcome.hash = std::move(staged_[i].hash);
    // At once and by the clock of before the rename: what somebody writes into the file from now on must not
    // pass for what we wrote.
    const Result<FileStatus> status = handle_status(staged_[i].file);
    if (!status.ok()) continue;
    outcome.stamp = stamp_format(status.value(), now_ns, target.parent->fine_stamps);
    placed_[i] = status.value();
  }
}

void GroupCommit::write_in_place(size_t i) {
  CommitOutcome& outcome = outcomes_[i];
  const InPlaceRequest request = {request_.owner, request_.durability, request_.origin};
  const int64_t now_ns = clock_now_ns();
  FileStatus status;
  in_place_write(items_[i], request, &context_.hasher, &outcome, &status);
  in_place_[i] = true;
  if (!committed(i)) {
    outcome.error = targets_.resolver.judge(items_[i].target->root, outcome.error);
    return;
  }
  outcome.stamp = stamp_format(status, now_ns, items_[i].target->parent->fine_stamps);
}

// What is locked goes on being locked, as the version that is there now. Gives the old one.
Handle GroupCommit::hand_on(size_t i) {
  return items_[i].target->lock->hand_on(std::move(staged_[i].file), placed_[i], std::move(staged_[i].hold));
}

// The old versions of many are closed meanwhile, on the same threads. A single one is not worth waking a
// thread for.
void GroupCommit::sync_directories() {
  std::vector<const TargetParent*> parents;
  std::map<const TargetParent*, size_t> index;
  std::vector<size_t> locked;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (!committed(i)) continue;
    const TargetParent* parent = items_[i].target->parent.get();
    if (syncs() && index.emplace(parent, parents.size()).second) parents.push_back(parent);
    if (placed_[i].type == EntryType::file && items_[i].target->lock != nullptr) locked.push_back(i);
  }
  const bool alone = locked.size() == 1 && host_.retired != nullptr;
  std::vector<SysError> answers(parents.size());
  host_.workers.spread(parents.size() + (alone ? 0 : locked.size()), [&](size_t n) {
    if (n < parents.size()) {
      answers[n] = parent_sync(*parents[n]);
    } else {
      hand_on(locked[n - parents.size()]).close();
    }
  });
  if (alone) host_.retired->push_back(hand_on(locked[0]));
  synced_.resize(items_.size());
  for (size_t i = 0; syncs() && i < items_.size(); ++i) {
    if (committed(i)) synced_[i] = answers[index[items_[i].target->parent.get()]];
  }
}

void GroupCommit::settle() {
  if (!syncs()) return;
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
    if (synced_[i].ok()) synced_[i] = staged_[i].synced_again;
    // One that is in place although it should not be keeps that error.
    if (outcomes_[i].error.ok()) judge_durability(request_.durability, synced_[i], &outcomes_[i]);
  }
}

}  // namespace

std::vector<Replacement> committable_items(const std::vector<Replacement>& items, uint8_t root) {
  std::vector<Replacement> some;
  for (const Replacement& item : items) {
    const Target& target = *item.target;
    if (target.error.ok() && target.parent->landed_root == root && target.status.type == EntryType::file &&
        (item.expected_hash.empty() || item.expected_hash == target.hash)) {
      some.push_back(item);
    }
  }
  return some;
}

std::vector<CommitOutcome> commit_batch(const TargetSet& targets, const std::vector<Replacement>& items,
                                        const CommitRequest& request, const ChangeHost& host) {
  return GroupCommit(targets, items, request, host).run();
}

}  // namespace ploke
