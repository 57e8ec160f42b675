import { CommitFlag } from '../native/change-batches.js';
import type { LockScope, Receipt, Warning } from '../types.js';
import type { FileSystemKind } from './file-system-kind.js';

/** What a change was worth, as the addon and the file system tell. */
export interface Achieved {
  /** `CommitFlag` bits. */
  readonly flags: number;
  /** Of the file system that was changed; undefined: not told. */
  readonly kind: FileSystemKind | undefined;
  /** How far the lock reached under which it was made; `process`: the queue of this thread alone. */
  readonly lock: LockScope;
}

/** Of a call that changed nothing. */
export const nothingDone: Receipt = {
  atomic: true,
  durability: 'none',
  lock: 'process',
  compareAndSwap: 'none',
  metadata: 'default',
};

/** @param verified whether the content that was changed was compared with an expected one */
export function receiptOf(achieved: Achieved, { atomic, verified }: ReceiptFacts): Receipt {
  return {
    atomic: atomic && (achieved.flags & CommitFlag.inPlace) === 0,
    durability: durabilityOf(achieved),
    lock: achieved.lock,
    compareAndSwap: compareAndSwapOf(achieved.flags, verified),
    metadata: metadataOf(achieved.flags),
  };
}

export interface ReceiptFacts {
  readonly atomic: boolean;
  readonly verified: boolean;
}

function compareAndSwapOf(flags: number, verified: boolean): Receipt['compareAndSwap'] {
  if ((flags & CommitFlag.swapVerified) !== 0) return 'swap-verified';
  return verified ? 'checked' : 'none';
}

function durabilityOf({ flags, kind }: Achieved): Receipt['durability'] {
  if ((flags & CommitFlag.durable) === 0 || (flags & CommitFlag.directoryUnsynced) !== 0) return 'none';
  if (kind?.volatile) return 'none';
  return kind?.known && !kind.network ? 'confirmed' : 'delegated';
}

function metadataOf(flags: number): Receipt['metadata'] {
  if ((flags & CommitFlag.metadataPartial) !== 0) return 'partial';
  return (flags & CommitFlag.metadataPreserved) !== 0 ? 'preserved' : 'default';
}

/** What of a change was lost without failing it. */
export function warningsOf(flags: number, path: string): Warning[] {
  const warnings: Warning[] = [];
  if ((flags & CommitFlag.metadataPartial) !== 0) {
    warnings.push({
      code: 'PLOKE_METADATA_PARTIAL',
      message: 'The owner, the mode, extended attributes or the access control list could not be kept in full',
      path,
    });
  }
  if ((flags & CommitFlag.originNotShared) !== 0) {
    warnings.push({
      code: 'PLOKE_ORIGIN_NOT_SHARED',
      message:
        'The origin could not be kept with the file (its file system has no user attributes, or no room or no permission ' +
        'for this one): other processes are told of this change with origin null',
      path,
    });
  }
  if ((flags & CommitFlag.directoryUnsynced) !== 0) warnings.push(unsyncedDirectory(path));
  return warnings;
}

/** A version of somebody else that could not be put back under its name. */
export function recoveredFile(path: string): Warning {
  return {
    code: 'PLOKE_RECOVERED',
    message: 'Another process replaced or removed the file while it was written; its version was kept under this name',
    path,
  };
}

export function unsyncedDirectory(path: string): Warning {
  return {
    code: 'PLOKE_DIRECTORY_UNSYNCED',
    message: 'A directory could not be synced: a power cut may undo this change',
    path,
  };
}
