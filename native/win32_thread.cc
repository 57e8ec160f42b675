// Threads, locks and the threads that wait for them.
#include <process.h>

#include <cerrno>
#include <memory>

#include "win32.h"

namespace ploke {
namespace {

constexpr unsigned kThreadStackBytes = 1 << 20;

// The lock of a file is that of one byte where no content can be: a lock of Windows keeps others from reading
// and writing what it covers ("LockFileEx"), and may cover what lies beyond the end. Every program that is to
// be excluded locks the same byte; it is part of what docs/guarantees.md says of locks.
constexpr uint64_t kLockOffset = 0x7ffffffffffffff0;
constexpr DWORD kLockBytes = 1;

constexpr uint32_t kLongestWaitMs = 1000;
constexpr uint32_t kLongestStepMs = 64;

OVERLAPPED lock_place() {
  OVERLAPPED place = {};
  place.Offset = static_cast<DWORD>(kLockOffset);
  place.OffsetHigh = static_cast<DWORD>(kLockOffset >> 32);
  return place;
}

// A Win32 error code. Without LOCKFILE_FAIL_IMMEDIATELY it waits, since no handle of ours is overlapped.
DWORD lock(const Handle& handle, bool exclusive, bool wait) {
  OVERLAPPED place = lock_place();
  const DWORD flags = (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0) | (wait ? 0 : LOCKFILE_FAIL_IMMEDIATELY);
  return ::LockFileEx(native(handle), flags, 0, kLockBytes, 0, &place) ? ERROR_SUCCESS : ::GetLastError();
}

// Whether there was one to give up.
bool unlock(const Handle& handle) {
  OVERLAPPED place = lock_place();
  return ::UnlockFileEx(native(handle), 0, kLockBytes, 0, &place) != FALSE;
}

bool is_held(DWORD error) { return error == ERROR_LOCK_VIOLATION || error == ERROR_IO_PENDING; }

SysError lock_result(DWORD error) {
  if (is_held(error)) return SysError{EWOULDBLOCK, Call::flock};
  return error == ERROR_SUCCESS ? SysError{} : SysError{errno_of_win32(error), Call::flock};
}

// A mutex of all sessions, since a lock is one of all sessions too.
std::wstring gate_name(const FileStatus& file) {
  return L"Global\\ploke-io-replace-" + std::to_wstring(file.device) + L"-" + std::to_wstring(file.inode);
}

bool gate_is_closed(const FileStatus& file) {
  const HANDLE raw = ::OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, gate_name(file).c_str());
  // Another user's, which only he may open, is in use.
  if (raw == nullptr) return ::GetLastError() == ERROR_ACCESS_DENIED;
  const Handle mutex(reinterpret_cast<intptr_t>(raw));
  const DWORD waited = ::WaitForSingleObject(raw, 0);
  if (waited == WAIT_OBJECT_0 || waited == WAIT_ABANDONED) ::ReleaseMutex(raw);
  return waited == WAIT_TIMEOUT;
}

// What Thread::raw_ points to. Read by the thread itself and by whoever owns the Thread, until join().
struct RunningThread {
  std::function<void()> body;
  HANDLE thread = nullptr;
  ~RunningThread() {
    if (thread != nullptr) ::CloseHandle(thread);
  }
};

thread_local const std::function<bool()>* interruption = nullptr;

unsigned __stdcall thread_body(void* argument) {
  auto* const running = static_cast<RunningThread*>(argument);
  running->body();
  running->body = nullptr;
  return 0;
}

// Windows 10 1607.
void name_thread(HANDLE thread, const char* name) {
  using SetName = HRESULT(WINAPI*)(HANDLE, PCWSTR);
  static const auto set_name = reinterpret_cast<SetName>(
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "SetThreadDescription")));
  std::wstring wide;
  if (set_name != nullptr && to_wide(name, &wide)) static_cast<void>(set_name(thread, wide.c_str()));
}

void* library_function(const wchar_t* library, const char* name) {
  const HMODULE module = ::LoadLibraryExW(library, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  return module == nullptr ? nullptr : reinterpret_cast<void*>(::GetProcAddress(module, name));
}

}  // namespace

SysError lock_try(const Handle& handle, bool exclusive) {
  DWORD error = lock(handle, exclusive, false);
  // A second lock through one handle excludes the first, where flock(2) would convert it.
  if (is_held(error) && unlock(handle)) {
    lock_release(handle);
    error = lock(handle, exclusive, false);
  }
  // After the lock: whoever has let it go in order to replace the file had closed the gate before.
  if (error != ERROR_SUCCESS || !rename_needs_closed_target(handle)) return lock_result(error);
  const Result<FileStatus> status = handle_status(handle);
  if (!status.ok() || !gate_is_closed(status.value())) return {};
  lock_release(handle);
  return SysError{EWOULDBLOCK, Call::flock};
}

