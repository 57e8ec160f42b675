import type { EntryChange } from '../../src/events/entry-change.js';
import type { FileEventBody } from '../../src/events/file-event.js';
import type { EntryType } from '../../src/types.js';

export interface ListedEntry {
  readonly entryType: EntryType;
  readonly stamp: string;
}

/** Every entry below the roots, by its path; the roots themselves are not in it. */
export type Listing = ReadonlyMap<string, ListedEntry>;

export type Replayable = EntryChange | FileEventBody;

/**
 * The listing after the changes. `'strict'` throws at the first one that is not valid over the listing. `'lenient'` is what
 * a subscriber may do that has lost events: what is there may be created, what is not there removed, updated or renamed;
 * other events than changes are passed over.
 */
export function replay(
  listing: Listing,
  changes: readonly Replayable[],
  mode: 'strict' | 'lenient' = 'strict',
): Map<string, ListedEntry> {
  const entries = new Map(listing);
  for (const change of changes) {
    if (mode === 'strict') {
      const fault = faultOf(entries, change);
      if (fault) throw new Error(`${fault}: ${JSON.stringify(change)} over ${JSON.stringify([...entries])}`);
    }
    apply(entries, change);
  }
  return entries;
}

/** Applies one change to `entries`, leniently. */
export function apply(entries: Map<string, ListedEntry>, change: Replayable): void {
  switch (change.type) {
    case 'create':
    case 'update':
      entries.set(change.path, { entryType: change.entryType, stamp: change.stamp });
      return;
    case 'remove':
      takeOut(entries, change.path);
      return;
    case 'rename': {
      const moved = takeOut(entries, change.from);
      takeOut(entries, change.path);
      entries.set(change.path, { entryType: change.entryType, stamp: change.stamp });
      if (change.entryType !== 'directory') return;
      for (const [path, entry] of moved) {
        if (path !== change.from) entries.set(`${change.path}${path.slice(change.from.length)}`, entry);
      }
      return;
    }
    default:
      return;
  }
}

/** Takes out an entry and everything below it. */
function takeOut(entries: Map<string, ListedEntry>, top: string): [string, ListedEntry][] {
  const taken = [...entries].filter(([path]) => path === top || path.startsWith(`${top}/`));
  for (const [path] of taken) entries.delete(path);
  return taken;
}

function faultOf(entries: Listing, change: Replayable): string | undefined {
  switch (change.type) {
    case 'create':
      if (entries.has(change.path)) return 'it is there already';
      return parentFault(entries, change.path, change.root);
    case 'update':
      if (change.entryType === 'directory') return 'a directory is not updated';
      return missingFault(entries, change.path, change.entryType);
    case 'remove':
      return missingFault(entries, change.path, change.entryType);
    case 'rename': {
      if (change.from === change.path) return 'it is renamed to itself';
      if (change.path.startsWith(`${change.from}/`)) return 'it is moved into itself';
      for (const path of entries.keys()) if (path.startsWith(`${change.path}/`)) return 'the target has content';
      if ('version' in change && entries.get(change.path)?.entryType !== change.replaces) {
        return 'what it replaces is something else';
      }
      return missingFault(entries, change.from, change.entryType) ?? parentFault(entries, change.path, change.root);
    }
    default:
      return 'it is no change';
  }
}

function missingFault(entries: Listing, path: string, entryType: EntryType): string | undefined {
  const entry = entries.get(path);
  if (!entry) return `${path} is missing`;
  if ((entry.entryType === 'directory') !== (entryType === 'directory')) return `${path} is a ${entry.entryType}`;
  return undefined;
}

function parentFault(entries: Listing, path: string, root: string): string | undefined {
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (parent === root) return undefined;
  return entries.get(parent)?.entryType === 'directory' ? undefined : `no directory ${parent}`;
}
