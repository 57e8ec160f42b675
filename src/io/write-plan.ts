import { hostSpelling } from '../platform/path-spelling.js';
import { type Identity, type NamedPath, spellingsKey, textKey } from './identify.js';

/** What of a write its place in the plan depends on. */
export interface PlannedWrite {
  readonly path: NamedPath;
  readonly identity: Identity;
}

/** More writes than this share no group: between groups others get their turn, and an abort is noticed. */
const maxGroup = 256;

/**
 * Divides a batch so that no round writes a file twice: the first writes of all files, then the second ones, and so on, in
 * input order. Gives indexes of `writes`.
 */
export function planRounds(writes: readonly PlannedWrite[]): number[][] {
  if (writes.length === 1) return [[0]];
  const rounds: number[][] = [];
  const next = new Map<string, number>();
  for (const [index, { path, identity }] of writes.entries()) {
    // By identity, for links to one file; by text too, since a directory may have been made while the batch was looked at.
    const text = textKey(path.path);
    const key = identity.key === undefined ? text : spellingsKey(identity.key);
    const round = Math.max(next.get(key) ?? 0, next.get(text) ?? 0);
    next.set(key, round + 1);
    next.set(text, round + 1);
    const members = rounds[round];
    if (members) members.push(index);
    else rounds.push([index]);
  }
  return rounds;
}

/** Writes that share their syncs. */
export interface WriteGroup {
  readonly indexes: readonly number[];
  /** Descriptors: a temporary file each, and each directory once. */
  readonly permits: number;
}

/** Descriptors of one file that is there already: a temporary file, its directory, and its lock. */
export const permitsOfOne = 3;

/** What a group may hold of contents that are read: they and what becomes of them are in memory at the same time. */
const maxGroupBytes = 8 * 1024 * 1024;

export interface GroupRules {
  /** By index; with them a group reads no more than 8 MiB (a single file may). */
  readonly byteLengths?: ReadonlyMap<number, number> | undefined;
  /** Whether each file that is there is held open, locked. */
  readonly locked: boolean;
}

/**
 * Divides a round into groups, in order, none of which needs more than `permits` descriptors (a single write needs two, and
 * one more for its lock).
 */
export function planGroups(
  writes: readonly PlannedWrite[],
  round: readonly number[],
  permits: number,
  { byteLengths, locked }: GroupRules,
): readonly WriteGroup[] {
  const perWrite = locked ? 1 : 0;
  const groups: WriteGroup[] = [];
  let indexes: number[] = [];
  let directories = new Map<string, string | undefined>();
  let needed = 0;
  let bytes = 0;
  for (const index of round) {
    const write = writes[index];
    if (!write) continue;
    const byteLength = byteLengths?.get(index) ?? 0;
    const isFull = indexes.length >= maxGroup || bytes + byteLength > maxGroupBytes;
    if (indexes.length > 0 && (isFull || needed + perWrite + costOf(write, directories) > permits)) {
      groups.push({ indexes, permits: needed });
      indexes = [];
      directories = new Map();
      needed = 0;
      bytes = 0;
    }
    bytes += byteLength;
    needed += perWrite + costOf(write, directories);
    directories.set(textOf(write), write.identity.directory);
    indexes.push(index);
  }
  if (indexes.length > 0) groups.push({ indexes, permits: needed });
  return groups;
}

function costOf(write: PlannedWrite, directories: ReadonlyMap<string, string | undefined>): number {
  const text = textOf(write);
  if (!directories.has(text)) return 2;
  // In the directory of an earlier one by its text, but really elsewhere: through a link, with a directory of its own.
  return directories.get(text) === write.identity.directory ? 1 : 2;
}

function textOf({ path }: PlannedWrite): string {
  const { root, relative } = directoryOf(path);
  return `${root}/${relative}`;
}

/** The directory of the last name, by its text; of a root, the root. */
export function directoryOf(path: NamedPath): NamedPath {
  const whole = path.relative.endsWith('/') ? path.relative.slice(0, -1) : path.relative;
  const cut = whole.lastIndexOf('/');
  return {
    root: path.root,
    relative: cut < 0 ? '' : whole.slice(0, cut),
    path: hostSpelling.directoryOf(path.path),
  };
}
