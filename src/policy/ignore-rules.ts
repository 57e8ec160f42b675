import ignore, { type Ignore } from 'ignore';
import { hostPlatform } from '../platform/host.js';

/**
 * git compares case as `core.ignorecase` says, which `git init` sets where the file system folds case: by default on these.
 */
const options: ignore.Options = { ignorecase: hostPlatform === 'darwin' || hostPlatform === 'win32' };

/** The matcher remembers every path it was asked about; after so many it is made anew from the same compiled rules. */
const pathsPerMatcher = 4_096;
/** Git itself holds no longer path (PATH_MAX); patterns say nothing of one, so that its length cannot be made to cost. */
const longestPath = 4_096;

/**
 * gitignore patterns that apply below one directory. Paths are relative to the root, with `/` between their names on every
 * system, as patterns have it; a directory's path ends in `/`.
 */
class IgnorePatterns {
  readonly #rules: Ignore;
  /** The directory whose patterns they are: `''` or `a/b/`. */
  readonly #base: string;
  #matcher: Ignore;
  #asked = 0;

  /** @param patterns a text as in a .gitignore file, a list of patterns, or such rules compiled */
  constructor(patterns: string | readonly (string | Ignore)[], base: string) {
    this.#base = base;
    this.#rules = ignore(options).add(patterns);
    this.#matcher = this.#renewed();
  }

  /**
   * Whether the path is ignored, or undefined where no pattern speaks of it. The last pattern that matches decides; what
   * is below an ignored directory is ignored.
   */
  decide(path: string): boolean | undefined {
    if (path.length > longestPath) return undefined;
    if (++this.#asked > pathsPerMatcher) {
      this.#matcher = this.#renewed();
      this.#asked = 1;
    }
    const { ignored, unignored } = this.#matcher.test(path.slice(this.#base.length));
    return ignored ? true : unignored ? false : undefined;
  }

  /** The same for what is below a directory that is walked whatever these patterns say of it. */
  entering(directory: string): IgnorePatterns {
    if (this.decide(directory) !== true) return this;
    return new IgnorePatterns([this.#rules, `!/${escapePattern(directory.slice(this.#base.length))}`], this.#base);
  }

  #renewed(): Ignore {
    return ignore(options).add(this.#rules);
  }
}

/**
 * What applies in one directory: the caller's patterns, which decide alone where they speak (as git's command line does),
 * then the directory's own .gitignore, then those of the directories above it, nearest first.
 */
export class IgnoreRules {
  readonly #callers: IgnorePatterns | null;
  /** Nearest first. */
  readonly #files: readonly IgnorePatterns[];

  private constructor(callers: IgnorePatterns | null, files: readonly IgnorePatterns[]) {
    this.#callers = callers;
    this.#files = files;
  }

  /** Those of a root directory, before its .gitignore is known. */
  static ofRoot(patterns: readonly string[]): IgnoreRules {
    return new IgnoreRules(patterns.length === 0 ? null : new IgnorePatterns(patterns, ''), []);
  }

  /** With the .gitignore of the directory `base`, which is `''` or `a/b/`. */
  with(gitignore: string, base: string): IgnoreRules {
    return new IgnoreRules(this.#callers, [new IgnorePatterns(gitignore, base), ...this.#files]);
  }

  /**
   * Those inside of a subdirectory that is walked: because a nearer file took it back, or because the caller asked for it.
   * A farther file that excludes it does not exclude all that is in it then.
   */
  entering(directory: string): IgnoreRules {
    const callers = this.#callers?.entering(directory) ?? null;
    const files = this.#files.map((patterns) => patterns.entering(directory));
    const isSame = callers === this.#callers && files.every((patterns, index) => patterns === this.#files[index]);
    return isSame ? this : new IgnoreRules(callers, files);
  }

  ignores(path: string): boolean {
    const decided = this.#callers?.decide(path);
    if (decided !== undefined) return decided;
    for (const patterns of this.#files) {
      const decidedByFile = patterns.decide(path);
      if (decidedByFile !== undefined) return decidedByFile;
    }
    return false;
  }
}

/** The pattern that matches this path alone. */
function escapePattern(path: string): string {
  return path.replace(/[\\*?[\] ]/g, '\\$&');
}
