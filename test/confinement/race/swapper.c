// Swaps what a path means as fast as it can until SIGTERM: `swapper ARENA MODE`. Prints "ready" after the
// first rounds and "swaps N" at the end. It never writes below out/: whatever changes there was changed by
// the program under test.
//
// An exchange mode has two names in one directory, one harmless and one hostile, and exchanges them
// (renameat2(2), RENAME_EXCHANGE). A moving mode has one directory with two homes. What the program under
// test removes or replaces is put back from spare/ by rename, so that no half-made thing ever stands at a
// contested name.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

// A recipe is "file", "fifo", "link TARGET" (@ is the arena) or "tree ENTRY…", where an entry is a file's
// path, or PATH>TARGET for a link. The first entry of a tree tells whether the tree is still whole.
struct mode {
  const char* id;
  const char* parent;  // of both names; for a moving mode of the first home
  const char* name;    // the contested name
  const char* other;   // what it is exchanged with; for a moving mode the path of the second home
  const char* harmless;
  const char* hostile;  // NULL: a moving mode
};

static const struct mode modes[] = {
    {"file-link", "ws", "f", "f.other", "file", "link ../out/f0"},
    {"directory-link", "ws", "d", "d.other", "tree f b/f", "link ../out"},
    {"parent-link", "ws", "a", "a.other", "tree b/f", "link ../out"},
    {"intermediate-link", "ws/p", "m", "m.other", "tree c/f", "link ../../out/m"},
    {"link-retarget", "ws", "l", "l.other", "link f0", "link ../out/f0"},
    {"directory-link-retarget", "ws", "k", "k.other", "link d0", "link ../out"},
    {"absolute-link-retarget", "ws", "l", "l.other", "link @/ws/f0", "link @/out/f0"},
    {"moved-out", "ws", "e", "elsewhere/e", "tree f l>../f0 s/f", NULL},
    {"fifo", "ws", "g", "g.other", "file", "fifo"},
    {"root-path", "", "ws", "ws.other", NULL, "link out"},
    {"dotdot-chain", "ws/q", "r", "ws/r", "tree f l>../../f0", NULL},
    {"cross-root", "ws", "x", "x.other", "link f0", "link @/wb/f0"},
    {"cross-root-directory", "ws", "y", "y.other", "tree f0", "link ../wb"},
    {"tree-link", "ws/t", "s", "s.other", "tree f b/f", "link ../../out"},
    {"file-directory", "ws", "h", "h.other", "file", "tree f"},
    {"final-link-chain", "ws", "c", "c.other", "link l1", "link l2"},
};

static char arena[4096];
static int arena_handle = -1, spare_handle = -1;
static unsigned long made = 0;
static volatile sig_atomic_t stopped = 0;

static void stop(int signal_number) {
  (void)signal_number;
  stopped = 1;
}

static void fail(const char* what, const char* name) {
  fprintf(stderr, "swapper: %s %s: %s\n", what, name, strerror(errno));
  exit(1);
}

static void target_of(const char* recipe, char* target, size_t size) {
  const char* text = recipe + strlen("link ");
  if (*text == '@') {
    snprintf(target, size, "%s%s", arena, text + 1);
  } else {
    snprintf(target, size, "%s", text);
  }
}

static void make_file(int directory, const char* name) {
  int handle = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (handle < 0 || write(handle, "INSIDE in", 9) != 9) fail("create", name);
  close(handle);
}

static void make_entry(int directory, const char* entry) {
  char path[256];
  snprintf(path, sizeof path, "%s", entry);
  char* link = strchr(path, '>');
  char* slash = link == NULL ? strchr(path, '/') : NULL;
  if (link != NULL) {
    *link = 0;
    if (symlinkat(link + 1, directory, path) != 0) fail("symlink", entry);
    return;
  }
  if (slash != NULL) {
    *slash = 0;
    if (mkdirat(directory, path, 0755) != 0 && errno != EEXIST) fail("mkdir", entry);
    *slash = '/';
  }
  make_file(directory, path);
}

// Makes a thing in spare/, where nobody else looks, and says under which name.
static const char* make(const char* recipe) {
  static char name[64];
  snprintf(name, sizeof name, "made-%lu", made++);
  if (strcmp(recipe, "file") == 0) {
    make_file(spare_handle, name);
  } else if (strcmp(recipe, "fifo") == 0) {
    if (mkfifoat(spare_handle, name, 0644) != 0) fail("mkfifo", name);
  } else if (strncmp(recipe, "link ", 5) == 0) {
    char target[4200];
    target_of(recipe, target, sizeof target);
    if (symlinkat(target, spare_handle, name) != 0) fail("symlink", name);
  } else {
    char entries[256];
    snprintf(entries, sizeof entries, "%s", recipe + strlen("tree "));
    if (mkdirat(spare_handle, name, 0755) != 0) fail("mkdir", name);
    int tree = openat(spare_handle, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree < 0) fail("open", name);
    char* rest = entries;
    for (char* entry = strsep(&rest, " "); entry != NULL; entry = strsep(&rest, " ")) make_entry(tree, entry);
    close(tree);
  }
  return name;
}

static int remove_one(const char* path, const struct stat* status, int flag, struct FTW* walk) {
  (void)status, (void)flag, (void)walk;
  remove(path);  // somebody may be making something in there: then it stays, which does no harm
  return 0;
}

