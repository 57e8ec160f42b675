// Locks that JavaScript holds: taken at once or waited for, given up, checked.
#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "binding_look.h"
#include "folded_name.h"
#include "lock_scope.h"
#include "owner.h"
#include "relative_path.h"
#include "resolve.h"
#include "temporary_name.h"

namespace ploke {
namespace {

// How often a file may be replaced between looking at its name and locking it, before that is the answer.
constexpr int kTakeAttempts = 32;

struct LockRequest {
  std::shared_ptr<const RootSet> set;
  uint8_t root = 0;
  std::string path;
  bool exclusive = true;
  LockKind kind = LockKind::advisory;
};

struct LockOutcome {
  SysError error;
  uint32_t lock = 0;
  FileIdentity identity;  // of what is locked, or of what somebody else has locked
  bool here = false;
};

// The name that a path leads to, a link followed to its target, and whether locks there are only of this
// host.
Result<HeldLock::Place> find_place(const Resolver& resolver, const LockRequest& request, bool* local) {
  Result<Located> located = resolver.locate(request.root, request.path, LastName::follow);
  if (!located.ok()) return located.error();
  if (located.value().name.empty()) return SysError{EISDIR, Call::openat};
  const Handle& parent = *located.value().parent;
  const Result<FileStatus> status = handle_status(parent);
  if (!status.ok()) return status.error();
  ReservedNames reserved(resolver.set());
  const SysError refused = reserved.check(status.value(), located.value().landed_root, located.value().name);
  if (!refused.ok()) return refused;
  const Result<int64_t> file_system = handle_file_system(parent);
  *local = file_system.ok() && locks_are_local(file_system.value());
  return HeldLock::Place{std::move(located.value().parent), std::move(located.value().name)};
}

// Opens the file and judges it as any file that is read.
Result<Handle> open_judged(const Resolver& resolver, const LockRequest& request, const HeldLock::Place& place,
                           bool local, FileStatus* opened) {
  Result<Handle> file = lock_open(*place.parent, place.name.c_str(), request.exclusive, local);
  if (!file.ok()) {
    // It became a link or a socket, or has gone, since it was looked at.
    const int32_t code = file.error().code;
    return code == ELOOP || code == ENXIO ? SysError{kChanged, Call::openat} : file.error();
  }
  const Result<FileStatus> status = handle_status(file.value());
  if (!status.ok()) return status.error();
  const SysError judged = regular_file_check(resolver.set(), status.value());
  if (!judged.ok()) return judged;
  const SysError mounted = mount_check(resolver.set(), request.root, file.value());
  if (!mounted.ok()) return mounted;
  *opened = status.value();
  return file;
}

// Whether a file may be one that belongs to ploke-io itself, by its name alone.
bool may_be_reserved(std::string_view name) {
  if (!is_folded(name)) return may_be_reserved(folded_name(name));
  return name == ".gitignore" || name.find("owner-") == 0 || name.find("lock-") == 0 ||
         name.find("new-") == 0 || is_temporary_name(name);
}

// The common case with no call to the system that could be left out: a regular file under its own name, on
// the file system of its root, whose locks are those of this host. kUndecided: anything else, and any doubt.
Result<std::shared_ptr<HeldLock>> take_plain(LockTable& table, const LockRequest& request,
                                             LockOutcome* outcome) {
  const SysError undecided = {kUndecided, Call::none};
  const RootSet& set = *request.set;
  const Root& root = *set.roots[request.root];
  const RelativePath path(request.path);
  if (!root.local_locks || !set.allow_mounts || !path.valid() || path.wants_directory() ||
      path.text().empty()) {
    return undecided;
  }
  HeldLock::Place place = {nullptr, path.name()};
  if (may_be_reserved(place.name)) return undecided;
  if (const std::string way = path.way(); way.empty()) {
    place.parent = set.root_handle(request.root);
  } else {
    Result<Handle> parent =
        beneath_open(root.directory, way.c_str(), OpenMode::look_directory, set.beneath(false));
    if (!parent.ok()) return undecided;
    place.parent = std::make_shared<const Handle>(parent.take());
  }
  Result<Handle> file = entry_open(*place.parent, place.name.c_str(), OpenMode::read);
  if (!file.ok()) return undecided;
  const Result<FileStatus> status = handle_status(file.value());
  if (!status.ok() || status.value().device != root.device) return undecided;
  if (!regular_file_check(set, status.value()).ok()) return undecided;
  outcome->identity = identity_of(status.value());
  return HeldLock::take(table, file.take(), status.value(), std::move(place), request.exclusive, request.kind,
                        &outcome->here);
}

LockOutcome try_take(LockTable& table, LockStore& store, const LockRequest& request) {
  LockOutcome outcome;
  Result<std::shared_ptr<HeldLock>> plain = take_plain(table, request, &outcome);
  if (plain.ok()) {
    outcome.lock = store.add(plain.take());
    return outcome;
  }
  if (plain.error().code == EWOULDBLOCK) {
    outcome.error = SysError{kLocked, Call::flock};
    return outcome;
  }
  const Resolver resolver(request.set);
  for (int attempt = 0; attempt < kTakeAttempts; ++attempt) {
    bool local = false;
    Result<HeldLock::Place> place = find_place(resolver, request, &local);
    outcome.error = place.error();
    if (place.ok()) {
      FileStatus status;
      Result<Handle> file = open_judged(resolver, request, place.value(), local, &status);
      outcome.error = file.error();
      if (file.ok()) {
        outcome.identity = identity_of(status);
        Result<std::shared_ptr<HeldLock>> taken = HeldLock::take(
            table, file.take(), status, place.take(), request.exclusive, request.kind, &outcome.here);
        outcome.error = taken.error();
        if (taken.ok()) {
          outcome.lock = store.add(taken.take());
          return outcome;
        }
      }
    }
    if (outcome.error.code == kChanged) continue;
    if (outcome.error.code == EWOULDBLOCK) outcome.error.code = kLocked;
    outcome.error = resolver.judge(request.root, outcome.error);
    return outcome;
  }
  outcome.error = SysError{kBusy, outcome.error.call};
  return outcome;
}

LockOutcome wait_lock(LockTable& table, LockStore& store, const LockRequest& request,
                      const LockWaits::Cancelled& cancelled) {
  const Resolver resolver(request.set);
  LockOutcome outcome;
  bool local = false;
  Result<HeldLock::Place> place = find_place(resolver, request, &local);
  outcome.error = place.error();
  if (!place.ok()) return outcome;
  Result<std::shared_ptr<HeldLock>> lock =
      lock_wait_for(table, place.value(), request.exclusive, local, cancelled);
  outcome.error = resolver.judge(request.root, lock.error());
  if (!lock.ok()) return outcome;
  outcome.identity = lock.value()->identity();
  const SysError judged = regular_file_check(resolver.set(), lock.value()->status());
  if (judged.ok()) {
    outcome.lock = store.add(lock.take());
  } else {
    outcome.error = judged;
  }
  return outcome;
}

// Numbers of `numbers`, in the order of LockNumber in src/native/lock-requests.ts.
void write_numbers(const LockOutcome& outcome, double* numbers) {
  numbers[0] = outcome.error.code;
  numbers[1] = static_cast<double>(outcome.error.call);
  numbers[2] = static_cast<double>(outcome.identity.first);
  numbers[3] = static_cast<double>(outcome.identity.second);
  numbers[4] = outcome.here ? 1 : 0;
}
constexpr size_t kNumbers = 5;

bool read_kind(const Napi::Value& value, LockKind* kind) {
  if (!value.IsNumber()) return false;
  const uint32_t number = value.As<Napi::Number>().Uint32Value();
  if (number != static_cast<uint32_t>(LockKind::process) &&
      number != static_cast<uint32_t>(LockKind::advisory)) {
    return false;
  }
  *kind = static_cast<LockKind>(number);
  return true;
}

bool read_place(Napi::Env env, const Napi::Value& set, const Napi::Value& root, const Napi::Value& path,
                LockRequest* request) {
  request->set = unwrap_handle<const RootSet>(env, set);
  if (request->set == nullptr || !root.IsNumber() || !path.IsString()) return false;
  const uint32_t number = root.As<Napi::Number>().Uint32Value();
  if (number >= request->set->roots.size()) return false;
  request->root = static_cast<uint8_t>(number);
  request->path = path.As<Napi::String>().Utf8Value();
  return true;
}

// A path argument without the length asked for first; "" for anything that is no string.
std::string text_of(napi_env env, napi_value value) {
  char buffer[512];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, buffer, sizeof(buffer), &length) != napi_ok) return "";
  if (length + 1 < sizeof(buffer)) return std::string(buffer, length);
  return Napi::String(env, value).Utf8Value();  // it may have been cut
}

