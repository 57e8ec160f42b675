// tracer --under DIRECTORY --report FILE [--kill N | --kill N:exit] [--fail WHICH:ERRNO] [--short
// WHICH:BYTES]
//        [--pause WHICH:COMMAND] -- COMMAND...
// Runs a command and sees every system call of its threads that concerns a file below a directory, between
// the two marker calls access("/ploke-io-begin") and access("/ploke-io-end") (--from start: from its start),
// counted from 1 in the order in which they are entered. It can kill the process at one of them, have one
// fail, shorten a write, or run a shell command while one waits to be executed. WHICH is a number, or NAME#K
// for the K-th call of that name, NAME#* for every one; an exchanging rename is called "exchange". FILE gets
// a line of JSON for each call. Linux 5.3, x86-64 and AArch64.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

// struct ptrace_syscall_info, linux/ptrace.h, as far as it is needed.
struct call_info {
  uint8_t op;
  uint8_t pad[3];
  uint32_t arch;
  uint64_t instruction_pointer;
  uint64_t stack_pointer;
  union {
    struct {
      uint64_t number;
      uint64_t args[6];
    } entry;
    struct {
      int64_t value;
      uint8_t is_error;
    } exit;
  };
};
enum { op_entry = 1, op_exit = 2 };

// How a call names its file: by the descriptor in argument 0, by a name (argument 1) in the directory of
// argument 0, or by a new name (argument 3) in the directory of argument 2: what it is given to may have
// none.
enum shape { by_descriptor, by_name, by_new_name };
struct call_kind {
  long number;
  const char* name;
  enum shape shape;
};
static const struct call_kind kinds[] = {
    {SYS_openat, "openat", by_name},
    {SYS_openat2, "openat2", by_name},
    {SYS_newfstatat, "newfstatat", by_name},
    {SYS_statx, "statx", by_name},
    {SYS_readlinkat, "readlinkat", by_name},
    {SYS_unlinkat, "unlinkat", by_name},
    {SYS_mkdirat, "mkdirat", by_name},
    {SYS_linkat, "linkat", by_new_name},
    {SYS_renameat2, "renameat2", by_name},
#ifdef SYS_renameat
    {SYS_renameat, "renameat", by_name},
#endif
    {SYS_read, "read", by_descriptor},
    {SYS_pread64, "pread64", by_descriptor},
    {SYS_write, "write", by_descriptor},
    {SYS_pwrite64, "pwrite64", by_descriptor},
    {SYS_close, "close", by_descriptor},
    {SYS_fstat, "fstat", by_descriptor},
    {SYS_fstatfs, "fstatfs", by_descriptor},
    {SYS_fsync, "fsync", by_descriptor},
    {SYS_fdatasync, "fdatasync", by_descriptor},
    {SYS_ftruncate, "ftruncate", by_descriptor},
    {SYS_fchmod, "fchmod", by_descriptor},
    {SYS_fchown, "fchown", by_descriptor},
    {SYS_fgetxattr, "fgetxattr", by_descriptor},
    {SYS_fsetxattr, "fsetxattr", by_descriptor},
    {SYS_flistxattr, "flistxattr", by_descriptor},
    {SYS_fremovexattr, "fremovexattr", by_descriptor},
    {SYS_flock, "flock", by_descriptor},
    {SYS_getdents64, "getdents64", by_descriptor},
    {SYS_sync_file_range, "sync_file_range", by_descriptor},
    {SYS_lseek, "lseek", by_descriptor},
};
enum { kind_count = sizeof(kinds) / sizeof(kinds[0]) };

// One thing to do at certain calls.
struct order {
  enum { at_kill, at_fail, at_short, at_pause } what;
  int number;     // of all calls; 0: by name
  char name[32];  // with `nth`; 0: every one
  int nth;
  long value;  // errno, bytes; of a kill 1: when the call is over
  const char* command;
};
static struct order orders[64];
static int order_count;

