import { hostSpelling } from '../platform/path-spelling.js';
import type { EntryType } from '../types.js';

export interface MissedPath {
  readonly path: string;
  /** Whether the subscriber believes that it is there; `perhaps`: or that something below it is. */
  belief: 'yes' | 'no' | 'perhaps';
  /** Of what it believes to be there. */
  entryType: EntryType;
  /** Whether what it believes of everything below may be wrong as well. */
  isWhole: boolean;
}

/** The paths of which a subscriber believes something that may be wrong, and what it believes. */
export class MissedPaths {
  readonly #missed = new Map<string, MissedPath>();
  /** How many of them are below each path. */
  readonly #countsBelow = new Map<string, number>();
  readonly #separator: string;

  /** @param separator of the paths, which are spelt for callers */
  constructor(separator: string = hostSpelling.separator) {
    this.#separator = separator;
  }

  get size(): number {
    return this.#missed.size;
  }

  /** An event about the path was lost. What was believed before the first one is what is believed still. */
  miss(path: string, belief: MissedPath['belief'], entryType: EntryType, isWhole: boolean): void {
    const known = this.#missed.get(path);
    if (known) {
      // From then on it is taken for what something may be below that has to be taken back.
      if (isWhole && !known.isWhole && known.belief === 'perhaps') believe(known, 'directory');
      known.isWhole ||= isWhole;
      return;
    }
    // All that is below such a path is told anew with it.
    if (this.#isBelowWhole(path)) return;
    this.#missed.set(path, { path, belief, entryType, isWhole });
    for (const above of this.#directoriesAbove(path))
      this.#countsBelow.set(above, (this.#countsBelow.get(above) ?? 0) + 1);
  }

  /** The subscriber was told that the path is there, as it is. */
  told(path: string, entryType: EntryType): void {
    if (this.#missed.size === 0) return;
    const known = this.#missed.get(path);
    if (known?.isWhole) believe(known, entryType);
    else if (known) this.#delete(path);
    for (const above of this.#directoriesAbove(path)) {
      const directory = this.#missed.get(above);
      if (!directory || directory.belief === 'yes') continue;
      // It believes that something is in there, without the directory: that has to be taken back if the directory is gone.
      if (directory.isWhole) believe(directory, 'directory');
      else directory.belief = 'perhaps';
    }
  }

  /** The subscriber was told that nothing is there, nor below it. */
  toldGone(path: string): void {
    this.#delete(path);
  }

  /** Whether what is believed of the path, or of anything below it, may be wrong. */
  isMissedAround(path: string): boolean {
    return this.#missed.has(path) || this.#countsBelow.has(path) || this.#isBelowWhole(path);
  }

  /** One that no other one is above, so that a directory is told of before what is in it. */
  take(): MissedPath | undefined {
    for (const [path, missed] of this.#missed) {
      let taken = missed;
      let isCovered = false;
      for (const above of this.#directoriesAbove(path)) {
        const directory = this.#missed.get(above);
        if (!directory) continue;
        taken = directory;
        if (directory.isWhole && directory.belief === 'yes') isCovered = true;
      }
      // It goes, and comes anew, with that directory.
      if (isCovered) {
        this.#delete(path);
        continue;
      }
      this.#delete(taken.path);
      return taken;
    }
    return undefined;
  }

  #isBelowWhole(path: string): boolean {
    for (const above of this.#directoriesAbove(path)) if (this.#missed.get(above)?.isWhole) return true;
    return false;
  }

  /** Innermost first. */
  *#directoriesAbove(path: string): Generator<string, void, undefined> {
    const separator = this.#separator;
    for (let end = path.lastIndexOf(separator); end > 0; end = path.lastIndexOf(separator, end - 1)) {
      yield path.slice(0, end);
    }
  }

  #delete(path: string): void {
    if (!this.#missed.delete(path)) return;
    for (const above of this.#directoriesAbove(path)) {
      const count = this.#countsBelow.get(above) ?? 1;
      if (count > 1) this.#countsBelow.set(above, count - 1);
      else this.#countsBelow.delete(above);
    }
  }
}

function believe(missed: MissedPath, entryType: EntryType): void {
  missed.belief = 'yes';
  missed.entryType = entryType;
}
