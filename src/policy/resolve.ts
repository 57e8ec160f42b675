import { describeValue } from '../errors/describe-value.js';
import { internalError, invalidPath } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { isPlainPath, parsePathArgument } from './path-argument.js';
import { isReserved } from './reserved-names.js';
import { makeResolvedPath, type ResolvedPath } from './resolved-path.js';

/** One absolute spelling under which a root is reached. */
export interface ResolverEntry {
  /** Absolute, normalised, without a trailing slash (except `/`): a configured or a canonical path. */
  readonly spelling: string;
  /** Index within the root set. */
  readonly root: number;
  /** Where the spelling leads below that root: `''`, or deeper for a root that was absorbed. */
  readonly prefix: string;
  /** How paths that come back are spelt. */
  readonly configured: string;
}

/**
 * @throws ERR_PLOKE_INVALID_PATH, ENAMETOOLONG: see parsePathArgument; also for names that belong to ploke-io
 * @throws ERR_PLOKE_OUTSIDE_ROOTS, the same whether the target exists or not
 */
export type Resolver = (input: unknown, operation: string) => ResolvedPath;

/** Judges path arguments by their text. Roots match by whole names, and the longest spelling wins. */
export function createResolver(entries: readonly ResolverEntry[]): Resolver {
  const groups = groupByLength(entries);
  // One file is often named several times in a row: to lock it, to read it, to write it.
  let lastInput: string | undefined;
  let lastResolved: ResolvedPath | undefined;
  const resolve: Resolver = (input, operation) => {
    const text = parsePathArgument(input, operation);
    for (const { length, bySpelling } of groups) {
      if (text.length > length && text.charCodeAt(length) !== slash) continue;
      const entry = bySpelling.get(text.slice(0, length));
      if (entry) return resolveUnder(entry, text, operation);
    }
    throw new PlokeIoError({
      code: 'ERR_PLOKE_OUTSIDE_ROOTS',
      message: 'The path lies under none of the roots of this workspace',
      operation,
      path: text,
    });
  };
  const plain = plainEntry(entries);
  return (input, operation) => {
    if (typeof input !== 'string') return resolve(input, operation);
    if (input === lastInput && lastResolved !== undefined) return lastResolved;
    // One file of very many, and nearly all of them come this way: one short function instead of seven.
    const resolved =
      plain !== undefined && isPlain(input, plain.spelling)
        ? makeResolvedPath(plain.root, input.slice(plain.spelling.length + 1), input)
        : resolve(input, operation);
    lastInput = input;
    lastResolved = resolved;
    return resolved;
  };
}

/** The first root that is spelt as it is configured, if no other spelling leads into it. */
function plainEntry(entries: readonly ResolverEntry[]): ResolverEntry | undefined {
  return entries.find(
    ({ spelling, configured, prefix }) =>
      spelling === configured &&
      prefix === '' &&
      spelling !== '/' &&
      !entries.some((other) => other.spelling.startsWith(`${spelling}/`)),
  );
}

/** Whether a path lies below a spelling and is, to the letter, what comes out of parsePathArgument, and not reserved. */
function isPlain(text: string, spelling: string): boolean {
  return (
    text.charCodeAt(spelling.length) === slash &&
    text.startsWith(spelling) &&
    text.charCodeAt(text.length - 1) !== slash &&
    isPlainPath(text)
  );
}

const slash = 0x2f;

interface SpellingGroup {
  readonly length: number;
  readonly bySpelling: ReadonlyMap<string, ResolverEntry>;
}

/** Spellings of one length need one look-up, however many they are; longest first. `/` counts as the empty spelling. */
function groupByLength(entries: readonly ResolverEntry[]): readonly SpellingGroup[] {
  const groups = new Map<number, Map<string, ResolverEntry>>();
  for (const entry of entries) {
    const spelling = entry.spelling === '/' ? '' : entry.spelling;
    const group = groups.get(spelling.length) ?? new Map<string, ResolverEntry>();
    groups.set(spelling.length, group.set(spelling, entry));
  }
  return [...groups].map(([length, bySpelling]) => ({ length, bySpelling })).sort((a, b) => b.length - a.length);
}

function resolveUnder(entry: ResolverEntry, text: string, operation: string): ResolvedPath {
  const { spelling, prefix, configured } = entry;
  const directory = text.length > 1 && text.charCodeAt(text.length - 1) === slash;
  const plain = directory ? text.slice(0, -1) : text;
  const below = plain.slice(spelling === '/' ? 1 : spelling.length + 1);
  const relative = prefix === '' ? below : join(prefix, below);
  if (isReserved(below) || (prefix !== '' && isReserved(relative))) {
    throw invalidPath(
      operation,
      'The path belongs to ploke-io itself. Choose another name: ".ploke-io" and ".ploke-io-tmp-…" are its own.',
      plain,
    );
  }
  const path = spelling === configured ? plain : join(configured, below);
  return makeResolvedPath(entry.root, directory && relative !== '' ? `${relative}/` : relative, path);
}

function join(directory: string, below: string): string {
  if (directory === '') return below;
  if (below === '') return directory;
  return directory.endsWith('/') ? `${directory}${below}` : `${directory}/${below}`;
}

/**
 * The path of an entry that the addon found in a directory.
 *
 * @param name one name, as `listBatch` hands it over
 * @throws ERR_PLOKE_INTERNAL when it is not one name
 */
export function resolveEntry(directory: ResolvedPath, name: string): ResolvedPath {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw internalError('resolveEntry', `not a name of a directory entry: ${describeValue(name)}`);
  }
  const parent = directory.wantsDirectory ? directory.relative.slice(0, -1) : directory.relative;
  return makeResolvedPath(directory.root, join(parent, name), join(directory.path, name));
}

/** The directory that holds the last name; undefined for a root. */
export function parentOf(path: ResolvedPath): ResolvedPath | undefined {
  if (path.isRoot) return undefined;
  const relative = path.wantsDirectory ? path.relative.slice(0, -1) : path.relative;
  const cut = relative.lastIndexOf('/');
  const name = relative.slice(cut + 1);
  // The configured spelling of an absorbed root may have fewer names than its way below the root: then it stays.
  const spelt = path.path.endsWith(`/${name}`) ? path.path.slice(0, -(name.length + 1)) || '/' : path.path;
  return makeResolvedPath(path.root, cut < 0 ? '' : relative.slice(0, cut), spelt);
}
