import { invalidArgument } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { hostSpelling } from '../platform/path-spelling.js';
import type { ContentHash } from '../types.js';
import { isSpeltAsIdentified } from './identify.js';
import type { Replacement } from './replacement.js';

/** The error of a call whose `lock` is not that of the file. */
export function wrongLock(operation: string, path: string, lost: boolean): PlokeIoError {
  if (!lost) {
    const message = 'lock is a lock on another file. Pass the one on the file that is changed, or none.';
    return invalidArgument(operation, message, { argument: 'lock', path });
  }
  return new PlokeIoError({
    code: 'ERR_PLOKE_LOCK_LOST',
    message: 'Another process has replaced or removed the locked file',
    operation,
    path,
    committed: false,
  });
}

export function isMountPoint(operation: string, path: string): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_MOUNT',
    message: 'The file is a mount point (a single file mounted here), which no rename can replace',
    action: "Open the workspace with inPlace: 'when-required' to write into it, which is not atomic.",
    operation,
    path,
    committed: false,
  });
}

/** A name in the directory of an item's file, as far as the item's own path tells where that is. */
export function siblingOf({ path, identity }: Replacement, name: string): string {
  const isPlain = identity.key !== undefined && isSpeltAsIdentified(path.path, identity.key);
  return isPlain ? hostSpelling.join(hostSpelling.directoryOf(path.path), name) : name;
}

/** Our version is in place over one that was not expected, and that could not be put back from where it was. */
export function overwritten(operation: string, path: string, expectedHash: ContentHash | null): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    message:
      'Another version came between the look and the write, and another process kept it as a recovered file beside this one',
    operation,
    path,
    committed: true,
    expectedHash: expectedHash ?? undefined,
  });
}
