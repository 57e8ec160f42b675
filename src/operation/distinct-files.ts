import type { ResolvedPath } from '../policy/resolved-path.js';
import type { RootLease } from '../policy/root-lease.js';

/**
 * The files of a batch, each once however often and in whatever spelling it is asked for. Two names that links make one
 * file stay two.
 */
export class DistinctFiles {
  readonly targets: ResolvedPath[] = [];
  readonly #lease: RootLease;
  readonly #operation: string;
  /** By argument and by resolved path; an argument that is resolved already is its own key. */
  readonly #indexes = new Map<string, number>();
  /** The requests of one file mostly follow one another. */
  #last: unknown;
  #lastIndex = 0;

  constructor(lease: RootLease, operation: string) {
    this.#lease = lease;
    this.#operation = operation;
  }

  /**
   * The index of the file within `targets`.
   *
   * @throws what resolving the path throws
   */
  indexOf(input: unknown): number {
    if (input === this.#last && typeof input === 'string') return this.#lastIndex;
    const index = (typeof input === 'string' ? this.#indexes.get(input) : undefined) ?? this.#enter(input);
    this.#last = input;
    this.#lastIndex = index;
    return index;
  }

  #enter(input: unknown): number {
    const target = this.#lease.resolve(input, this.#operation);
    // It was looked for under this very name.
    if (input === target.path && !target.wantsDirectory) return this.#append(target.path, target);
    const index = this.add(target);
    if (typeof input === 'string') this.#indexes.set(input, index);
    return index;
  }

  add(target: ResolvedPath): number {
    // A path with a trailing slash demands a directory, so it is another request than the one without.
    const key = target.spelt;
    const known = this.#indexes.get(key);
    return known ?? this.#append(key, target);
  }

  #append(key: string, target: ResolvedPath): number {
    const index = this.targets.push(target) - 1;
    this.#indexes.set(key, index);
    return index;
  }
}
