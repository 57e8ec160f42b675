import type { LockScope } from '../types.js';

/** What a system says of a file system that has names for them instead of numbers; the type is empty on Linux. */
export interface NamedFileSystem {
  /** `f_fstypename` of statfs on macOS. */
  readonly type: string;
  /** Not of this host (no MNT_LOCAL on macOS). */
  readonly remote: boolean;
}

/**
 * What the statfs magic of a file system, or its name, tells. Measured kinds and their sources: shared/facts/filesystems.md; the magic
 * numbers are those of linux/magic.h and of the file systems' own sources.
 */
export interface FileSystemKind {
  readonly name: string;
  /** Another host may change the files. FUSE counts as network: one magic stands for local and remote ones alike. */
  readonly network: boolean;
  /** What an fsync that answered success is worth is known. False: the answer came from a server or is unknown. */
  readonly known: boolean;
  /** Nothing survives a power cut, whatever fsync answers (memory). */
  readonly volatile: boolean;
  /** Keeps nanosecond times that move with every change; mirrors `stamps_are_fine` in native/stamp.h. */
  readonly fineStamps: boolean;
  /** How far flock reaches. `unproven` where it hangs on a mount option or a server. */
  readonly lockScope: LockScope;
}

const kind = (name: string, traits: Partial<Omit<FileSystemKind, 'name'>>): FileSystemKind => ({
  name,
  network: false,
  known: false,
  volatile: false,
  fineStamps: false,
  lockScope: 'host',
  ...traits,
});

const local = (name: string): FileSystemKind => kind(name, { known: true, fineStamps: true });
/** Local, its fsync is honest, but its times are coarser than a quick rewrite. */
const coarse = (name: string): FileSystemKind => kind(name, { known: true });
const memory = (name: string): FileSystemKind => kind(name, { known: true, volatile: true, fineStamps: true });
const remote = (name: string): FileSystemKind => kind(name, { network: true, lockScope: 'unproven' });

const kinds: ReadonlyMap<number, FileSystemKind> = new Map([
  [0xef53, local('ext4')],
  [0x58465342, local('xfs')],
  [0x9123683e, local('btrfs')],
  [0xf2f52010, local('f2fs')],
  [0x2fc12fc1, local('zfs')],
  [0xca451a4e, local('bcachefs')],
  [0x794c7630, local('overlayfs')],
  [0x01021994, memory('tmpfs')],
  [0x858458f6, memory('ramfs')],
  [0x3153464a, coarse('jfs')],
  [0x52654973, coarse('reiserfs')],
  [0x482b, coarse('hfsplus')],
  [0x4d44, coarse('vfat')],
  [0x2011bab0, coarse('exfat')],
  [0x7366746e, coarse('ntfs3')],
  // No number of Linux's: the addon's own for Windows.
  [0x52654653, coarse('refs')],
  [0x6969, remote('nfs')],
  [0xff534d42, remote('cifs')],
  [0xfe534d42, remote('smb2')],
  [0x517b, remote('smbfs')],
  [0x01021997, remote('9p')],
  [0x00c36400, remote('ceph')],
  [0x5346414f, remote('afs')],
  [0x6b414653, remote('afs')],
  [0x0bd00bd0, remote('lustre')],
  [0x47504653, remote('gpfs')],
  [0x7461636f, remote('ocfs2')],
  [0x01161970, remote('gfs2')],
  [0x786f4256, remote('vboxsf')],
  // One magic for every FUSE server, local or remote; /proc/self/mountinfo tells which (capabilities).
  [0x65735546, remote('fuse')],
]);

/**
 * Those of macOS that belong to this host, by name. F_FULLFSYNC is Apple's promise for its own two; other disks are served
 * by drivers that nobody has measured. `apfs`, `hfs`, `msdos` and `exfat` are those that native/darwin_file_system.cc knows.
 */
const namedKinds: ReadonlyMap<string, FileSystemKind> = new Map(
  [
    local('apfs'),
    coarse('hfs'),
    kind('tmpfs', { known: true, volatile: true, lockScope: 'unproven' }),
    ...['msdos', 'exfat', 'ntfs', 'udf', 'cd9660'].map((name) => kind(name, {})),
  ].map((named) => [named.name, named]),
);

/**
 * The kind of a file system by its name where the system has one, else by its statfs magic. One that is not in the table is
 * named by what it has and trusted with nothing: not known, coarse stamps, locks unproven. Of names, which anybody's driver
 * may bring, also not with being of this host alone.
 */
export function fileSystemKind(magic: number, named?: NamedFileSystem): FileSystemKind {
  if (named && named.type !== '') {
    return (named.remote ? undefined : namedKinds.get(named.type)) ?? remote(named.type);
  }
  // f_type is signed on some platforms: SMB's magics have the top bit set.
  const unsigned = magic >>> 0;
  return kinds.get(unsigned) ?? kind(`0x${unsigned.toString(16)}`, { lockScope: 'unproven' });
}