// Straight through Node-API's own functions: it is called for each lock, and takes a few microseconds in all.
Napi::Value try_lock_now(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  LockRequest request;
  Environment& environment = Environment::of(env);
  uint32_t set = 0, root = 0, kind = 0;
  bool exclusive = true;
  if (napi_get_value_uint32(env, info[0], &set) == napi_ok && set < environment.lock_sets.size()) {
    request.set = environment.lock_sets[set].lock();
  }
  const bool is_request = request.set != nullptr && napi_get_value_uint32(env, info[1], &root) == napi_ok &&
                          root < request.set->roots.size() &&
                          napi_get_value_bool(env, info[3], &exclusive) == napi_ok &&
                          napi_get_value_uint32(env, info[4], &kind) == napi_ok &&
                          (kind == static_cast<uint32_t>(LockKind::process) ||
                           kind == static_cast<uint32_t>(LockKind::advisory)) &&
                          environment.lock_numbers != nullptr;
  if (!is_request) return refuse(env, "tryLock needs set, root, path, exclusive and kind, after lockNumbers");
  request.root = static_cast<uint8_t>(root);
  request.path = text_of(env, info[2]);
  request.exclusive = exclusive;
  request.kind = static_cast<LockKind>(kind);
  const LockOutcome outcome = try_take(environment.locks, environment.lock_store, request);
  write_numbers(outcome, environment.lock_numbers);
  return Napi::Number::New(env, outcome.lock);
}

