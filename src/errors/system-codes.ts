import { hostPlatform } from '../platform/host.js';

/** What is known about a failure of the operating system. */
export interface SystemCodeFacts {
  /** Whether the same call, unchanged, may succeed later without anybody correcting it. */
  readonly retryable: boolean;
  /** What the caller can do about it. */
  readonly action: string;
}

/** For codes that are not listed. */
export const unlistedSystemCode: SystemCodeFacts = {
  retryable: false,
  action: 'The code is explained in errno(3).',
};

/**
 * Node's codes of system failures, as Linux has them; `systemCodeFacts` has those of each system. Retryable are those that pass when somebody else lets go of something (a descriptor,
 * a lock, space on the disk, a server); all others need a change of the path, of rights or of the disk.
 * Source: errno(3) and the ERRORS sections of open(2), read(2), write(2), rename(2), fsync(2).
 */
export const systemCodes: Readonly<Record<string, SystemCodeFacts>> = {
  EAGAIN: { retryable: true, action: 'Try again in a moment.' },
  EBUSY: { retryable: true, action: 'Something holds it, a mount or a running program: try again when it lets go.' },
  EINTR: { retryable: true, action: 'Try again.' },
  ETIMEDOUT: { retryable: true, action: 'The file server did not answer: try again when it is reachable.' },
  ESTALE: { retryable: true, action: 'The file was replaced on the file server: try again.' },
  ETXTBSY: { retryable: true, action: 'The program is running: try again when it has ended.' },
  EMFILE: { retryable: true, action: 'Lower maxOpenFiles or raise the limit of this process (ulimit -n).' },
  ENFILE: { retryable: true, action: 'The whole system is out of open files: try again, or raise fs.file-max.' },
  ENOMEM: { retryable: true, action: 'The system is out of memory: try again when some is free.' },
  ENOSPC: { retryable: true, action: 'Free some space on the disk; the old content is untouched.' },
  EDQUOT: { retryable: true, action: 'The disk quota is used up: free some space; the old content is untouched.' },

  ENOENT: {
    retryable: false,
    action: 'Check the path; createFile() makes files, and parents: true their directories.',
  },
  EEXIST: { retryable: false, action: 'Choose another name, or an ifExists that allows it.' },
  ENOTDIR: { retryable: false, action: 'A part of the path that has to be a directory is not one: check the path.' },
  EISDIR: { retryable: false, action: 'The path is a directory: pass the path of a file.' },
  ENOTEMPTY: { retryable: false, action: 'Empty the directory first, or remove it with recursive: true.' },
  EACCES: { retryable: false, action: 'Check the permissions of the file and of every directory above it.' },
  EPERM: { retryable: false, action: 'Check the owner and the attributes of the file (lsattr), and of its directory.' },
  EROFS: { retryable: false, action: 'The file system is mounted read-only: nothing can be changed there.' },
  ELOOP: {
    retryable: false,
    action: 'More than 40 symbolic links, or links in a circle: check the links on the path.',
  },
  ENAMETOOLONG: { retryable: false, action: 'Shorten the path: 255 bytes a name, 65,535 bytes a path.' },
  EXDEV: { retryable: false, action: 'Source and target lie on different file systems: copy and remove instead.' },
  EFBIG: { retryable: false, action: 'The file is larger than the file system or the limit of this process allows.' },
  EIO: { retryable: false, action: 'The disk or the file server failed: check its health before writing again.' },
  EINVAL: { retryable: false, action: 'The file system does not support this operation or this name.' },
  ENOTSUP: { retryable: false, action: 'The file system does not support this operation.' },
  ENOSYS: { retryable: false, action: 'The kernel does not support this operation.' },
  EUCLEAN: { retryable: false, action: 'The file system is damaged: have it checked (fsck) before writing again.' },
  ECANCELED: { retryable: false, action: 'The operation was cancelled before this item was begun.' },
};

/** Who may hold a file on Windows, where having it open can keep others from renaming, removing or opening it. */
const holders = 'a virus scanner, the search indexer, an editor or another program';

/** Sources: Microsoft, "System Error Codes", and libuv's translation of them (src/win/error.c). */
const onWindows: Readonly<Record<string, SystemCodeFacts>> = {
  // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_PIPE_BUSY.
  EBUSY: {
    retryable: true,
    action: `The file is open in ${holders}: try again when it is closed there.`,
  },
  // ERROR_ACCESS_DENIED and ERROR_PRIVILEGE_NOT_HELD; also for a file that is being deleted, or is open while it is replaced.
  EPERM: {
    retryable: false,
    action: `Check the access rights and the read-only attribute; if both allow it, ${holders} may have the file open.`,
  },
  EACCES: {
    retryable: false,
    action: `Check the access rights and the read-only attribute; if both allow it, ${holders} may have the file open.`,
  },
  EMFILE: { retryable: true, action: 'This process has no open file left: lower maxOpenFiles.' },
  ENFILE: { retryable: true, action: 'The system is out of handles: try again when other programs have ended.' },
  ELOOP: {
    retryable: false,
    action: 'Too many links, or links in a circle: check the links and junctions on the path.',
  },
  ENAMETOOLONG: { retryable: false, action: 'Shorten the path: 255 characters a name, 32,767 a path.' },
  EIO: {
    retryable: false,
    action: 'The disk or the file server failed: check its health (chkdsk) before writing again.',
  },
  ENOSYS: { retryable: false, action: 'This version of Windows does not support this operation.' },
};

const onMacos: Readonly<Record<string, SystemCodeFacts>> = {
  EPERM: {
    retryable: false,
    action:
      'Check the owner and the flags of the file (ls -lO), and whether the program may reach the folder (Privacy & Security).',
  },
  ENFILE: { retryable: true, action: 'The whole system is out of open files: try again, or raise kern.maxfiles.' },
  ELOOP: {
    retryable: false,
    action: 'More than 32 symbolic links, or links in a circle: check the links on the path.',
  },
  EOPNOTSUPP: { retryable: false, action: 'The file system does not support this operation.' },
};

const unlistedOnWindows: SystemCodeFacts = {
  retryable: false,
  action: 'The code is one of Node.js (os.constants.errno).',
};

export function systemCodeFacts(code: string, platform: NodeJS.Platform = hostPlatform): SystemCodeFacts {
  const own = platform === 'win32' ? onWindows : platform === 'darwin' ? onMacos : {};
  for (const table of [own, systemCodes]) {
    const facts = Object.hasOwn(table, code) ? table[code] : undefined;
    if (facts) return facts;
  }
  return platform === 'win32' ? unlistedOnWindows : unlistedSystemCode;
}