ReplaceGate::ReplaceGate(const FileStatus& file) {
  const HANDLE mutex = ::CreateMutexW(nullptr, FALSE, gate_name(file).c_str());
  if (mutex == nullptr) return;
  // Abandoned by a process that died: ours as well.
  const DWORD waited = ::WaitForSingleObject(mutex, kLongestWaitMs);
  gate_ = Handle(reinterpret_cast<intptr_t>(mutex));
  if (waited != WAIT_OBJECT_0 && waited != WAIT_ABANDONED) gate_.close();
}

ReplaceGate::~ReplaceGate() {
  if (gate_.valid()) ::ReleaseMutex(native(gate_));
}

SysError lock_wait(const Handle& handle, bool exclusive) {
  const DWORD error = lock(handle, exclusive, true);
  // CancelSynchronousIo.
  return error == ERROR_OPERATION_ABORTED ? SysError{EINTR, Call::flock} : lock_result(error);
}

void lock_release(const Handle& handle) {
  while (unlock(handle)) {
  }
}

// LockFileEx is the only kind.
SysError record_lock_try(const Handle&) { return {ENOTSUP, Call::flock}; }

Result<Thread> Thread::start(std::function<void()> body, const char* name) {
  auto state = std::make_unique<RunningThread>();
  state->body = std::move(body);
  errno = 0;
  // Suspended until its state is whole. Of the CRT, so that errno and its like are the thread's own.
  const uintptr_t thread = ::_beginthreadex(nullptr, kThreadStackBytes, thread_body, state.get(),
                                            CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == 0) return SysError{errno != 0 ? errno : EAGAIN, Call::pthread_create};
  state->thread = reinterpret_cast<HANDLE>(thread);
  name_thread(state->thread, name);
  ::ResumeThread(state->thread);
  Thread result;
  result.raw_ = reinterpret_cast<uintptr_t>(state.release());
  return result;
}

void Thread::join() {
  const std::unique_ptr<RunningThread> state(reinterpret_cast<RunningThread*>(raw_));
  ::WaitForSingleObject(state->thread, INFINITE);
}

void Thread::interrupt() {
  const auto* state = reinterpret_cast<const RunningThread*>(raw_);
  // ERROR_NOT_FOUND where it waits for nothing at the moment: whoever means it says it again.
  static_cast<void>(::CancelSynchronousIo(state->thread));
}

SysError Thread::accept_interrupts() { return {}; }

Interruption::Interruption(const std::function<bool()>& requested)
    : before_(std::exchange(interruption, &requested)) {}

Interruption::~Interruption() { interruption = before_; }

bool Interruption::requested() { return interruption != nullptr && *interruption && (*interruption)(); }

bool Patience::wait() {
  if (waited_ms_ >= kLongestWaitMs || Interruption::requested()) return false;
  uint32_t chance = 0;
  if (!random_fill(&chance, sizeof(chance))) chance = ::GetCurrentThreadId();
  const uint32_t step = step_ms_ + chance % (step_ms_ / 2 + 1);
  ::Sleep(step);
  waited_ms_ += step;
  if (step_ms_ < kLongestStepMs) step_ms_ *= 2;
  return true;
}

bool may_pass(NTSTATUS status) {
  return is(status, kStatusSharingViolation) || is(status, kStatusAccessDenied);
}

// ProcessPrng is what Windows 10 has for it and never fails; RtlGenRandom, under its exported name, is older.
bool random_fill(void* buffer, size_t size) {
  using ProcessPrng = BOOL(WINAPI*)(PBYTE, SIZE_T);
  using RtlGenRandom = BOOLEAN(NTAPI*)(PVOID, ULONG);
  static const auto newer =
      reinterpret_cast<ProcessPrng>(library_function(L"bcryptprimitives.dll", "ProcessPrng"));
  if (newer != nullptr) return newer(static_cast<PBYTE>(buffer), size) != FALSE;
  static const auto older =
      reinterpret_cast<RtlGenRandom>(library_function(L"advapi32.dll", "SystemFunction036"));
  return older != nullptr && size <= ULONG_MAX && older(buffer, static_cast<ULONG>(size)) != FALSE;
}

void* host_symbol(const char* name) {
  return reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(nullptr), name));
}

// Handles have no limit worth telling, and GetProcessHandleCount counts everything that is no file, too.
DescriptorFacts descriptor_facts() { return {}; }

}  // namespace ploke