Napi::Value lock_numbers(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  if (environment.lock_numbers == nullptr) {
    Napi::Float64Array numbers = Napi::Float64Array::New(env, kNumbers);
    if (numbers.IsEmpty()) return env.Undefined();
    environment.kept_lock_numbers = Napi::Persistent(numbers);
    environment.lock_numbers = numbers.Data();
  }
  return environment.kept_lock_numbers.Value();
}

Napi::Value lock_set(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<const RootSet> set = unwrap_handle<const RootSet>(env, info[0]);
  if (set == nullptr) return env.Undefined();
  std::vector<std::weak_ptr<const RootSet>>& sets = Environment::of(env).lock_sets;
  // A set that is asked for again has its number already.
  const auto is_same = [&set](const std::weak_ptr<const RootSet>& known) {
    return !known.owner_before(set) && !set.owner_before(known);
  };
  const auto is_free = [](const std::weak_ptr<const RootSet>& known) { return known.expired(); };
  auto found = std::find_if(sets.begin(), sets.end(), is_same);
  if (found == sets.end()) found = std::find_if(sets.begin(), sets.end(), is_free);
  const auto number = static_cast<uint32_t>(found - sets.begin());
  if (found == sets.end()) {
    sets.push_back(set);
  } else {
    *found = set;
  }
  return Napi::Number::New(env, number);
}

class LockJob final : public WaitJob {
 public:
  LockJob(Environment& environment, LockRequest request)
      : environment_(environment), request_(std::move(request)) {}

  void run() override { outcome_ = try_take(environment_.locks, environment_.lock_store, request_); }
  void wait(const LockWaits::Cancelled& cancelled) override {
    outcome_ = wait_lock(environment_.locks, environment_.lock_store, request_, cancelled);
  }
  void refuse(SysError error) override { outcome_.error = error; }

