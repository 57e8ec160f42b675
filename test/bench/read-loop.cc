// read-loop ROOT LIST THREADS: what reading and verifying asks of the system and the processor, by threads of
// a program that does nothing else. LIST: of each file its path below ROOT, the expected SHA-256 in hex and
// the ranges to be cut out, each ended by a NUL. For each line on standard input all files are read once and
// a line of JSON is written; a file that differs is counted, and expected as it is from then on.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "../../native/platform.h"
#include "../../native/sha256.h"
#include "../../native/utf8.h"

// The addon hashes by the OpenSSL of its host; here that is the system's.
void* ploke::host_symbol(const char* name) {
  static void* const library = [] {
    void* found = dlopen("libcrypto.so.3", RTLD_NOW);
    return found != nullptr ? found : dlopen("libcrypto.so.1.1", RTLD_NOW);
  }();
  return library == nullptr ? nullptr : dlsym(library, name);
}

namespace {

struct File {
  const char* path;
  ploke::Digest expected;
  std::vector<std::pair<size_t, size_t>> ranges;
};

constexpr size_t kFilesAtOnce = 64;
std::vector<File> files;
int root = -1;
std::atomic<size_t> next_file;
std::atomic<size_t> differing;
std::atomic<size_t> failed;

void fail(const char* what) {
  perror(what);
  exit(3);
}

struct Worker {
  ploke::Sha256 hash;
  std::vector<uint8_t> buffer;
  std::vector<uint8_t> snippets;

  bool read_whole(const char* path, size_t* size) {
    struct open_how how = {};
    how.flags = O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const int file = static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof how));
    struct stat status;
    if (file == -1 || fstat(file, &status) == -1 || !S_ISREG(status.st_mode)) return false;
    // One byte more than the file has, so that a read that comes back short is known to be the last.
    const size_t wanted = static_cast<size_t>(status.st_size) + 1;
    if (buffer.size() < wanted) buffer.resize((wanted + 4095) / 4096 * 4096);
    *size = 0;
    for (;;) {
      const ssize_t count = read(file, buffer.data() + *size, buffer.size() - *size);
      if (count == -1) return false;
      *size += static_cast<size_t>(count);
      if (*size < buffer.size()) break;
      buffer.resize(buffer.size() * 2);
    }
    close(file);
    return true;
  }

  void verify(File* file) {
    size_t size = 0;
    if (!read_whole(file->path, &size)) {
      failed++;
      return;
    }
    const ploke::Digest digest = hash.of(buffer.data(), size);
    if (digest != file->expected) {
      differing++;
      file->expected = digest;
    }
    if (file->ranges.empty()) return;
    if (!ploke::utf8_check(buffer.data(), size).valid) failed++;
    for (const auto& [start, end] : file->ranges) {
      if (end <= size) snippets.insert(snippets.end(), buffer.data() + start, buffer.data() + end);
    }
  }

  void run() {
    for (;;) {
      const size_t first = next_file.fetch_add(kFilesAtOnce);
      if (first >= files.size()) return;
      const size_t end = std::min(first + kFilesAtOnce, files.size());
      for (size_t i = first; i < end; i++) verify(&files[i]);
    }
  }
};

int nibble(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

void load(const std::string& list) {
  const char* const end = list.data() + list.size();
  for (const char* at = list.data(); at < end;) {
    File file;
    file.path = at;
    at += strlen(at) + 1;
    for (size_t i = 0; i < file.expected.size(); i++) {
      file.expected[i] = static_cast<uint8_t>(nibble(at[2 * i]) << 4 | nibble(at[2 * i + 1]));
    }
    at += strlen(at) + 1;
    char* rest = const_cast<char*>(at);
    while (*rest != '\0') {
      const size_t start = strtoul(rest, &rest, 10);
      file.ranges.emplace_back(start, strtoul(rest, &rest, 10));
    }
    at += strlen(at) + 1;
    files.push_back(std::move(file));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  root = open(arguments[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root == -1) fail(arguments[1]);
  std::ifstream input(arguments[2], std::ios::binary);
  const std::string list((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
  load(list);
  const int thread_count = atoi(arguments[3]);
  const char* const hash = ploke::sha256_is_host() ? "the system's OpenSSL" : "portable code (slow)";

  char line[16];
  while (fgets(line, sizeof line, stdin) != nullptr) {
    next_file = differing = failed = 0;
    const auto began = std::chrono::steady_clock::now();
    {
      std::vector<std::thread> threads;
      for (int i = 0; i < thread_count; i++) threads.emplace_back([] { Worker().run(); });
      for (std::thread& thread : threads) thread.join();
    }
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - began;
    if (failed > 0) {
      fprintf(stderr, "read-loop: %zu files failed\n", failed.load());
      return 4;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"elapsedMs\":%.4f,\"peakMiB\":%.3f,\"differing\":%zu,\"hash\":\"%s\"}\n", elapsed.count(),
           static_cast<double>(usage.ru_maxrss) / 1024, differing.load(), hash);
    fflush(stdout);
  }
  return 0;
}
