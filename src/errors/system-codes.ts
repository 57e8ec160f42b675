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
 * Node's codes of system failures. Retryable are those that pass when somebody else lets go of something (a descriptor,
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