  Napi::Value finish(Napi::Env env) override {
    double numbers[kNumbers];
    write_numbers(outcome_, numbers);
    Napi::Object result = Napi::Object::New(env);
    result.Set("lock", outcome_.lock);
    result.Set("status", numbers[0]);
    result.Set("syscall", numbers[1]);
    result.Set("device", numbers[2]);
    result.Set("inode", numbers[3]);
    result.Set("here", outcome_.here);
    return result;
  }

 private:
  Environment& environment_;
  const LockRequest request_;
  LockOutcome outcome_;
};

std::unique_ptr<LockJob> read_job(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  LockRequest request;
  if (!info[0].IsObject()) return nullptr;
  const auto path = info[0].As<Napi::Object>();
  if (!read_place(env, path.Get("set"), path.Get("root"), path.Get("path"), &request) ||
      !read_kind(path.Get("kind"), &request.kind)) {
    return nullptr;
  }
  request.exclusive = is_true(path.Get("exclusive"));
  return std::make_unique<LockJob>(Environment::of(env), std::move(request));
}

Napi::Value try_lock_later(const Napi::CallbackInfo& info) {
  std::unique_ptr<LockJob> job = read_job(info);
  if (job == nullptr) return refuse(info.Env(), "a lock needs set, root, path, exclusive and kind");
  return Environment::of(info.Env()).submit(info.Env(), std::move(job));
}

Napi::Value wait_lock_later(const Napi::CallbackInfo& info) {
  std::unique_ptr<LockJob> job = read_job(info);
  const Napi::Value wait = info[0].IsObject() ? info[0].As<Napi::Object>().Get("wait") : Napi::Value();
  if (job == nullptr || wait.IsEmpty() || !wait.IsNumber()) {
    return refuse(info.Env(), "a wait needs set, root, path, exclusive, kind and wait");
  }
  return Environment::of(info.Env())
      .submit_wait(info.Env(), std::move(job), wait.As<Napi::Number>().Uint32Value());
}

uint32_t number_of(const Napi::CallbackInfo& info) {
  return info[0].IsNumber() ? info[0].As<Napi::Number>().Uint32Value() : 0;
}

void cancel_wait(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).lock_waits.cancel(number_of(info));
}

void release_lock(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  environment.lock_watch.remove(number_of(info));
  static_cast<void>(environment.lock_store.take(number_of(info)));
}

Napi::Value check_lock(const Napi::CallbackInfo& info) {
  const std::shared_ptr<HeldLock> lock = Environment::of(info.Env()).lock_store.find(number_of(info));
  const int32_t status = lock == nullptr ? static_cast<int32_t>(kChanged) : lock->check().code;
  return Napi::Number::New(info.Env(), status);
}

Napi::Value watch_lock(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const std::shared_ptr<HeldLock> lock = environment.lock_store.find(number_of(info));
  const int32_t status = lock == nullptr ? static_cast<int32_t>(kChanged)
                                         : environment.lock_watch.add(number_of(info), *lock).code;
  return Napi::Number::New(info.Env(), status);
}

Napi::Value set_listener(const Napi::CallbackInfo& info) {
  if (!info[0].IsFunction()) return refuse(info.Env(), "a listener is a function");
  Environment::of(info.Env()).listen(info.Env(), info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

}  // namespace

void export_locks(Napi::Object exports) {
  export_function(exports, "lockSet", lock_set);
  export_function(exports, "tryLock", try_lock_now);
  export_function(exports, "lockNumbers", lock_numbers);
  export_function(exports, "tryLockLater", try_lock_later);
  export_function(exports, "waitLock", wait_lock_later);
  export_function(exports, "cancelLockWait", cancel_wait);
  export_function(exports, "releaseLock", release_lock);
  export_function(exports, "checkLock", check_lock);
  export_function(exports, "watchLock", watch_lock);
  export_function(exports, "setLockListener", set_listener);
}

}  // namespace ploke