enum { max_threads = 512 };
static struct thread {
  pid_t id;
  bool is_new;
  long fail_with;  // errno to be answered, 0: none
  bool restores;   // argument 2 is put back
  uint64_t argument2;
  bool kills;  // when the call is over
  int index;   // of the call that is under way, 0: none that counts
} threads[max_threads];

static char under[4096];
static FILE* report;
static bool counting;
static int counted;
static int counted_by_name[kind_count + 1];
static pid_t leader;

static struct thread* thread_of(pid_t id) {
  struct thread* free_one = NULL;
  for (int i = 0; i < max_threads; i++) {
    if (threads[i].id == id) return &threads[i];
    if (threads[i].id == 0 && free_one == NULL) free_one = &threads[i];
  }
  if (free_one == NULL) {
    fprintf(stderr, "tracer: too many threads\n");
    exit(2);
  }
  memset(free_one, 0, sizeof(*free_one));
  free_one->id = id;
  free_one->is_new = true;
  return free_one;
}

static void read_text(pid_t id, uint64_t address, char* text, size_t size) {
  text[0] = '\0';
  size_t length = 0;
  // Not across a page that may not be there.
  while (length + 1 < size) {
    size_t room = 4096 - ((address + length) & 4095);
    if (room > size - 1 - length) room = size - 1 - length;
    struct iovec local = {text + length, room};
    struct iovec remote = {(void*)(uintptr_t)(address + length), room};
    ssize_t got = process_vm_readv(id, &local, 1, &remote, 1, 0);
    if (got <= 0) break;
    char* end = memchr(text + length, '\0', (size_t)got);
    if (end != NULL) return;
    length += (size_t)got;
  }
  text[length] = '\0';
}

static void path_of_descriptor(pid_t id, int descriptor, char* path, size_t size) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/%d/fd/%d", id, descriptor);
  ssize_t length = readlink(link, path, size - 1);
  path[length > 0 ? length : 0] = '\0';
}

static bool is_under(const char* path) {
  size_t length = strlen(under);
  return strncmp(path, under, length) == 0 &&
         (path[length] == '/' || path[length] == '\0' || path[length] == ' ');
}

static void path_of_name(pid_t id, int directory, uint64_t name, char* path, size_t size) {
  char text[2048];
  read_text(id, name, text, sizeof(text));
  if (text[0] == '/') {
    snprintf(path, size, "%s", text);
    return;
  }
  char base[2048];
  path_of_descriptor(id, directory, base, sizeof(base));
  snprintf(path, size, text[0] == '\0' ? "%s" : "%s/%s", base, text);
}

static void set_number(pid_t id, long number) {
#if defined(__x86_64__)
  ptrace(PTRACE_POKEUSER, id, offsetof(struct user, regs.orig_rax), number);
#elif defined(__aarch64__)
  int value = (int)number;
  struct iovec data = {&value, sizeof(value)};
  ptrace(PTRACE_SETREGSET, id, 0x404 /* NT_ARM_SYSTEM_CALL */, &data);
#endif
}

static void set_result(pid_t id, long value) {
#if defined(__x86_64__)
  ptrace(PTRACE_POKEUSER, id, offsetof(struct user, regs.rax), value);
#elif defined(__aarch64__)
  struct user_regs_struct registers;
  struct iovec data = {&registers, sizeof(registers)};
  ptrace(PTRACE_GETREGSET, id, NT_PRSTATUS, &data);
  registers.regs[0] = (unsigned long long)value;
  ptrace(PTRACE_SETREGSET, id, NT_PRSTATUS, &data);
#endif
}

static void set_argument2(pid_t id, uint64_t value) {
#if defined(__x86_64__)
  ptrace(PTRACE_POKEUSER, id, offsetof(struct user, regs.rdx), value);
#elif defined(__aarch64__)
  struct user_regs_struct registers;
  struct iovec data = {&registers, sizeof(registers)};
  ptrace(PTRACE_GETREGSET, id, NT_PRSTATUS, &data);
  registers.regs[2] = value;
  ptrace(PTRACE_SETREGSET, id, NT_PRSTATUS, &data);
#endif
}

