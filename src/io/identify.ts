import { type BatchStatus, NativeEntryType } from '../native/batch.js';
import type { IdentifyResult } from '../native/look-batches.js';
import { hostPlatform } from '../platform/host.js';
import { hostSpelling } from '../platform/path-spelling.js';
import { retryExhausted } from './exhaustion.js';
import type { NativeSide } from './native-side.js';
import { type PathBelowRoot, packPaths } from './path-batch.js';

const pathsPerCall = 256;

/** A path below a root, and how it is spelt for people. */
export interface NamedPath extends PathBelowRoot {
  readonly path: string;
}

/** What a name was when it was looked at; another process may have changed it since. */
export interface Identity {
  /** `device:inode/name` of the parent and the last name; undefined where it cannot be told (the use will say why). */
  readonly key: string | undefined;
  /** Whether directories above the last name are missing: then the key begins at the deepest that is there. */
  readonly missingParents: number;
  /** `device:inode` of the directory that the key begins with. */
  readonly directory: string | undefined;
  /** A `NativeEntryType`. */
  readonly type: number;
  /** Where it lies on the file system of its root, a local one, and was asked for alone. */
  readonly byteLength?: number;
}

export interface IdentifyRequest extends NativeSide {
  /** Whether a link as the last name leads to its target. */
  readonly followLast: boolean;
  /** The device of a local file system, which cannot keep the caller waiting: a single path is asked for without a thread. */
  readonly localDevice: string | undefined;
}

/** Asks what each path is. One that cannot be told (a refused link, no permission) has no key; nothing is thrown for it. */
export async function identifyPaths(request: IdentifyRequest, paths: readonly PathBelowRoot[]): Promise<Identity[]> {
  const [only] = paths;
  if (only && paths.length === 1 && request.localDevice !== undefined && !request.signal?.aborted) {
    const found = request.addon.identifyNow(request.set, only.root, only.relative, request.followLast);
    if (found !== undefined) {
      const colon = found.indexOf(':');
      const byteLength = Number(found.slice(1, colon));
      const identity = identityOf(found.slice(colon + 1), Number(found[0]));
      return [deviceOf(identity) === request.localDevice ? { ...identity, byteLength } : identity];
    }
  }
  const identities: Identity[] = [];
  for (let start = 0; start < paths.length; start += pathsPerCall) {
    const some = paths.slice(start, start + pathsPerCall);
    const { keys, types } = await identifyChunk(request, some);
    for (let index = 0; index < some.length; index++) {
      identities.push(identityOf(keys[index], types[index] ?? NativeEntryType.missing));
    }
  }
  return identities;
}

type Columns = Pick<IdentifyResult, 'keys' | 'types'> & BatchStatus;

function identifyChunk(request: IdentifyRequest, paths: readonly PathBelowRoot[]): Promise<Columns> {
  const run = (indexes: readonly number[] | null): Promise<Columns> => {
    const some = indexes?.flatMap((index) => paths[index] ?? []) ?? paths;
    const identify = () =>
      request.addon.identifyBatch({
        ...packPaths(request.set, some, request.cancel),
        followLast: new Uint8Array(some.length).fill(request.followLast ? 1 : 0),
      });
    return request.permits.run(1, request.signal, identify, request.operation);
  };
  const stale = request.staleFiles.of(request, (index) => paths[index]);
  return retryExhausted(run, merge, request.signal, stale);
}

function merge(into: Columns, again: Columns, indexes: readonly number[]): Columns {
  const keys = [...into.keys];
  for (const [position, index] of indexes.entries()) {
    into.status[index] = again.status[position] ?? 0;
    into.syscalls[index] = again.syscalls[position] ?? 0;
    into.types[index] = again.types[position] ?? 0;
    keys[index] = again.keys[position];
  }
  return { ...into, keys };
}

function identityOf(key: string | undefined, type: number): Identity {
  if (key === undefined) return { key, missingParents: 0, directory: undefined, type };
  const cut = key.indexOf('/');
  const directory = cut < 0 ? key : key.slice(0, cut);
  let missingParents = 0;
  for (let at = key.indexOf('/', cut + 1); cut >= 0 && at >= 0; at = key.indexOf('/', at + 1)) missingParents++;
  return { key, missingParents, directory, type };
}

/** Whether a path's last names are those of its key: no link leads from the one to the other. */
export function isSpeltAsIdentified(path: string, key: string): boolean {
  return path.endsWith(hostSpelling.spell(key.slice(key.indexOf('/'))));
}

/** The device number of the directory that the key begins with; `''` where it cannot be told. */
export function deviceOf({ directory }: Identity): string {
  return directory?.slice(0, Math.max(0, directory.indexOf(':'))) ?? '';
}

/** More missing directories than this are not told apart; the caller orders itself after everything. */
const maxMissingParents = 64;

/**
 * The keys that order a mutation among the others: the file's identity, its text (two calls with one text stay in order
 * even where the directories between the calls are made or renamed), and, with `parents`, each missing directory above it,
 * so that it waits for the call that makes them. 'everything' where there would be too many.
 */
export function orderingKeys(path: NamedPath, identity: Identity, parents: boolean): string[] | 'everything' {
  const keys = [textKey(path.path)];
  const { missingParents } = identity;
  if (identity.key === undefined) return keys;
  const key = spellingsKey(identity.key);
  keys.push(key);
  if (!parents) return keys;
  if (missingParents > maxMissingParents) return 'everything';
  let keyEnd = key.length;
  let textEnd = path.path.length;
  for (let count = 0; count < missingParents; count++) {
    keyEnd = key.lastIndexOf('/', keyEnd - 1);
    textEnd = path.path.lastIndexOf(hostSpelling.separator, textEnd - 1);
    keys.push(key.slice(0, keyEnd), textKey(path.path.slice(0, textEnd)));
  }
  return keys;
}

/** Whether volumes ignore case and how a character is composed as they come. */
const hasSpellings = hostPlatform === 'darwin' || hostPlatform === 'win32';

/**
 * One key for whatever spellings of a name such a volume may take for the same, by Unicode's full case folding, near
 * enough. Names that a stricter volume tells apart share a place in line, which costs them a wait.
 */
export function spellingsKey(key: string, folds = hasSpellings): string {
  return folds ? key.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD') : key;
}

/** The key of a path by its text, for calls that see the directories above it in different states. */
export function textKey(path: string): string {
  return `path:${path}`;
}