static void discard(int directory, const char* name) {
  char trash[64], path[4200];
  snprintf(trash, sizeof trash, "trash-%lu", made++);
  if (renameat(directory, name, spare_handle, trash) != 0) return;  // gone already
  snprintf(path, sizeof path, "%s/spare/%s", arena, trash);
  nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

// Whether what stands at a name is what the recipe makes, and is still whole.
static bool matches(int directory, const char* name, const char* recipe) {
  struct stat status;
  if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
  if (strcmp(recipe, "file") == 0) return S_ISREG(status.st_mode);
  if (strcmp(recipe, "fifo") == 0) return S_ISFIFO(status.st_mode);
  if (strncmp(recipe, "link ", 5) == 0) {
    char wanted[4200], found[4200];
    target_of(recipe, wanted, sizeof wanted);
    ssize_t size = readlinkat(directory, name, found, sizeof found - 1);
    if (size < 0) return false;
    found[size] = 0;
    return strcmp(wanted, found) == 0;
  }
  if (!S_ISDIR(status.st_mode)) return false;
  char first[256];
  const char* entry = recipe + strlen("tree ");
  snprintf(first, sizeof first, "%s/%.*s", name, (int)strcspn(entry, " >"), entry);
  return fstatat(directory, first, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void install(int directory, const char* name, const char* recipe) {
  discard(directory, name);
  const char* fresh = make(recipe);
  if (renameat2(spare_handle, fresh, directory, name, RENAME_NOREPLACE) != 0) discard(spare_handle, fresh);
}

// Puts one harmless and one hostile thing at the two names, whatever became of them.
static void mend_exchange(const struct mode* mode, int directory) {
  if (mode->harmless == NULL) {  // root-path: nobody can remove a root, so only the link may be missing
    bool there =
        matches(directory, mode->name, mode->hostile) || matches(directory, mode->other, mode->hostile);
    if (!there) install(directory, mode->other, mode->hostile);
    return;
  }
  if (matches(directory, mode->name, mode->hostile)) {
    if (!matches(directory, mode->other, mode->harmless)) install(directory, mode->other, mode->harmless);
    return;
  }
  if (!matches(directory, mode->name, mode->harmless)) install(directory, mode->name, mode->harmless);
  if (!matches(directory, mode->other, mode->hostile)) install(directory, mode->other, mode->hostile);
}

static void mend_move(const struct mode* mode, int directory) {
  if (matches(directory, mode->name, mode->harmless)) {
    discard(arena_handle, mode->other);
  } else if (matches(arena_handle, mode->other, mode->harmless)) {
    discard(directory, mode->name);
    renameat2(arena_handle, mode->other, directory, mode->name, RENAME_NOREPLACE);
  } else {
    discard(arena_handle, mode->other);
    install(directory, mode->name, mode->harmless);
  }
}

static int open_parent(const struct mode* mode) {
  // The parent may be made and removed by the program under test (a recursive remove): it is made again as
  // needed.
  if (mode->parent[0] == 0) return dup(arena_handle);
  int directory = openat(arena_handle, mode->parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0 && errno == ENOENT) {
    mkdirat(arena_handle, mode->parent, 0755);
    directory = openat(arena_handle, mode->parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }
  return directory;
}

static unsigned long swap_some(const struct mode* mode, int directory, int times) {
  unsigned long swaps = 0;
  for (int time = 0; time < times && !stopped; time++) {
    int failed;
    if (mode->hostile != NULL) {
      failed = renameat2(directory, mode->name, directory, mode->other, RENAME_EXCHANGE);
    } else {
      failed = renameat(directory, mode->name, arena_handle, mode->other);
      failed |= renameat(arena_handle, mode->other, directory, mode->name);
    }
    if (failed != 0) break;
    swaps++;
  }
  return swaps;
}

int main(int count, char** words) {
  if (count == 2 && strcmp(words[1], "--list") == 0) {
    for (size_t index = 0; index < sizeof modes / sizeof *modes; index++) puts(modes[index].id);
    return 0;
  }
  if (count != 3) {
    fprintf(stderr, "usage: swapper ARENA MODE | swapper --list\n");
    return 2;
  }
  const struct mode* mode = NULL;
  for (size_t index = 0; index < sizeof modes / sizeof *modes; index++) {
    if (strcmp(modes[index].id, words[2]) == 0) mode = &modes[index];
  }
  if (mode == NULL) {
    fprintf(stderr, "swapper: no such mode: %s\n", words[2]);
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing goes on swapping when the test is gone
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  snprintf(arena, sizeof arena, "%s", words[1]);
  arena_handle = open(arena, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (arena_handle < 0) fail("open", arena);
  spare_handle = openat(arena_handle, "spare", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (spare_handle < 0) fail("open", "spare");

  unsigned long swaps = 0;
  bool told = false;
  while (!stopped) {
    int directory = open_parent(mode);
    if (directory < 0) continue;
    if (mode->hostile != NULL) {
      mend_exchange(mode, directory);
    } else {
      mend_move(mode, directory);
    }
    swaps += swap_some(mode, directory, 64);
    close(directory);
    if (!told && swaps >= 64) {
      puts("ready");
      fflush(stdout);
      told = true;
    }
  }
  printf("swaps %lu\n", swaps);
  return 0;
}
