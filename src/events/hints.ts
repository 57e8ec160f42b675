import type { DirectoryNode } from './watched-tree.js';

/** A file may have been moved around in a circle. */
const longestChain = 64;

/** A name in a directory of the index. */
export interface Place {
  readonly parent: DirectoryNode;
  readonly name: string;
}

/**
 * Where something may have changed. A hint says no more than that: what became of it is looked up on the disk. So hints
 * may be merged, come late, or be wrong, and nothing is lost as long as none is.
 */
export class Hints {
  /** True: its content may have changed although no stat tells. */
  readonly names = new Map<DirectoryNode, Map<string, boolean>>();
  /** Directories of which everything may have changed, but for what lies in directories below them. */
  readonly whole = new Set<DirectoryNode>();
  /** Renames that the system told of as such, by the new name. */
  readonly #moves = new Map<DirectoryNode, Map<string, Place>>();
  /** Names that a directory had or got by a rename. */
  readonly #movedDirectories = new Map<DirectoryNode, Set<string>>();

  get isEmpty(): boolean {
    return this.names.size === 0 && this.whole.size === 0;
  }

  get hasMoves(): boolean {
    return this.#moves.size > 0;
  }

  addName(parent: DirectoryNode, name: string, isContent = false): void {
    const names = this.names.get(parent);
    if (names === undefined) this.names.set(parent, new Map([[name, isContent]]));
    else names.set(name, isContent || names.get(name) === true);
  }

  /** Adds a name with all that the other hints say of it. */
  addNameOf(other: Hints, { parent, name }: Place, isContent: boolean): void {
    this.addName(parent, name, isContent);
    if (other.wasMoved(parent, name)) this.addMovedDirectory(parent, name);
    const from = other.#moves.get(parent)?.get(name);
    if (from) this.addMove(from, { parent, name });
  }

  addWhole(directory: DirectoryNode): void {
    this.whole.add(directory);
  }

  addMove(from: Place, to: Place): void {
    this.addName(from.parent, from.name);
    this.addName(to.parent, to.name);
    const moves = this.#moves.get(to.parent);
    if (moves) moves.set(to.name, from);
    else this.#moves.set(to.parent, new Map([[to.name, from]]));
  }

  addMovedDirectory(parent: DirectoryNode, name: string): void {
    this.addName(parent, name);
    const names = this.#movedDirectories.get(parent);
    if (names) names.add(name);
    else this.#movedDirectories.set(parent, new Set([name]));
  }

  /**
   * Whether the directory was somewhere else for a while, even if it is where it was: what was looked for below it
   * meanwhile was not found.
   */
  wasMoved(parent: DirectoryNode, name: string): boolean {
    return this.#movedDirectories.get(parent)?.has(name) === true;
  }

  /** Where the system says that an entry came from; chains are followed. */
  origin({ parent, name }: Place): Place | undefined {
    let from = this.#moves.get(parent)?.get(name);
    for (let steps = 0; from && steps < longestChain; steps++) {
      const before = this.#moves.get(from.parent)?.get(from.name);
      // Two that were exchanged came from each other.
      if (!before || (before.parent === parent && before.name === name)) break;
      from = before;
    }
    return from;
  }

  /** @param isContent false: a stat will tell all that there is to tell */
  addAll(other: Hints, isContent = true): void {
    for (const [parent, names] of other.names) {
      for (const [name, isOfContent] of names) this.addName(parent, name, isOfContent && isContent);
    }
    for (const directory of other.whole) this.whole.add(directory);
    for (const [parent, names] of other.#movedDirectories) {
      for (const name of names) this.addMovedDirectory(parent, name);
    }
    for (const [parent, moves] of other.#moves) {
      for (const [name, from] of moves) this.addMove(from, { parent, name });
    }
  }
}
