import { internalError, invalidPath } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { givenValue, wording } from '../errors/wording.js';
import { hostPlatform } from '../platform/host.js';
import { hostSpelling, type PathSpelling, pathSpelling } from '../platform/path-spelling.js';
import { isPlainPath, parsePathArgument } from './path-argument.js';
import { isReserved } from './reserved-names.js';
import { makeResolvedPath, type ResolvedPath } from './resolved-path.js';

/** One absolute spelling under which a root is reached. */
export interface ResolverEntry {
  /** As parsePathArgument has it, without a trailing slash (except `/`, `C:/`): a configured or a canonical path. */
  readonly spelling: string;
  /** Index within the root set. */
  readonly root: number;
  /** Where the spelling leads below that root: `''`, or deeper for a root that was absorbed. */
  readonly prefix: string;
  /** The spelling that paths come back with. */
  readonly configured: string;
}

/**
 * @throws ERR_PLOKE_INVALID_PATH, ENAMETOOLONG: see parsePathArgument; also for names that belong to ploke-io
 * @throws ERR_PLOKE_OUTSIDE_ROOTS, the same whether the target exists or not
 */
export type Resolver = (input: unknown, operation: string) => ResolvedPath;

/**
 * Judges path arguments by their text. Roots match by whole names, and the longest spelling wins. Names are the same only to
 * the letter, on systems that ignore case as well: another spelling of a root is outside, which is safe and needs nobody to
 * know how the volume folds. A drive has one spelling, since it is parsed into upper case.
 */
export function createResolver(entries: readonly ResolverEntry[], platform: NodeJS.Platform = hostPlatform): Resolver {
  const groups = groupByLength(entries);
  const style: Style = { platform, spelling: pathSpelling(platform), topLength: platform === 'win32' ? 3 : 1 };
  // One file is often named several times in a row: to lock it, to read it, to write it.
  let lastInput: string | undefined;
  let lastResolved: ResolvedPath | undefined;
  const resolve: Resolver = (input, operation) => {
    const text = parsePathArgument(input, operation, platform);
    for (const { length, bySpelling } of groups) {
      if (text.length > length && text.charCodeAt(length) !== slash) continue;
      const entry = bySpelling.get(text.slice(0, length));
      if (entry) return resolveUnder(entry, text, operation, style);
    }
    throw new PlokeIoError({
      code: 'ERR_PLOKE_OUTSIDE_ROOTS',
      message: 'The path lies under none of the roots of this workspace',
      operation,
      path: style.spelling.spell(text),
    });
  };
  // On Windows there is no such path: none is spelt with `/`.
  const plain = platform === 'win32' ? undefined : plainEntry(entries);
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

interface Style {
  readonly platform: NodeJS.Platform;
  readonly spelling: PathSpelling;
  /** Of the shortest path, which ends in a slash that demands nothing: `/`, `C:/`. */
  readonly topLength: number;
}

interface SpellingGroup {
  readonly length: number;
  readonly bySpelling: ReadonlyMap<string, ResolverEntry>;
}

/** Spellings of one length need one look-up, however many they are; longest first. `/` counts as the empty spelling, `C:/` as `C:`. */
function groupByLength(entries: readonly ResolverEntry[]): readonly SpellingGroup[] {
  const groups = new Map<number, Map<string, ResolverEntry>>();
  for (const entry of entries) {
    const spelling = entry.spelling.endsWith('/') ? entry.spelling.slice(0, -1) : entry.spelling;
    const group = groups.get(spelling.length) ?? new Map<string, ResolverEntry>();
    groups.set(spelling.length, group.set(spelling, entry));
  }
  return [...groups].map(([length, bySpelling]) => ({ length, bySpelling })).sort((a, b) => b.length - a.length);
}

function resolveUnder(entry: ResolverEntry, text: string, operation: string, style: Style): ResolvedPath {
  const { spelling, prefix, configured } = entry;
  const { platform, topLength, spelling: publicly } = style;
  const directory = text.length > topLength && text.charCodeAt(text.length - 1) === slash;
  const plain = directory ? text.slice(0, -1) : text;
  const below = plain.slice(spelling.endsWith('/') ? spelling.length : spelling.length + 1);
  const relative = prefix === '' ? below : join(prefix, below);
  if (isReserved(below, platform) || (prefix !== '' && isReserved(relative, platform))) {
    throw invalidPath(
      operation,
      'The path belongs to ploke-io itself. Choose another name: ".ploke-io" and ".ploke-io-tmp-…" are its own.',
      publicly.spell(plain),
    );
  }
  const path = publicly.spell(spelling === configured ? plain : join(configured, below));
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
export function resolveEntry(
  directory: ResolvedPath,
  name: string,
  spelling: PathSpelling = hostSpelling,
): ResolvedPath {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw internalError('resolveEntry', wording`not a name of a directory entry: ${givenValue(name)}`);
  }
  const parent = directory.wantsDirectory ? directory.relative.slice(0, -1) : directory.relative;
  return makeResolvedPath(directory.root, join(parent, name), spelling.join(directory.path, name));
}

/** The directory that holds the last name; undefined for a root. */
export function parentOf(path: ResolvedPath, spelling: PathSpelling = hostSpelling): ResolvedPath | undefined {
  if (path.isRoot) return undefined;
  const relative = path.wantsDirectory ? path.relative.slice(0, -1) : path.relative;
  const cut = relative.lastIndexOf('/');
  const name = relative.slice(cut + 1);
  // The configured spelling of an absorbed root may have fewer names than its way below the root: then it stays.
  const isNamed = path.path.endsWith(`${spelling.separator}${name}`);
  const spelt = isNamed ? spelling.directoryOf(path.path) : path.path;
  return makeResolvedPath(path.root, cut < 0 ? '' : relative.slice(0, cut), spelt);
}
