// Errors on purpose, made while the library is loaded: what the sanitizers have to see inside a Node that is
// not instrumented. PLOKE_IO_CANARY says which.
#include <climits>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

int shared_count = 0;

void count() {
  for (int turn = 0; turn < 1000; ++turn) ++shared_count;
}

// Out of what the compiler knows.
volatile int five = 5;

int made = [] {
  const char* kind = std::getenv("PLOKE_IO_CANARY");
  if (kind == nullptr) return 0;
  if (std::strcmp(kind, "address") == 0) {
    char* bytes = new char[5];
    const int past = bytes[five];
    delete[] bytes;
    return past;
  }
  if (std::strcmp(kind, "leak") == 0) {
    void* volatile lost = std::malloc(12345);
    lost = nullptr;
    return lost == nullptr ? 1 : 0;
  }
  if (std::strcmp(kind, "undefined") == 0) return INT_MAX - 4 + five;
  if (std::strcmp(kind, "thread") == 0) {
    std::thread first(count);
    std::thread second(count);
    first.join();
    second.join();
  }
  return 0;
}();

}  // namespace
