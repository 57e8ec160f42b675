// recorder PARENT FOLDER DISK_BYTES PROGRAM [ARGUMENT...]
// Runs a program beside a file system of two files, FOLDER/served, spoken over /dev/fuse without a library
// (linux/fuse.h): `disk`, meant to lie under a loop device, and `acks`, meant to be a program's standard
// output. Whatever is written to either, and each fsync of the disk (the loop driver makes one of every flush
// and every forced write of the file system above), goes into FOLDER/log in the order in which it arrived:
//     'W' offset:u64 length:u64 bytes      'F'      'A' length:u64 bytes
// so that what was acknowledged has an exact place among what had reached the disk. The log holds all that
// was acknowledged when a descriptor of `acks` has been closed.
//
// Nothing outlives anybody's kill. The folder is a file system in memory that only our mount namespace has.
// The program is the first process of a process namespace, which ends with it, and has a mount namespace of
// its own: what it mounts is unmounted without this process, which goes on serving or is gone, but never
// waits for itself. It is killed when we die, and we are when PARENT, the process that starts us, does.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { root_node = 1, disk_node = 2, acks_node = 3 };
enum { not_permitted = 77 };
enum { largest_write = 128 * 1024, room = largest_write + 4096 };

static int device;
static uint8_t* disk;
static uint64_t disk_bytes;
static uint64_t acks_bytes;
static FILE* record;

static void answer(uint64_t unique, int error, const void* data, size_t size) {
  struct fuse_out_header header = {(uint32_t)(sizeof(header) + size), error, unique};
  struct iovec parts[2] = {{&header, sizeof(header)}, {(void*)data, size}};
  // ENOENT: whoever asked was interrupted and does not wait any more.
  if (writev(device, parts, 2) == -1 && errno != ENOENT) perror("recorder: answer");
}

static void number(uint64_t value) { fwrite(&value, sizeof(value), 1, record); }

static struct fuse_attr attributes_of(uint64_t node) {
  struct fuse_attr attributes = {0};
  attributes.ino = node;
  attributes.mode = node == root_node ? S_IFDIR | 0755 : S_IFREG | 0666;
  attributes.nlink = 1;
  attributes.size = node == disk_node ? disk_bytes : node == acks_node ? acks_bytes : 0;
  attributes.blksize = 4096;
  attributes.blocks = (attributes.size + 511) / 512;
  return attributes;
}

static void answer_attributes(uint64_t unique, uint64_t node) {
  struct fuse_attr_out out = {0};
  out.attr = attributes_of(node);
  answer(unique, 0, &out, sizeof(out));
}

static void look_up(uint64_t unique, const char* name) {
  const uint64_t node = strcmp(name, "disk") == 0 ? disk_node : strcmp(name, "acks") == 0 ? acks_node : 0;
  if (node == 0) return answer(unique, -ENOENT, NULL, 0);
  struct fuse_entry_out out = {0};
  out.nodeid = node;
  out.attr_valid = 3600;
  out.entry_valid = 3600;
  out.attr = attributes_of(node);
  answer(unique, 0, &out, sizeof(out));
}

static void write_file(uint64_t unique, uint64_t node, const struct fuse_write_in* in) {
  const uint8_t* bytes = (const uint8_t*)(in + 1);
  if (node == disk_node) {
    if (in->offset > disk_bytes || in->size > disk_bytes - in->offset)
      return answer(unique, -ENOSPC, NULL, 0);
    memcpy(disk + in->offset, bytes, in->size);
    fputc('W', record);
    number(in->offset);
  } else {
    acks_bytes += in->size;
    fputc('A', record);
  }
  number(in->size);
  fwrite(bytes, 1, in->size, record);
  const struct fuse_write_out out = {in->size, 0};
  answer(unique, 0, &out, sizeof(out));
}

