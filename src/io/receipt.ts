import { CommitFlag } from '../native/addon.js';
import type { Receipt, Warning } from '../types.js';
import type { FileSystemKind } from './file-system-kind.js';

/** What a change was worth, as the addon and the file system tell. */
export interface Achieved {
  /** `CommitFlag` bits. */
  readonly flags: number;
  /** Of the file system that was changed; undefined: not told. */
  readonly kind: FileSystemKind | undefined;
}

/** Of a call that changed nothing. */
export const nothingDone: Receipt = {
  atomic: true,
  durability: 'none',
  lock: 'process',
  compareAndSwap: 'none',
  metadata: 'default',
};

export function receiptOf(achieved: Achieved, facts: Pick<Receipt, 'atomic' | 'compareAndSwap'>): Receipt {
  return {
    atomic: facts.atomic,
    durability: durabilityOf(achieved),
    // The queue of this thread; nothing keeps other processes out.
    lock: 'process',
    compareAndSwap: facts.compareAndSwap,
    metadata: metadataOf(achieved.flags),
  };
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
  if ((flags & CommitFlag.directoryUnsynced) !== 0) warnings.push(unsyncedDirectory(path));
  return warnings;
}

export function unsyncedDirectory(path: string): Warning {
  return {
    code: 'PLOKE_DIRECTORY_UNSYNCED',
    message: 'A directory could not be synced: a power cut may undo this change',
    path,
  };
}
