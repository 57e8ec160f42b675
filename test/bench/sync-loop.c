// sync-loop <directory> <files> <threads> <rounds>: writes so many files of 8 KB, whose writeback is begun at
// once, and syncs all of them on so many threads, as a batch of replaces does between writing and renaming.
// Prints microseconds a batch, the median.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kMostFiles = 1024, kMostThreads = 64, kMostRounds = 1000, kBytes = 8192 };

static int files[kMostFiles];
static int file_count;
static atomic_int next_file;

static void die(const char* what) {
  perror(what);
  exit(1);
}

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void* sync_some(void* unused) {
  (void)unused;
  for (;;) {
    const int index = atomic_fetch_add(&next_file, 1);
    if (index >= file_count) return NULL;
    if (fsync(files[index]) != 0) die("fsync");
  }
}

static int by_value(const void* a, const void* b) {
  const double left = *(const double*)a, right = *(const double*)b;
  return (left > right) - (left < right);
}

int main(int count, char** arguments) {
  if (count != 5) return 2;
  file_count = atoi(arguments[2]);
  const int threads = atoi(arguments[3]), rounds = atoi(arguments[4]);
  if (file_count < 1 || file_count > kMostFiles || threads < 1 || threads > kMostThreads || rounds < 1 ||
      rounds > kMostRounds) {
    return 2;
  }
  static double took[kMostRounds];
  static char bytes[kBytes];
  for (int round = 0; round < rounds; ++round) {
    memset(bytes, 'a' + round % 26, sizeof(bytes));
    for (int i = 0; i < file_count; ++i) {
      files[i] = open(arguments[1], O_TMPFILE | O_RDWR, 0600);
      if (files[i] == -1) die("open");
      if (write(files[i], bytes, sizeof(bytes)) != sizeof(bytes)) die("write");
      sync_file_range(files[i], 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    atomic_store(&next_file, 0);
    const double began = now_us();
    pthread_t others[kMostThreads];
    for (int i = 1; i < threads; ++i) {
      if (pthread_create(&others[i], NULL, sync_some, NULL) != 0) die("pthread_create");
    }
    sync_some(NULL);
    for (int i = 1; i < threads; ++i) pthread_join(others[i], NULL);
    took[round] = now_us() - began;
    for (int i = 0; i < file_count; ++i) close(files[i]);
  }
  qsort(took, (size_t)rounds, sizeof(*took), by_value);
  printf("%.1f\n", took[rounds / 2]);
  return 0;
}
