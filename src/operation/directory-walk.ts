import { constants } from 'node:os';
import { internalError, throwIfAborted } from '../errors/make.js';
import { summaryOf } from '../errors/ploke-io-error.js';
import { type DirectoryListing, emptyListing, listDirectories } from '../io/directory-batch.js';
import { Turns } from '../io/turn.js';
import { NativeEntryType } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import type { IgnoreRules } from '../policy/ignore-rules.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { EntryType, FileEntry } from '../types.js';
import { entryType } from './entry-type.js';
import { readGitignores } from './gitignore-files.js';
import { pathBelow, resolveListed, type Warn } from './listed-path.js';
import { nativeSide, type ReadScope } from './read-scope.js';

/** Directories that are listed in one native call. */
const directoriesPerCall = 256;
/** As long as so many entries are listed and not yet handed out, only the directory whose turn it is is listed. */
const entriesAhead = 32_768;
/** How far ahead of its turn, in levels and in pending ancestors, a directory is looked for. */
const levelsAhead = 8;
const ancestorsAhead = 64;

export interface WalkOptions {
  readonly types: ReadonlySet<EntryType>;
  /** Whether .gitignore files found on the way apply. */
  readonly gitignore: boolean;
}

/** A directory of the walk. Kept as text, not resolved: the walk outlives the lease of a single step. */
export interface WalkDirectory {
  readonly path: string;
  /** Below its root: `''` or `a/b/`. */
  readonly relative: string;
  /** Those of the directories above it; after listing, with its own. */
  rules: IgnoreRules;
  /** Where the walk began: what is wrong with it is an error, not a warning. */
  readonly isStart: boolean;
  listing: DirectoryListing | undefined;
  /** By the index of their entries, in that order: those that are not ignored and whose turn has not come. */
  readonly subdirectories: Map<number, WalkDirectory>;
}

interface Frame {
  readonly directory: WalkDirectory;
  /** The entry that is next. */
  position: number;
}

export function walkDirectory(path: string, relative: string, rules: IgnoreRules, isStart: boolean): WalkDirectory {
  return { path, relative, rules, isStart, listing: undefined, subdirectories: new Map() };
}

/**
 * Walks directories depth first, names in the order of their bytes, and lists ahead so that one native call serves many
 * directories. Memory holds what is listed and not handed out, which is bounded, and the directories above it.
 */
export class DirectoryWalk {
  readonly #options: WalkOptions;
  readonly #warn: Warn;
  /** The innermost directory last. */
  readonly #frames: Frame[] = [];
  readonly #starts: WalkDirectory[];
  #entriesListed = 0;

  constructor(starts: readonly WalkDirectory[], options: WalkOptions, warn: Warn) {
    this.#starts = [...starts].reverse();
    this.#options = options;
    this.#warn = warn;
  }

  get isAtEnd(): boolean {
    return this.#frames.length === 0 && this.#starts.length === 0;
  }

  /** Looks at up to `count` more entries, and hands over those that are wanted. */
  async next(scope: ReadScope, count: number): Promise<FileEntry[]> {
    const entries: FileEntry[] = [];
    const turns = new Turns();
    for (let visited = 0; visited < count; ) {
      const frame = this.#frames.at(-1) ?? this.#enter(this.#starts.pop());
      if (frame === undefined) break;
      const { listing } = frame.directory;
      if (listing === undefined) {
        await this.#list(scope);
      } else if (frame.position < listing.names.length) {
        this.#visit(frame, listing, entries);
        visited++;
        if (turns.isOver) await this.#endTurn(scope, turns);
      } else {
        this.#frames.pop();
        this.#entriesListed -= listing.names.length;
      }
    }
    return entries;
  }

