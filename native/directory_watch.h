// What happens to the names in watched directories, as the system tells it. The system's own watch is in one
// source file per system.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "platform.h"

namespace ploke {

// Columns, one row a record, in the order in which the kernel had them.
struct WatchRecords {
  std::vector<int32_t> watches;
  std::vector<uint32_t> masks;
  std::vector<uint32_t> cookies;
  std::string names;      // joined with NUL; "" where the record is of the directory itself
  bool overflow = false;  // records were lost: nothing but looking at everything makes up for them
  int32_t error = 0;      // errno of the read or poll that failed; no more records come then
  bool empty() const { return watches.empty() && !overflow && error == 0; }
};

// Watches any number of directories, on a thread of its own. Records wait here until they are taken. The
// handles that it is given are not kept: a watch is on the directory itself, whatever it is called.
class DirectoryWatch {
 public:
  // `wake` is called on the thread of the watch when there is something to take, and then not again before
  // take(). It may come late: when somebody has taken it all already. It is destroyed in close().
  static Result<std::shared_ptr<DirectoryWatch>> open(std::function<void()> wake);

  explicit DirectoryWatch(std::function<void()> wake) : wake_(std::move(wake)) {}
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;
  ~DirectoryWatch() { close(); }

  // On any thread. The number of the watch, above 0; that of a directory that is watched already is the same
  // again. ECANCELED: it is closed.
  Result<int32_t> add(const Handle& directory);
  // Those that do not exist (any more) are passed over.
  void remove(const int32_t* watches, size_t count);
  // Everything that happened before the call and was not taken yet, also what is still in the kernel's queue.
  WatchRecords take();
  // Ends the thread, and with it all watches. Idempotent; not while another thread calls it.
  void close();

 private:
  SysError start();
  void run();
  bool read_all();
  bool read_some(size_t most, size_t* size);
  void append(int32_t watch, uint32_t mask, uint32_t cookie, std::string_view name);
  void wake_once();

  std::function<void()> wake_;
  std::vector<Thread> thread_;
  std::mutex mutex_;
  // The rest is guarded by it, but that the thread uses the descriptors, which outlive it, without.
  Handle events_;
  Handle stop_;
  bool closed_ = false;
  WatchRecords pending_;
  size_t last_name_ = 0;  // where the name of the last pending record begins
  bool halved_ = false;   // the last that was read is a rename's first half
  bool woken_ = false;    // since the last take()
};

}  // namespace ploke
