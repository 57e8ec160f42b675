import { hostSpelling } from '../platform/path-spelling.js';

/** The only maker of `ResolvedPath`. policy/resolve.ts alone may import it; a test holds that. */
export let makeResolvedPath: (root: number, relative: string, path: string) => ResolvedPath;

/**
 * A path argument that has been judged by its text: it lies under a root, and is free of `.`, `..`, `//`, NUL and lone
 * surrogates. What links make of it is judged by the addon, in the same act in which it is used.
 *
 * The constructor is private and there is a protected member, so an unchecked string or a look-alike object does not compile.
 */
export class ResolvedPath {
  declare protected readonly judged: true;
  /** Index within the root set of the lease that resolved it. */
  declare readonly root: number;
  /** Below that root's handle, with `/` on every system; `''` is the root. A trailing `/` is there when the argument had one. */
  declare readonly relative: string;
  /** Absolute, as callers spell it on this system, with the configured root; no separator at its end (except `/`, `C:\`). */
  declare readonly path: string;

  static {
    makeResolvedPath = (root, relative, path) => new ResolvedPath(root, relative, path);
  }

  // No field is defined before it is assigned, which would cost as much again: there is one for each file of a batch.
  private constructor(root: number, relative: string, path: string) {
    this.root = root;
    this.relative = relative;
    this.path = path;
  }

  /** Whether it is the directory of the native root itself, which has no name that could be replaced or removed. */
  get isRoot(): boolean {
    return this.relative === '';
  }

  /** Whether the argument ended in `/`, so that anything but a directory is ENOTDIR. */
  get wantsDirectory(): boolean {
    return this.relative.endsWith('/');
  }

  /** What resolves to this again: the path, with a separator at its end where the argument had one. */
  get spelt(): string {
    return this.wantsDirectory ? this.path + hostSpelling.separator : this.path;
  }
}