  /** Patterns come from whoever made the tree: however long they take, others have their turn, and an abort is heard. */
  async #endTurn(scope: ReadScope, turns: Turns): Promise<void> {
    await turns.next();
    throwIfAborted(scope.signal, scope.operation);
  }

  #enter(directory: WalkDirectory | undefined): Frame | undefined {
    if (directory === undefined) return undefined;
    const frame = { directory, position: 0 };
    this.#frames.push(frame);
    return frame;
  }

  #visit(frame: Frame, listing: DirectoryListing, entries: FileEntry[]): void {
    const index = frame.position++;
    const name = listing.names[index] ?? '';
    const type = entryType(listing.types[index]);
    const subdirectory = frame.directory.subdirectories.get(index);
    // Whether a directory is ignored was judged when its subdirectories were laid out.
    const isIgnored =
      type === 'directory'
        ? subdirectory === undefined
        : frame.directory.rules.ignores(frame.directory.relative + name);
    if (isIgnored) return;
    if (this.#options.types.has(type)) {
      entries.push({
        path: pathBelow(frame.directory.path, name),
        type,
        byteLength: listing.byteLengths[index] ?? 0,
        stamp: listing.stamps?.[index] ?? '',
      });
    }
    // Its frame holds it from now on, and its listing goes with the frame.
    frame.directory.subdirectories.delete(index);
    this.#enter(subdirectory);
  }

  /** Lists the directory whose turn it is and those whose turn comes next. */
  async #list(scope: ReadScope): Promise<void> {
    const directories: WalkDirectory[] = [];
    const targets: ResolvedPath[] = [];
    for (const directory of this.#pending(this.#entriesListed < entriesAhead ? directoriesPerCall : 1)) {
      const target = resolveListed(scope, directory.path, this.#warn);
      if (target === undefined) {
        directory.listing = emptyListing;
        continue;
      }
      directories.push(directory);
      targets.push(target);
    }
    const listings = await listDirectories({ ...nativeSide(scope), directories: targets, stamps: true });
    const turns = new Turns();
    throwIfAborted(scope.signal, scope.operation);
    for (const [index, directory] of directories.entries()) {
      const listing = listings[index];
      if (listing === undefined) throw internalError(scope.operation, 'a directory without its listing');
      this.#receive(scope, directory, listing);
    }
    if (this.#options.gitignore) await this.#applyGitignores(scope, directories, turns);
    for (const directory of directories) await this.#layOut(scope, directory, turns);
    const littered = targets.filter((_, index) => listings[index]?.hasTemporaries === true);
    if (littered.length > 0) await sweep(scope, littered);
  }

  /** Directories that are not listed, in the order of their turns. */
  #pending(limit: number): WalkDirectory[] {
    const found: WalkDirectory[] = [];
    const outermost = Math.max(0, this.#frames.length - ancestorsAhead);
    for (let depth = this.#frames.length - 1; depth >= outermost && found.length < limit; depth--) {
      const frame = this.#frames[depth];
      if (frame === undefined) break;
      if (frame.directory.listing === undefined) found.push(frame.directory);
      else collectPending(frame.directory, levelsAhead, limit, found);
    }
    return found;
  }

  #receive(scope: ReadScope, directory: WalkDirectory, listing: DirectoryListing): void {
    const { addon } = scope.context;
    directory.listing = listing;
    this.#entriesListed += listing.names.length;
    for (const name of listing.unrepresentable) {
      this.#warn({
        code: 'PLOKE_NAME_NOT_UTF8',
        message: 'A name that is not UTF-8 was left out; bytes that are no character stand as \\x… in its path',
        path: pathBelow(directory.path, name),
      });
    }
    if (listing.status === 0) return;
    const failure = failureFrom(addon, listing.status, listing.syscall, {
      operation: scope.operation,
      path: directory.path,
    });
    if (directory.isStart) throw failure;
    // Removed, or replaced by something else, since its parent was listed: it is simply not there.
    if (listing.status === constants.errno.ENOENT || listing.status === constants.errno.ENOTDIR) return;
    const message = `The directory could not be listed. ${summaryOf(failure)}`;
    this.#warn({ code: failure.code, message, path: directory.path });
  }

  async #applyGitignores(scope: ReadScope, directories: readonly WalkDirectory[], turns: Turns): Promise<void> {
    const having: WalkDirectory[] = [];
    const files: ResolvedPath[] = [];
    for (const directory of directories) {
      if (directory.listing === undefined || !hasGitignore(directory.listing)) continue;
      const file = resolveListed(scope, pathBelow(directory.path, '.gitignore'), this.#warn);
      if (file === undefined) continue;
      having.push(directory);
      files.push(file);
    }
    if (files.length === 0) return;
    const texts = await readGitignores(scope, files, this.#warn);
    for (const [index, directory] of having.entries()) {
      const text = texts[index] ?? '';
      if (text !== '') directory.rules = directory.rules.with(text, directory.relative);
      if (turns.isOver) await this.#endTurn(scope, turns);
    }
  }

  async #layOut(scope: ReadScope, directory: WalkDirectory, turns: Turns): Promise<void> {
    const { listing, rules, path, relative, subdirectories } = directory;
    if (listing === undefined) return;
    for (const [index, type] of listing.types.entries()) {
      if (type !== NativeEntryType.directory) continue;
      const name = listing.names[index] ?? '';
      const below = `${relative}${name}/`;
      const isIgnored = rules.ignores(below);
      if (turns.isOver) await this.#endTurn(scope, turns);
      if (!isIgnored)
        subdirectories.set(index, walkDirectory(pathBelow(path, name), below, rules.entering(below), false));
    }
  }
}

function collectPending(directory: WalkDirectory, levels: number, limit: number, found: WalkDirectory[]): void {
  for (const subdirectory of directory.subdirectories.values()) {
    if (found.length >= limit) return;
    if (subdirectory.listing === undefined) found.push(subdirectory);
    else if (levels > 0) collectPending(subdirectory, levels - 1, limit, found);
  }
}

/** Temporary files were seen: those of processes that are gone are removed, once a directory. */
function sweep(
  { context, gate, lease, signal, operation }: ReadScope,
  directories: readonly ResolvedPath[],
): Promise<void> {
  const targets = directories.map(({ root, relative, path }) => ({ root, relative, path, identity: `path:${path}` }));
  return gate.run(1, signal, () => context.sweeps.visit(lease.set, targets), operation);
}

/** git takes no .gitignore that is a link. */
function hasGitignore(listing: DirectoryListing): boolean {
  const index = listing.names.indexOf('.gitignore');
  return index >= 0 && listing.types[index] === NativeEntryType.file;
}
