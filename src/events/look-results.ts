import { constants } from 'node:os';
import { NativeEntryType, NativeFailure } from '../native/batch.js';
import type { ListBatchResult, OriginBatchResult, ReadBatchResult } from '../native/look-batches.js';
import type { EntryType } from '../types.js';
import { type EntryState, settledStamp } from './watched-tree.js';

const { ENOENT, ENOTDIR, ELOOP, EMFILE, ENFILE, ENOMEM, ESTALE } = constants.errno;

/** What a look at one name found. */
export type Look =
  | { readonly found: 'entry'; readonly state: EntryState; readonly isYoung: boolean }
  | { readonly found: 'nothing' }
  /** It cannot be told: no permission, an error of the disk. What was believed is believed still. */
  | { readonly found: 'unknown' }
  /** It could not be looked at for lack of descriptors or memory, or because another host is replacing it. */
  | { readonly found: 'later' };

/** Who wrote the version of a file that is there, if the file tells; or it could not be asked, as of `Look`. */
export type OriginAnswer =
  | { readonly origin: string | undefined; readonly state: EntryState; readonly isYoung: boolean }
  | 'later';

/** What a file holds now; or it could not be asked, as of `Look`. */
export type ContentAnswer = { readonly hash: string; readonly stamp: string } | 'later';

export interface DirectoryLook {
  /** `unreadable`: it is there, but its names cannot be had, or it cannot be told. `later`: as of `Look`. */
  readonly found: 'entries' | 'nothing' | 'unreadable' | 'later';
  readonly identity: string;
  /** As `DirectoryNode.watch`. */
  readonly watch: number;
  readonly names: readonly string[];
  readonly states: (index: number) => EntryState;
  readonly isYoung: (index: number) => boolean;
}

/** Of one item of a statBatch. Whether a stamp was young is kept apart: two looks at one state must be equal. */
export function lookOf(status: number, type: number, stamp: string | undefined): Look {
  if (status === 0 && stamp !== undefined) {
    if (type === NativeEntryType.missing) return { found: 'nothing' };
    return { found: 'entry', state: { type: entryTypeOf(type), stamp: settledStamp(stamp) }, isYoung: isYoung(stamp) };
  }
  return { found: isAbsence(status) ? 'nothing' : isShortage(status) ? 'later' : 'unknown' };
}

function isShortage(status: number): boolean {
  return isPassing(status) || status === NativeFailure.busy;
}

/** That ends by itself. Without a file that somebody has a lease on, and keeps: to look at it takes no open, to ask it does. */
function isPassing(status: number): boolean {
  return [EMFILE, ENFILE, ENOMEM, ESTALE].includes(status);
}

/** A link on the way is no directory of the tree: what it leads to is told under its own path, if it is watched. */
function isAbsence(status: number): boolean {
  const { crossRoot, symlinkDenied, mount } = NativeFailure;
  return [ENOENT, ENOTDIR, ELOOP, NativeFailure.escape, crossRoot, symlinkDenied, mount].includes(status);
}

/** Of one item of an originBatch. undefined: it could not be opened, or is something else by now. */
export function originAnswer({ status, origins, stamps }: OriginBatchResult, index: number): OriginAnswer | undefined {
  const stamp = stamps[index];
  if (stamp === undefined) return isPassing(status[index] ?? 0) ? 'later' : undefined;
  const state: EntryState = { type: 'file', stamp: settledStamp(stamp) };
  return { origin: origins[index], state, isYoung: isYoung(stamp) };
}

/** Of one item of a readBatch. undefined: it could not be read, or was too large. */
export function contentAnswer({ status, hashes, stamps }: ReadBatchResult, index: number): ContentAnswer | undefined {
  const hash = hashes[index];
  const stamp = stamps?.[index];
  if (hash !== undefined && stamp !== undefined) return { hash, stamp: settledStamp(stamp) };
  return isPassing(status[index] ?? 0) ? 'later' : undefined;
}

/** Gives what a listBatch found of each directory. */
export function divide(result: ListBatchResult, consume: (index: number, look: DirectoryLook) => void): void {
  const names = result.names === '' ? [] : result.names.split('\0');
  let start = 0;
  for (const [index, count] of result.counts.entries()) {
    const first = start;
    start += count;
    const stamp = (entry: number) => result.stamps?.[first + entry] ?? '';
    consume(index, {
      found: foundBy(result.status[index] ?? 0),
      identity: result.identities?.[index] ?? '',
      watch: result.watches?.[index] ?? 0,
      names: names.slice(first, start),
      states: (entry) => ({
        type: entryTypeOf(result.types[first + entry] ?? NativeEntryType.other),
        stamp: settledStamp(stamp(entry)),
      }),
      isYoung: (entry) => isYoung(stamp(entry)),
    });
  }
}

function foundBy(status: number): DirectoryLook['found'] {
  if (status === 0) return 'entries';
  if (isAbsence(status) || status === NativeFailure.rootLost) return 'nothing';
  return isShortage(status) ? 'later' : 'unreadable';
}

const types: readonly EntryType[] = ['other', 'file', 'directory', 'symlink', 'other'];

function entryTypeOf(type: number): EntryType {
  return types[type] ?? 'other';
}

function isYoung(stamp: string): boolean {
  return stamp.endsWith('y');
}