static void write_json(const char* text) {
  fputc('"', report);
  for (const unsigned char* at = (const unsigned char*)text; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\' || *at < 32) {
      fprintf(report, "\\u%04x", *at);
    } else {
      fputc(*at, report);
    }
  }
  fputc('"', report);
}

static bool is_marker(const struct call_info* info, pid_t id, const char* marker) {
  uint64_t path;
#ifdef SYS_access
  if (info->entry.number == SYS_access)
    path = info->entry.args[0];
  else
#endif
      if (info->entry.number == SYS_faccessat || info->entry.number == SYS_faccessat2)
    path = info->entry.args[1];
  else
    return false;
  char text[64];
  read_text(id, path, text, sizeof(text));
  return strcmp(text, marker) == 0;
}

static void kill_all(void) { kill(leader, SIGKILL); }

static void obey(struct thread* thread, const struct call_info* info, const char* name, int nth) {
  for (int i = 0; i < order_count; i++) {
    const struct order* order = &orders[i];
    bool meant = order->number != 0
                     ? order->number == counted
                     : strcmp(order->name, name) == 0 && (order->nth == 0 || order->nth == nth);
    if (!meant) continue;
    switch (order->what) {
      case at_kill:
        if (order->value == 0) kill_all();
        thread->kills = order->value == 1;
        break;
      case at_fail:
        // Linux frees the descriptor whatever close(2) answers.
        if (strcmp(name, "close") != 0) set_number(thread->id, -1);
        thread->fail_with = order->value;
        break;
      case at_short:
        if (info->entry.args[2] <= (uint64_t)order->value) break;
        thread->restores = true;
        thread->argument2 = info->entry.args[2];
        set_argument2(thread->id, (uint64_t)order->value);
        break;
      case at_pause: {
        char command[8192];
        snprintf(command, sizeof(command), "index=%d nth=%d; %s", counted, nth, order->command);
        if (system(command) != 0) fprintf(stderr, "tracer: failed: %s\n", order->command);
        break;
      }
    }
  }
}

static void entered(struct thread* thread, const struct call_info* info) {
  pid_t id = thread->id;
  thread->index = 0;
  if (is_marker(info, id, "/ploke-io-begin")) {
    counting = true;
    return;
  }
  if (is_marker(info, id, "/ploke-io-end")) counting = false;
  if (!counting) return;
  for (int i = 0; i < kind_count; i++) {
    if ((long)info->entry.number != kinds[i].number) continue;
    char path[4096];
    if (kinds[i].shape == by_descriptor) {
      path_of_descriptor(id, (int)info->entry.args[0], path, sizeof(path));
    } else {
      const uint64_t* names = &info->entry.args[kinds[i].shape == by_new_name ? 2 : 0];
      path_of_name(id, (int)names[0], names[1], path, sizeof(path));
    }
    if (!is_under(path)) return;
    bool exchanges = kinds[i].number == SYS_renameat2 && (info->entry.args[4] & 2) != 0;
    int slot = exchanges ? kind_count : i;
    const char* name = exchanges ? "exchange" : kinds[i].name;
    thread->index = ++counted;
    fprintf(report, "{\"index\":%d,\"name\":\"%s\",\"path\":", counted, name);
    write_json(path);
    if (kinds[i].shape == by_descriptor) fprintf(report, ",\"descriptor\":%d", (int)info->entry.args[0]);
    fprintf(report, "}\n");
    fflush(report);
    obey(thread, info, name, ++counted_by_name[slot]);
    return;
  }
}

