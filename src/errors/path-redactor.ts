import { createHmac, randomBytes } from 'node:crypto';
import { hostSpelling, type PathSpelling } from '../platform/path-spelling.js';

export type RedactionMode = 'none' | 'relative' | 'hash';

/** How one workspace tells of paths in whatever may end up in a log. */
export interface PathRedactor {
  readonly mode: RedactionMode;
  /** A path, or what was passed for one. Equal paths give equal texts. Not for what has been redacted already. */
  path(path: string): string;
  /** A text that is not of this package, and may name files; `paths` are those that it is known to name. */
  text(text: string, paths?: readonly string[]): string;
  /** The frames of a stack: the files of the program, told as they are but for the roots. */
  frames(frames: string): string;
}

/** Tells everything. */
export const plainPaths: PathRedactor = {
  mode: 'none',
  path: (path) => path,
  text: (text) => text,
  frames: (frames) => frames,
};

/** Of the hash; 64 bits, so that two paths of one workspace never share a text. */
const shownHexDigits = 16;

/** A private-use character, which stands for a path while the rest of a text is looked at. */
const placeholder = '\ue000';

/**
 * `relative`: a path below a root as `<root 0>/src/a.ts`, the number being its place in `workspace.roots`; any other path as
 * with `hash`. `hash`: `path-` and 16 hex digits, made with a random key of this object's: whoever reads a log can tell
 * that two lines are about one file, and cannot find out by trying which one it is.
 */
export class RedactingPaths implements PathRedactor {
  readonly mode: 'relative' | 'hash';
  readonly #spelling: PathSpelling;
  readonly #key = randomBytes(32);
  #roots: () => readonly string[] = () => [];

  constructor(mode: 'relative' | 'hash', spelling: PathSpelling = hostSpelling) {
    this.mode = mode;
    this.#spelling = spelling;
  }

  /** Where the roots are to be learnt from, in the order of `workspace.roots`. */
  useRoots(roots: () => readonly string[]): void {
    this.#roots = roots;
  }

  path(path: string): string {
    const bare = this.#withoutEnd(path);
    return (this.mode === 'relative' ? this.#belowRoot(bare) : undefined) ?? `path-${this.#hash(bare)}`;
  }

  text(text: string, paths: readonly string[] = []): string {
    // The longest first: one may lie below another.
    const known = [...new Set(paths)].filter((path) => path !== '').sort((a, b) => b.length - a.length);
    const found: string[] = [];
    let rest = text.replaceAll(placeholder, '');
    for (const path of known) {
      if (!rest.includes(path)) continue;
      rest = rest.replaceAll(path, `${placeholder}${found.length}${placeholder}`);
      found.push(this.path(path));
    }
    // With a separator left it may name yet another file, and where a name ends in a foreign text nobody can tell.
    if (/[\\/]/.test(rest)) return `(a text of ${text.length} characters, withheld)`;
    return rest.replace(/\ue000(\d+)\ue000/g, (_match, index: string) => found[Number(index)] ?? '');
  }

  frames(frames: string): string {
    let told = frames;
    for (const root of this.#roots()) {
      const text = this.#spelling.textOf(root);
      // `/` and `C:/` begin the path of every file.
      if (text.indexOf('/') === text.length - 1) continue;
      for (const spelt of new Set([root, text, encodeURI(text)])) told = told.replaceAll(spelt, this.path(root));
    }
    return told;
  }

  /** With the innermost root, by its place among all that were configured. */
  #belowRoot(path: string): string | undefined {
    let best: { readonly index: number; readonly root: string } | undefined;
    for (const [index, root] of this.#roots().entries()) {
      const isHolder = root === path || this.#spelling.below(root, path) !== undefined;
      if (isHolder && (best === undefined || root.length > best.root.length)) best = { index, root };
    }
    if (best === undefined) return undefined;
    const name = `<root ${best.index}>`;
    if (best.root === path) return name;
    const below = this.#spelling.below(best.root, path) ?? '';
    // An argument that was refused may lead out of the root again.
    return below.split('/').includes('..') ? undefined : `${name}/${below}`;
  }

  #withoutEnd(path: string): string {
    const { separator, textOf } = this.#spelling;
    const isTop = textOf(path).indexOf('/') === path.length - 1;
    return path.endsWith(separator) && !isTop ? path.slice(0, -1) : path;
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex').slice(0, shownHexDigits);
  }
}
