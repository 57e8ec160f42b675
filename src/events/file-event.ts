import type { FileEvent } from '../types.js';
import type { EntryChange } from './entry-change.js';

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** An event before it has its place in the order of events. */
export type FileEventBody = DistributiveOmit<FileEvent, 'sequence' | 'at'>;

/** An event that tells of a change to an entry, as others tell of the watching itself. */
export type ChangeEventBody = Extract<FileEventBody, { path: string }>;
export type ChangeEvent = Extract<FileEvent, { path: string }>;

export function isChangeEvent(event: FileEvent): event is ChangeEvent {
  return event.type === 'create' || event.type === 'update' || event.type === 'remove' || event.type === 'rename';
}

/** Without what only this library needs of a change. */
export function toEventBody(change: EntryChange): ChangeEventBody {
  const { type, root, path, entryType, origin } = change;
  switch (type) {
    case 'remove':
      return { type, root, path, entryType, origin };
    case 'rename':
      return { type, root, path, from: change.from, entryType, origin, stamp: change.stamp };
    default:
      return { type, root, path, entryType, origin, stamp: change.stamp };
  }
}