static void serve(const struct fuse_in_header* header) {
  const void* in = header + 1;
  const uint64_t unique = header->unique;
  switch (header->opcode) {
    case FUSE_INIT: {
      const struct fuse_init_in* wanted = in;
      struct fuse_init_out out = {0};
      out.major = FUSE_KERNEL_VERSION;
      out.minor = wanted->minor < FUSE_KERNEL_MINOR_VERSION ? wanted->minor : FUSE_KERNEL_MINOR_VERSION;
      out.max_readahead = wanted->max_readahead;
      out.flags = FUSE_BIG_WRITES;
      out.max_background = 64;
      out.congestion_threshold = 48;
      out.max_write = largest_write;
      return answer(unique, 0, &out, sizeof(out));
    }
    case FUSE_LOOKUP:
      return look_up(unique, in);
    case FUSE_GETATTR:
    case FUSE_SETATTR:
      return answer_attributes(unique, header->nodeid);
    case FUSE_OPEN: {
      // What a program acknowledges must be here before the call that writes it returns.
      const struct fuse_open_out out = {
          0, header->nodeid == acks_node ? FOPEN_DIRECT_IO | FOPEN_NONSEEKABLE : 0, 0};
      return answer(unique, 0, &out, sizeof(out));
    }
    case FUSE_READ: {
      const struct fuse_read_in* wanted = in;
      if (header->nodeid != disk_node || wanted->offset >= disk_bytes) return answer(unique, 0, NULL, 0);
      const uint64_t rest = disk_bytes - wanted->offset;
      return answer(unique, 0, disk + wanted->offset, rest < wanted->size ? rest : wanted->size);
    }
    case FUSE_WRITE:
      return write_file(unique, header->nodeid, in);
    case FUSE_FSYNC:
      if (header->nodeid == disk_node) fputc('F', record);
      return answer(unique, 0, NULL, 0);
    case FUSE_FLUSH:
      if (header->nodeid == acks_node) fflush(record);
      return answer(unique, 0, NULL, 0);
    case FUSE_RELEASE:
    case FUSE_ACCESS:
      return answer(unique, 0, NULL, 0);
    case FUSE_STATFS: {
      struct fuse_statfs_out out = {0};
      out.st.bsize = 4096;
      out.st.namelen = 255;
      return answer(unique, 0, &out, sizeof(out));
    }
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
      return;  // take no answer
    default:
      return answer(unique, -ENOSYS, NULL, 0);
  }
}

static int failed(const char* what) {
  const bool is_forbidden = errno == EPERM || errno == EACCES;
  perror(what);
  return is_forbidden ? not_permitted : 2;
}

static void serve_until_unmounted(void) {
  uint8_t* request = malloc(room);
  for (;;) {
    const ssize_t size = read(device, request, room);
    if (size > 0) {
      serve((const struct fuse_in_header*)request);
    } else if (size == 0 || (errno != EINTR && errno != ENOENT && errno != EAGAIN)) {
      return;  // ENODEV: unmounted
    }
  }
}

int main(int count, char** arguments) {
  if (count < 5) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != atoi(arguments[1])) return 2;  // it died before we could be told
  disk_bytes = strtoull(arguments[3], NULL, 10);
  disk = mmap(NULL, disk_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (disk == MAP_FAILED) return failed("mmap");
  if (unshare(CLONE_NEWNS) == -1) return failed("unshare");
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) return failed("mount");
  if (mount("recorder", arguments[2], "tmpfs", MS_NOSUID | MS_NODEV, NULL) == -1) return failed("mount");
  if (chdir(arguments[2]) == -1 || mkdir("served", 0755) == -1) return failed(arguments[2]);
  record = fopen("log", "we");
  if (record == NULL) return failed("log");
  device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (device == -1) return failed("/dev/fuse");
  char options[128];
  snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
  if (mount("recorder", "served", "fuse", MS_NOSUID | MS_NODEV, options) == -1) return failed("mount");

  const pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
  if (child == -1) return failed("clone");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1) _exit(failed("mount"));
    execv(arguments[4], arguments + 4);
    _exit(failed(arguments[4]));
  }
  // From now on the child's is the only mount of it.
  if (umount2("served", MNT_DETACH) == -1) return failed("umount");
  serve_until_unmounted();
  int status = 0;
  if (fclose(record) != 0 || waitpid(child, &status, 0) == -1) return failed("recorder");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