static void left(struct thread* thread, const struct call_info* info) {
  if (thread->fail_with != 0) set_result(thread->id, -thread->fail_with);
  if (thread->restores) set_argument2(thread->id, thread->argument2);
  if (thread->index != 0) {
    long value = thread->fail_with != 0 ? -thread->fail_with : (long)info->exit.value;
    fprintf(report, "{\"index\":%d,\"result\":%ld}\n", thread->index, value);
    fflush(report);
  }
  if (thread->kills) kill_all();
  thread->index = 0;
  thread->fail_with = 0;
  thread->restores = false;
}

static int trace(void) {
  int result = 0;
  for (;;) {
    int status;
    pid_t id = waitpid(-1, &status, __WALL);
    if (id == -1) {
      if (errno == EINTR) continue;
      return result;
    }
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (id == leader) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      thread_of(id)->id = 0;
      continue;
    }
    if (!WIFSTOPPED(status)) continue;
    struct thread* thread = thread_of(id);
    int sent = WSTOPSIG(status);
    if (sent == (SIGTRAP | 0x80)) {
      struct call_info info;
      memset(&info, 0, sizeof(info));
      if (ptrace(0x420e /* PTRACE_GET_SYSCALL_INFO */, id, sizeof(info), &info) > 0) {
        if (info.op == op_entry) entered(thread, &info);
        if (info.op == op_exit) left(thread, &info);
      }
      sent = 0;
    } else if (status >> 16 != 0 || (sent == SIGSTOP && thread->is_new)) {
      sent = 0;  // an event, or the stop with which a traced thread begins
    }
    thread->is_new = false;
    ptrace(PTRACE_SYSCALL, id, 0, sent);
  }
}

static void read_order(int what, char* text) {
  struct order* order = &orders[order_count++];
  char* colon = strchr(text, ':');
  if (colon != NULL) *colon = '\0';
  char* hash = strchr(text, '#');
  order->what = what;
  if (hash == NULL) {
    order->number = atoi(text);
  } else {
    snprintf(order->name, sizeof(order->name), "%.*s", (int)(hash - text), text);
    order->nth = hash[1] == '*' ? 0 : atoi(hash + 1);
  }
  const char* rest = colon == NULL ? "" : colon + 1;
  if (what == at_kill) order->value = strcmp(rest, "exit") == 0;
  if (what == at_fail || what == at_short) order->value = atol(rest);
  if (what == at_pause) order->command = rest;
}

int main(int count, char** arguments) {
  int at = 1;
  const char* report_path = NULL;
  for (; at + 1 < count && strcmp(arguments[at], "--") != 0; at += 2) {
    const char* option = arguments[at];
    char* value = arguments[at + 1];
    if (strcmp(option, "--under") == 0)
      snprintf(under, sizeof(under), "%s", value);
    else if (strcmp(option, "--report") == 0)
      report_path = value;
    else if (strcmp(option, "--kill") == 0)
      read_order(at_kill, value);
    else if (strcmp(option, "--fail") == 0)
      read_order(at_fail, value);
    else if (strcmp(option, "--short") == 0)
      read_order(at_short, value);
    else if (strcmp(option, "--pause") == 0)
      read_order(at_pause, value);
    else {
      fprintf(stderr, "tracer: no such option: %s\n", option);
      return 2;
    }
  }
  if (at >= count - 1 || under[0] == '\0' || report_path == NULL) {
    fprintf(stderr, "tracer: --under, --report and a command are needed\n");
    return 2;
  }
  report = fopen(report_path, "we");
  if (report == NULL) {
    perror("tracer");
    return 2;
  }
  leader = fork();
  if (leader == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) == -1) _exit(126);
    raise(SIGSTOP);
    execvp(arguments[at + 1], arguments + at + 1);
    _exit(127);
  }
  int status;
  waitpid(leader, &status, 0);
  if (!WIFSTOPPED(status)) {
    fprintf(stderr, "tracer: ptrace is not permitted\n");
    return 77;
  }
  thread_of(leader)->is_new = false;
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                 PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  ptrace(PTRACE_SETOPTIONS, leader, 0, options);
  ptrace(PTRACE_SYSCALL, leader, 0, 0);
  return trace();
}
