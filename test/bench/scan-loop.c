// scan-loop ROOT LIST THREADS: what a stamp scan asks of the system, by threads of a program that does
// nothing else. LIST: paths below ROOT, sorted by directory, each ended by a NUL. The first look at the files
// is kept. For each line on standard input all are looked at again, those that differ are counted and kept,
// and a line of JSON is written.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct file {
  const char* name;
  ino_t inode;
  off_t size;
  struct timespec modified, changed;
};
struct directory {
  const char* path;
  size_t first, end;
};

enum { directories_at_once = 8, most_threads = 64 };
static struct file* files;
static struct directory* directories;
static size_t directory_count;
static int root;
static atomic_size_t next_directory, differing;

static void fail(const char* what) {
  perror(what);
  exit(3);
}

static int is_same_time(struct timespec a, struct timespec b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static void compare(int parent, struct file* file) {
  struct stat now;
  if (fstatat(parent, file->name, &now, AT_SYMLINK_NOFOLLOW) == -1) fail(file->name);
  if (now.st_ino == file->inode && now.st_size == file->size && is_same_time(now.st_mtim, file->modified) &&
      is_same_time(now.st_ctim, file->changed))
    return;
  file->inode = now.st_ino;
  file->size = now.st_size;
  file->modified = now.st_mtim;
  file->changed = now.st_ctim;
  differing++;
}

static void* scan(void* nothing) {
  struct open_how how = {0};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (;;) {
    const size_t first = atomic_fetch_add(&next_directory, directories_at_once);
    if (first >= directory_count) return nothing;
    for (size_t i = first; i < first + directories_at_once && i < directory_count; i++) {
      const struct directory* directory = &directories[i];
      const int parent = (int)syscall(SYS_openat2, root, directory->path, &how, sizeof how);
      if (parent == -1) fail(directory->path);
      for (size_t each = directory->first; each < directory->end; each++) compare(parent, &files[each]);
      close(parent);
    }
  }
}

// Divides the list at the last slash of each path, in place.
static void load(const char* name) {
  FILE* input = fopen(name, "rb");
  if (input == NULL || fseek(input, 0, SEEK_END) == -1) fail(name);
  const size_t size = (size_t)ftell(input);
  rewind(input);
  char* list = malloc(size + 1);
  if (list == NULL || fread(list, 1, size, input) != size) fail(name);
  fclose(input);
  size_t count = 0;
  for (size_t i = 0; i < size; i++) count += list[i] == '\0';
  files = calloc(count, sizeof *files);
  directories = calloc(count, sizeof *directories);
  if (files == NULL || directories == NULL) fail(name);
  char* at = list;
  for (size_t i = 0; i < count; i++) {
    char* next = at + strlen(at) + 1;
    char* slash = strrchr(at, '/');
    const char* parent = slash == NULL ? "." : at;
    if (slash != NULL) *slash = '\0';
    files[i].name = slash == NULL ? at : slash + 1;
    if (directory_count == 0 || strcmp(directories[directory_count - 1].path, parent) != 0)
      directories[directory_count++] = (struct directory){parent, i, i};
    directories[directory_count - 1].end = i + 1;
    at = next;
  }
}

// Milliseconds.
static double scan_all(int thread_count) {
  struct timespec began, ended;
  pthread_t threads[most_threads];
  next_directory = differing = 0;
  clock_gettime(CLOCK_MONOTONIC, &began);
  for (int i = 0; i < thread_count; i++)
    if (pthread_create(&threads[i], NULL, scan, NULL) != 0) fail("pthread_create");
  for (int i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
  clock_gettime(CLOCK_MONOTONIC, &ended);
  return (double)(ended.tv_sec - began.tv_sec) * 1e3 + (double)(ended.tv_nsec - began.tv_nsec) / 1e6;
}

int main(int count, char** arguments) {
  if (count != 4) return 2;
  root = open(arguments[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root == -1) fail(arguments[1]);
  load(arguments[2]);
  const int thread_count = atoi(arguments[3]);
  if (thread_count < 1 || thread_count > most_threads) return 2;
  scan_all(thread_count);
  char line[16];
  while (fgets(line, sizeof line, stdin) != NULL) {
    const double elapsed = scan_all(thread_count);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"elapsedMs\":%.4f,\"peakMiB\":%.3f,\"differing\":%zu}\n", elapsed,
           (double)usage.ru_maxrss / 1024, (size_t)differing);
    fflush(stdout);
  }
  return 0;
}
