#include "stamp.h"

#include <algorithm>

namespace ploke {
namespace {

constexpr int64_t kSecondNs = 1000 * 1000 * 1000;
// A write(2) is given its time once, at its start, and may go on copying bytes long after a reader has seen
// that time: as long as the source's pages take to come from a disk. A stamp within that span would say
// `same` of bytes that were never hashed. Two seconds cover all but a stalled write, and cost no more than
// hashing a recent file once again. Within them lies the granule of the kernel's coarse clock too (a tick, 10
// ms at CONFIG_HZ=100), in which a change leaves the times as they are.
constexpr int64_t kYoungNs = 2 * kSecondNs;

// By hand: a scan writes one stamp a file, and snprintf costs more than the stat.
void append_field(std::string* text, uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  char digits[16];
  size_t first = sizeof digits;
  do {
    digits[--first] = kDigits[value & 15];
    value >>= 4;
  } while (value != 0);
  text->push_back('.');
  text->append(digits + first, sizeof digits - first);
}

// As append_field writes it: no other spelling of the number.
bool take_field(std::string_view* text, uint64_t* value) {
  if (text->size() < 2 || text->front() != '.') return false;
  const std::string_view digits = text->substr(1, text->find('.', 1) - 1);
  if (digits.empty() || digits.size() > 16 || (digits.front() == '0' && digits.size() > 1)) return false;
  *value = 0;
  for (const char digit : digits) {
    const bool decimal = digit >= '0' && digit <= '9';
    if (!decimal && !(digit >= 'a' && digit <= 'f')) return false;
    *value = *value << 4 | static_cast<uint64_t>(decimal ? digit - '0' : digit - 'a' + 10);
  }
  text->remove_prefix(1 + digits.size());
  return true;
}

// Beyond what 64 bits of nanoseconds hold: many times look the same then.
bool saturated(int64_t ns) { return ns == INT64_MAX || ns == INT64_MIN; }

bool unknown(const FileStatus& status) {
  return saturated(status.modified_ns) || saturated(status.changed_ns);
}

// ext4 with inodes of 128 bytes keeps whole seconds. No flag says so, but both times falling on a whole
// second by chance does not happen.
bool whole_seconds(const FileStatus& status) {
  return status.modified_ns % kSecondNs == 0 && status.changed_ns % kSecondNs == 0;
}

// Whether a stamp taken at that time is no proof by itself.
bool doubtful(const FileStatus& status, int64_t now_ns, bool fine) {
  const int64_t newest = std::max(status.modified_ns, status.changed_ns);
  // Also true of a time in the future, which a later change may be given again.
  const bool young = newest > now_ns - kYoungNs;
  return !fine || young || whole_seconds(status) || unknown(status);
}

bool same_version(const KnownStamp& stamp, const FileStatus& status) {
  return stamp.device == status.device && stamp.inode == status.inode && stamp.size == status.size &&
         stamp.modified_ns == status.modified_ns && stamp.changed_ns == status.changed_ns;
}

}  // namespace

// The numbers are those of statfs(2) and darwin_file_system.cc.
bool stamps_are_fine(int64_t magic) {
  switch (static_cast<uint32_t>(magic)) {
    case 0x0000EF53:  // ext2, ext3, ext4
    case 0x58465342:  // xfs
    case 0x9123683E:  // btrfs
    case 0x01021994:  // tmpfs
    case 0x794C7630:  // overlayfs: the times are those of the layer
    case 0xF2F52010:  // f2fs
    case 0x2FC12FC1:  // zfs
    case 0xCA451A4E:  // bcachefs
    case 0x4253584E:  // apfs
      return true;
    default:
      return false;
  }
}

std::string stamp_format(const FileStatus& status, int64_t now_ns, bool fine) {
  std::string text;
  text.reserve(96);
  text.push_back('1');
  append_field(&text, status.device);
  append_field(&text, status.inode);
  append_field(&text, status.size);
  append_field(&text, static_cast<uint64_t>(status.modified_ns));
  append_field(&text, static_cast<uint64_t>(status.changed_ns));
  if (doubtful(status, now_ns, fine)) text.push_back('y');
  return text;
}

KnownStamp stamp_parse(std::string_view stamp) {
  KnownStamp known;
  FileStatus status;
  if (stamp.empty() || stamp.front() != '1') return known;
  stamp.remove_prefix(1);
  uint64_t modified = 0, changed = 0;
  for (uint64_t* field : {&status.device, &status.inode, &status.size, &modified, &changed}) {
    if (!take_field(&stamp, field)) return known;
  }
  status.modified_ns = static_cast<int64_t>(modified);
  status.changed_ns = static_cast<int64_t>(changed);
  known = {status.device, status.inode, status.size, status.modified_ns, status.changed_ns, false, false};
  known.known = stamp.empty() || stamp == "y";
  known.proves = stamp.empty() && !whole_seconds(status) && !unknown(status);
  return known;
}

KnownStamp stamp_of(const FileStatus& status, int64_t now_ns, bool fine) {
  return {status.device,
          status.inode,
          status.size,
          status.modified_ns,
          status.changed_ns,
          true,
          !doubtful(status, now_ns, fine)};
}

bool stamp_proves_same(const KnownStamp& stamp, const FileStatus& status) {
  return stamp.proves && same_version(stamp, status);
}

bool stamp_equals(const KnownStamp& stamp, const FileStatus& status, int64_t now_ns, bool fine) {
  return stamp.known && same_version(stamp, status) && stamp.proves != doubtful(status, now_ns, fine);
}

}  // namespace ploke
