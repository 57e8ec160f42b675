// flock(2), and the threads that wait in it.
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>

#include "posix.h"

namespace ploke {

namespace {

// musl's default is 128 KiB, too little for the buffers that are kept on the stack here.
constexpr size_t kThreadStackBytes = 1 << 20;

struct ThreadStart {
  std::function<void()> body;
  const char* name;
};

void* thread_body(void* argument) {
  const std::unique_ptr<ThreadStart> start(static_cast<ThreadStart*>(argument));
  thread_name_set(start->name);
  start->body();
  return nullptr;
}

void no_operation(int) {}

// The signal that ends a wait: closing the descriptor would not (measured). One that nobody in the process
// has a handler for, found when it is first needed and kept; 0: there is none.
int interrupt_signal() {
  static const int chosen = [] {
    for (const int number : interrupt_signals()) {
      struct sigaction present;
      if (::sigaction(number, nullptr, &present) != 0) continue;
      if ((present.sa_flags & SA_SIGINFO) != 0 || present.sa_handler != SIG_DFL) continue;
      struct sigaction own;
      std::memset(&own, 0, sizeof(own));
      own.sa_handler = no_operation;  // without SA_RESTART: flock(2) ends with EINTR
      sigemptyset(&own.sa_mask);      // a macro on macOS, as its like below
      if (::sigaction(number, &own, nullptr) == 0) return number;
    }
    return 0;
  }();
  return chosen;
}

pthread_t thread_of(uintptr_t raw) {
  pthread_t thread;
  std::memcpy(&thread, &raw, sizeof(thread));
  return thread;
}

}  // namespace

SysError lock_try(const Handle& handle, bool exclusive) {
  const int operation = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
  if (retried([&] { return ::flock(descriptor(handle), operation); }) == -1) return failed_open(Call::flock);
  return {};
}

SysError lock_wait(const Handle& handle, bool exclusive) {
  if (::flock(descriptor(handle), exclusive ? LOCK_EX : LOCK_SH) == -1) return failed_open(Call::flock);
  return {};
}

// A file can be replaced while it is open and locked.
ReplaceGate::ReplaceGate(const FileStatus&) {}
ReplaceGate::~ReplaceGate() = default;

void lock_release(const Handle& handle) { static_cast<void>(::flock(descriptor(handle), LOCK_UN)); }

Result<Thread> Thread::start(std::function<void()> body, const char* name) {
  auto argument = std::make_unique<ThreadStart>(ThreadStart{std::move(body), name});
  pthread_attr_t attributes;
  if (const int code = ::pthread_attr_init(&attributes); code != 0)
    return SysError{code, Call::pthread_create};
  ::pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  // A new thread inherits the mask, so there is no moment in which it could take a signal.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const int code = ::pthread_create(&thread, &attributes, thread_body, argument.get());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_attr_destroy(&attributes);
  if (code != 0) return SysError{code, Call::pthread_create};
  static_cast<void>(argument.release());  // thread_body owns it now
  Thread result;
  static_assert(sizeof(thread) <= sizeof(result.raw_), "a pthread_t fits");
  std::memcpy(&result.raw_, &thread, sizeof(thread));
  return result;
}

void Thread::join() { ::pthread_join(thread_of(raw_), nullptr); }

void Thread::interrupt() {
  if (interrupt_signal() != 0) ::pthread_kill(thread_of(raw_), interrupt_signal());
}

SysError Thread::accept_interrupts() {
  const int number = interrupt_signal();
  if (number == 0) return SysError{EAGAIN, Call::pthread_create};
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  return {};
}

}  // namespace ploke
